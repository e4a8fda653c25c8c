"""`python -m rabet.cli`: the same as `rabet`."""

from rabet.cli.main import main

main()
