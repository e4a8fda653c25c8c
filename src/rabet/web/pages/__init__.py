"""The pages of a node: each view asks one act of casework and shows its answer."""
