"""The command line of a node. Each subject is a file; it is imported when its command is asked for."""

from rabet.cli.main import main

__all__ = ["main"]
