"""Puts one node together: settings, keys, store, partners, processes. The only place with the real clock and real randomness."""
