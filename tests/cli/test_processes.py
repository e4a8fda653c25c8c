"""Commands that stay: `feed --follow` and one process of the node by itself, as systemd runs it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.cli.conftest import Command, Write
from tests.nodes.world import seizure

from rabet.node.key_client import KeyClient
from rabet.node.layout import Layout


def start(node: Path, *arguments: str, user: str = "") -> subprocess.Popen[str]:
    environment = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "RABET_NODE", "RABET_USER")}
    who = ["--as", user] if user else []
    command = [sys.executable, "-m", "rabet.cli", "--node", str(node), *who, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**environment, "PYTHONUNBUFFERED": "1"})


def test_the_feed_is_followed_as_it_happens(khazar: Command, write: Write) -> None:
    last = khazar.json("feed", user="duty")[-1]["event"]["number"]
    process = start(khazar.node, "feed", "--follow", "--json", "--after", str(last), user="duty")
    assert process.stdout is not None
    (outcome,) = khazar.json("report", write("one.json", json.dumps({"kind": "seizure", "body": seizure()})), user="duty")
    first = json.loads(process.stdout.readline())
    assert first["event"]["record"] == outcome["record"]
    assert first["row"]["substance"] == "methamphetamine"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert process.returncode == 1
    assert not list((khazar.node / "run").glob("feed-*")), "a reader that left is woken no more"


def test_the_key_process_runs_by_itself(khazar: Command) -> None:
    process = start(khazar.node, "up", "--only", "keys")
    client = KeyClient(Layout(khazar.node).key_socket)
    end = time.monotonic() + 15
    while not client.answers():
        assert time.monotonic() < end
        time.sleep(0.05)
    client.close()
    process.terminate()
    process.communicate(timeout=10)
    assert process.returncode == 0
