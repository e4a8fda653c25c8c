"""Two forms of release by field, side by side: Rabet's salted tree (records/disclosure.py), and the same fields as an SD-JWT (RFC 9901).

Both hide the same: every field has its own salt, what is not shown is padded with random digests to a power of two, lists are named by
random tokens. Both are signed once with Ed25519. The SD-JWT is made here from json, base64 and hashlib, in its flat form: one `_sd`
array, each disclosure a path with its value.

    python bench/disclosure.py [--json]

The table of docs/adr/0002-records-as-salted-trees.md was made by this script.
"""

import argparse
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from statistics import mean, median
from time import perf_counter_ns
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rabet.records.disclosure import Commitment, Disclosure, commit, select, verify
from rabet.records.header import Header, read_header, write_header
from rabet.records.signing import Purpose, Signature, key_id_of, read_signature, signed_bytes
from rabet.records.strict_json import read_json

ROUNDS = 300
KEY = Ed25519PrivateKey.generate()
KEY_ID = key_id_of(KEY.public_key().public_bytes_raw())
ALWAYS = {
    "kind": "seizure",
    "id": "0123456789abcdef0123456789abcdef",
    "version": 1,
    "author": "khazar",
    "state": "current",
    "previous": "",
    "handling": "H1",
    "purpose": "investigation",
    "offence": "art3.1.a.i",
    "retain_until": "2031-11-01",
    "evaluation": "official",
}


class Randomness:
    """The port on the operating system's randomness."""

    def token(self, size: int) -> bytes:
        return os.urandom(size)


def seizure(fields: int) -> dict[str, Any]:
    """A simulated seizure of 25 or 60 fields, most of them short codes, a few of them texts in Persian."""
    body: dict[str, Any] = {
        "protocol_number": "140508-17",
        "circumstances": "control",
        "seized_at": {"from": "2026-11-01T04:10:00+04:00", "precision": "minute", "zone": "Asia/Baku"},
        "place": {"country": "AZ", "division": "Astara", "post": "گمرک نمونه", "type": "border_post"},
        "direction": "import",
        "transport": "lorry",
        "concealment": {"method": "floor", "as_given": "زیر کف دوجدارهٔ تریلر، پشت بار هندوانه"},
        "exhibits": [exhibit(1)],
        "identifiers": [{"kind": "container", "value": "RBTU0000010"}],
        "text": {"summary": "شرح ساختگی برای سنجش: خودرو پس از عبور از اسکنر بازرسی شد."},
        "simulated": True,
    }
    if fields == 60:
        body["exhibits"] += [exhibit(2), exhibit(3)]
        body["legs"] = [{"role": role, "country": land, "certainty": "probable"} for role, land in (("departure", "AF"), ("transit", "IR"))]
        body["conveyances"] = [{"mode": "lorry", "ownership": "company", "plate": "00-XX-000"}]
        body["parties"] = [party(name) for name in ("سیمرغ نمونه", "زال نمونه")]
    return body


def exhibit(number: int) -> dict[str, Any]:
    quantity = {"value": f"{number}2.450", "unit": "kg", "measure": "gross", "basis": "weighed"}
    return {"number": f"{number}", "type": "drug", "substance": "heroin", "quantity": quantity, "bag_seal": f"B00{number}"}


def party(name: str) -> dict[str, Any]:
    return {"nature": "natural", "role": "driver", "category": "suspect", "status_class": "suspect", "name": name}


@dataclass(frozen=True)
class Form:
    """One form. make: sign all fields; show: text that discloses a share of them; check: verify that text, return how many it shows."""

    name: str
    make: Callable[[dict[str, Any]], Any]
    show: Callable[[Any, int], str]
    check: Callable[[str], int]


# The tree


def make_tree(body: dict[str, Any]) -> tuple[Commitment, str, Signature]:
    commitment = commit(body, Randomness())
    text = write_header(Header(**ALWAYS, leaves=commitment.size, root=commitment.root))
    return commitment, text, Signature("ed25519", KEY_ID, KEY.sign(signed_bytes(Purpose.RECORD, text.encode())))


def show_tree(made: tuple[Commitment, str, Signature], one_in: int) -> str:
    commitment, header, signature = made
    shown = select(commitment, {leaf.path for leaf in commitment.leaves[::one_in]})
    parts = {"header": header, "signatures": [signature.to_json()], "fields": shown.fields, "positions": shown.positions, "proof": shown.proof}
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def check_tree(text: str) -> int:
    data = read_json(text)
    signature = read_signature(data["signatures"][0])
    KEY.public_key().verify(signature.value, signed_bytes(Purpose.RECORD, data["header"].encode()))
    header = read_header(data["header"])
    shown = Disclosure(tuple(data["fields"]), tuple(data["positions"]), tuple(data["proof"]))
    return len(verify(header.root, header.leaves, shown))


# The SD-JWT


def encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def compact(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def make_sd_jwt(body: dict[str, Any]) -> tuple[str, list[str]]:
    disclosures = [encode(compact([encode(os.urandom(16)), path, value])) for path, value in flat(body)]
    digests = [encode(sha256(disclosure.encode()).digest()) for disclosure in disclosures]
    size = max(16, 1 << (len(digests) - 1).bit_length())
    decoys = [encode(os.urandom(32)) for _ in range(size - len(digests))]
    head = encode(compact({"alg": "EdDSA", "typ": "rabet-record+sd-jwt", "kid": KEY_ID}))
    payload = encode(compact({**ALWAYS, "_sd_alg": "sha-256", "_sd": sorted(digests + decoys)}))
    return f"{head}.{payload}.{encode(KEY.sign(f'{head}.{payload}'.encode()))}", disclosures


def flat(value: object, path: str = "") -> list[tuple[str, Any]]:
    """Paths and values, list elements named by random ordered tokens, as the tree names them."""
    if isinstance(value, dict):
        return [pair for key, item in value.items() for pair in flat(item, f"{path}/{key}" if path else key)]
    if isinstance(value, list):
        tokens = sorted("." + os.urandom(6).hex() for _ in value)
        return [pair for token, item in zip(tokens, value, strict=True) for pair in flat(item, f"{path}/{token}")]
    return [(path, value)]


def show_sd_jwt(made: tuple[str, list[str]], one_in: int) -> str:
    token, disclosures = made
    return "~".join((token, *disclosures[::one_in], ""))


def check_sd_jwt(text: str) -> int:
    token, *disclosures, _ = text.split("~")
    signed, _, signature = token.rpartition(".")
    KEY.public_key().verify(decode(signature), signed.encode())
    digests = read_json(decode(signed.partition(".")[2]))["_sd"]
    left, paths = set(digests), set()
    for disclosure in disclosures:
        left.remove(encode(sha256(disclosure.encode()).digest()))
        _, path, _ = json.loads(decode(disclosure))
        paths.add(path)
    assert len(left) == len(digests) - len(disclosures)
    assert len(paths) == len(disclosures)
    return len(paths)


FORMS = (Form("tree", make_tree, show_tree, check_tree), Form("SD-JWT", make_sd_jwt, show_sd_jwt, check_sd_jwt))


def measure(body: dict[str, Any]) -> list[dict[str, Any]]:
    """For each form the median microseconds of each step, and the bytes that travel (UTF-8). The steps of both forms take turns."""
    steps = {form.name: steps_of(form, body) for form in FORMS}
    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        for form, named in steps.items():
            for step, run in named.items():
                times[form, step].append(clocked(run))
    sizes = {form.name: [mean_size(form, body, one_in) for one_in in (1, 2)] for form in FORMS}
    return [
        {
            "form": form,
            **{step: round(median(times[form, step])) for step in named},
            **dict(zip(("bytes_all", "bytes_half"), sizes[form], strict=True)),
        }
        for form, named in steps.items()
    ]


def mean_size(form: Form, body: dict[str, Any], one_in: int) -> int:
    """Bytes of the text; where the shown leaves fall in the tree is chance, so the mean of many."""
    return round(mean(len(form.show(form.make(body), one_in).encode()) for _ in range(ROUNDS // 3)))


def steps_of(form: Form, body: dict[str, Any]) -> dict[str, Callable[[], object]]:
    made = form.make(body)
    everything, half = form.show(made, 1), form.show(made, 2)
    return {
        "make_us": lambda: form.make(body),
        "show_half_us": lambda: form.show(made, 2),
        "check_all_us": lambda: form.check(everything),
        "check_half_us": lambda: form.check(half),
    }


def clocked(step: Callable[[], object]) -> float:
    started = perf_counter_ns()
    step()
    return (perf_counter_ns() - started) / 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="figures only")
    asked = parser.parse_args()
    rows = [{"fields": len(flat(body)), **row} for body in (seizure(25), seizure(60)) for row in measure(body)]
    assert [row["fields"] for row in rows] == [25, 25, 60, 60]
    if asked.json:
        print(json.dumps(rows))
        return
    print("| " + " | ".join(rows[0]) + " |\n" + "| --- " * len(rows[0]) + "|")
    for row in rows:
        print("| " + " | ".join(map(str, row.values())) + " |")


if __name__ == "__main__":
    main()
