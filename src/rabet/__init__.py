"""Rabet: agencies of several countries tell each other about a drug seizure, under an agreement that says who may see what.

Read the modules from the bottom up: records, vocabulary, agreements, matching, liaison, casework; then storage, exchange, web;
then node and cli.
"""

__version__ = "0.1.0"
