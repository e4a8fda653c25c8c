"""The demonstration as a newcomer runs it: real processes, every step looked up on the nodes."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

COMMAND = [sys.executable, "-m", "rabet.cli", "demo"]


def test_the_story_plays_to_its_end_and_leaves_nothing_behind(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    ended = subprocess.run([*COMMAND, "--once", "--json"], capture_output=True, text=True, timeout=110, env=environment, check=False)
    steps = json.loads(ended.stdout.splitlines()[-1])["steps"]
    assert [step["name"] for step in steps if not step["ok"]] == [], ended.stderr
    assert ended.returncode == 0
    assert len(steps) == 12
    assert all(step["ms"] >= 0 for step in steps)
    assert list(tmp_path.iterdir()) == []


def test_it_ends_cleanly_when_it_is_told_to_stop(tmp_path: Path) -> None:
    command = [*COMMAND, "--directory", str(tmp_path / "nodes")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if line.startswith("ok  three nodes"):
                break
        demo.send_signal(signal.SIGTERM)
        demo.stdout.read()
    assert demo.returncode == 0
    found = subprocess.run(["pgrep", "-f", str(tmp_path / "nodes")], capture_output=True, text=True, check=False)
    assert found.stdout == ""
