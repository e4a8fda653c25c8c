"""What a node's processes take of the machine's memory: the sum of proportional set sizes, because pages are shared after a fork."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from rabet.node.layout import Layout


def node_memory(layout: Layout) -> Mapping[str, int]:
    """Return process name -> bytes (PSS) of every running process of the node."""
    return {name: proportional_size(pid) for name, pid in running(layout)}


def running(layout: Layout) -> Iterator[tuple[str, int]]:
    """Yield (name, process id) of the node's processes that are alive."""
    for path in sorted(layout.run.glob("*.pid")):
        text = path.read_text(encoding="ascii").strip()
        if text.isdecimal() and Path(f"/proc/{text}").exists():
            yield path.stem, int(text)


def proportional_size(process_id: int) -> int:
    """Bytes of one process, each shared page divided among those who share it."""
    for line in Path(f"/proc/{process_id}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
