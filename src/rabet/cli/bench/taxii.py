"""The peer: a TAXII 2.1 server that is polled each second, as agencies exchange today (medallion and taxii2-client, both by OASIS).

The server keeps its objects in memory and runs in a process of its own under uvicorn; the client that polls is a third one. The same
bodies travel, each as a STIX note. Nothing is signed, sealed, decided or made durable: it is the polling that takes the time.
"""

import io
import json
import socket
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any

from rabet.cli.bench.beside import BenchFailed, Pipe, beside, hear
from rabet.cli.bench.figures import Spread

EVERY = 0.1  # seconds between two objects
POLL_EVERY = 1.0
_WITHIN = 60.0
_ROOT, _COLLECTION = "rabet", "472c94ae-3113-4e3e-a4dd-a9f4ac7471d4"
_USER, _PASSWORD = "benchmark", "benchmark"


def is_installed() -> bool:
    """Are server and client here? Both are only among the packages for work on Rabet."""
    return all(find_spec(name) is not None for name in ("medallion", "taxii2client"))


def measure_taxii(bodies: Sequence[Mapping[str, Any]]) -> Spread:
    """Milliseconds from just before an object is added to the moment the polling client has it."""
    with beside(_serve) as server:
        url = f"http://127.0.0.1:{hear(server, _WITHIN, 'the TAXII server')}/{_ROOT}/collections/{_COLLECTION}/"
        with beside(_poll, url, len(bodies)) as client:
            hear(client, _WITHIN, "the TAXII client")
            added = _add(url, bodies)
            seen = hear(client, _WITHIN, "the TAXII client")
    return Spread.of([(seen[name] - begun) * 1000 for name, begun in added.items()])


def _add(url: str, bodies: Sequence[Mapping[str, Any]]) -> Mapping[str, float]:
    """Add one object at a time; return id -> perf_counter seconds just before."""
    collection, added = _collection(url), {}
    begin = time.perf_counter()
    for i, body in enumerate(bodies):
        note = _note(i, body)
        time.sleep(max(begin + i * EVERY - time.perf_counter(), 0))
        added[note["id"]] = time.perf_counter()
        status = collection.add_objects({"objects": [note]})
        if status.failure_count:
            raise BenchFailed(f"The TAXII server did not take an object: {status.failures}")
    return added


def _note(number: int, body: Mapping[str, Any]) -> dict[str, Any]:
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"  # noqa: TID251 - not a time of the node
    content = json.dumps(body, ensure_ascii=False)
    return {
        "type": "note",
        "spec_version": "2.1",
        "id": f"note--00000000-0000-4000-8000-{number:012d}",
        "created": now,
        "modified": now,
        "content": content,
        "object_refs": [f"observed-data--00000000-0000-4000-8000-{number:012d}"],
    }


def _collection(url: str) -> Any:  # noqa: ANN401 - the client has no types
    from taxii2client.v21 import Collection  # noqa: PLC0415 - only there for the benchmark

    return Collection(url, user=_USER, password=_PASSWORD)


def _poll(pipe: Pipe, url: str, count: int) -> None:
    """Ask each second for what came since; note when each object was there."""
    collection, seen, asked = _collection(url), dict[str, float](), dict[str, str]()
    collection.get_objects()
    pipe.send("ready")
    begin, turn = time.perf_counter(), 0
    while len(seen) < count:
        turn += 1
        time.sleep(max(begin + turn * POLL_EVERY - time.perf_counter(), 0))
        found = collection.get_objects(**asked).get("objects", [])
        now = time.perf_counter()
        fresh = [one for one in found if one["id"] not in seen]
        seen.update((one["id"], now) for one in fresh)
        if fresh:
            asked = {"added_after": max(one["modified"] for one in fresh)}
    pipe.send(seen)


def _serve(pipe: Pipe) -> None:
    import medallion  # noqa: PLC0415 - only there for the benchmark
    import uvicorn  # noqa: PLC0415

    application = medallion.application_instance
    medallion.set_config(application, "users", {"users": {_USER: _PASSWORD}})
    medallion.set_config(application, "taxii", {"taxii": {"max_page_size": 1000}})
    backend = {"module": "medallion.backends.memory_backend", "module_class": "MemoryBackend", "filename": io.StringIO(json.dumps(_empty()))}
    medallion.set_config(application, "backend", {"backend": backend})
    medallion.register_blueprints(application)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        pipe.send(listening.getsockname()[1])
        uvicorn.Server(uvicorn.Config(application, interface="wsgi", log_config=None)).run(sockets=[listening])


def _empty() -> dict[str, Any]:
    """One API root with one collection that anybody may write to."""
    collection = {
        "id": _COLLECTION,
        "title": "seizures",
        "can_read": True,
        "can_write": True,
        "media_types": ["application/stix+json;version=2.1"],
    }
    root = {"title": _ROOT, "versions": ["application/taxii+json;version=2.1"], "max_content_length": 10_000_000}
    return {
        "/discovery": {"title": "benchmark", "api_roots": [f"http://127.0.0.1/{_ROOT}/"]},
        _ROOT: {"information": root, "status": [], "collections": [{**collection, "objects": [], "manifest": []}]},
    }
