"""A node works in a directory of any length of path."""

from pathlib import Path

from rabet.node.layout import Layout
from rabet.node.socket_name import LONGEST
from rabet.node.wakes import Waker, listen_for_wakes


def test_a_socket_deep_in_the_tree_is_bound_and_reached(tmp_path: Path) -> None:
    layout = Layout(tmp_path / ("a" * LONGEST))
    layout.run.mkdir(parents=True)
    with listen_for_wakes(layout, "web") as incoming:
        waker = Waker(layout)
        waker(b"khazar")
        incoming.settimeout(5)
        assert incoming.recv(100) == b"khazar"
        waker.close()
