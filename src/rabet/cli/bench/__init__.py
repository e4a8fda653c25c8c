"""`rabet bench`: how fast the exchange is on this machine, beside what the machine itself can do."""

from rabet.cli.bench.command import bench

__all__ = ["bench"]
