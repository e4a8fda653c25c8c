"""Code tables with names in four languages, tolerant look-up, and the one text normaliser."""
