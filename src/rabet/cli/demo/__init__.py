"""`rabet demo`: three nodes, real seizures, one story."""

from rabet.cli.demo.command import demo

__all__ = ["demo"]
