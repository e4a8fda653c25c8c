"""Comparison: identifiers as keys that are equal when they name the same thing, and what two records share."""
