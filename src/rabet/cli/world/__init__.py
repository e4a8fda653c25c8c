"""Nodes of invented agencies on this machine, for the demonstration and the benchmarks."""
