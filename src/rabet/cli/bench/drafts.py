"""The records of the benchmark: seizures of 2 KB of field values with five identifiers each. All identifiers are simulated and distinct."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from rabet.casework.reporting import Draft
from rabet.cli.world.agencies import Agency
from rabet.cli.world.bodies import seizure
from rabet.formats.simulated import simulated_identifier

SIZE = 2_048  # bytes of field values, UTF-8
KINDS = ("container", "seal", "waybill", "wagon", "declaration")
_SEED = "benchmark"
_TEXT = "Six sacks under the floor of the trailer, each with five parcels wrapped in brown tape, pressed, without a stamp. "


class Drafts:
    """Makes drafts that no other draft of this run shares an identifier with."""

    def __init__(self, agency: Agency, now: datetime) -> None:
        self._plain = _plain(agency, now)
        self._numbers = count(1)

    def make(self, number: int) -> Sequence[Draft]:
        """Return so many fresh drafts."""
        return [Draft(kind="seizure", body=self.body()) for _ in range(number)]

    def body(self) -> Mapping[str, Any]:
        """Return one fresh body of exactly SIZE bytes."""
        number = next(self._numbers)
        found = [simulated_identifier(kind, _SEED, number) for kind in KINDS]
        body = {**self._plain, "protocol_number": f"2026/{number}", "identifiers": found}
        room = SIZE - size_of(body)
        return {**body, "packaging": (_TEXT * (room // len(_TEXT) + 1))[:room]}


def _plain(agency: Agency, now: datetime) -> dict[str, Any]:
    body = seizure(agency, now, detection="risk_profile", transport_as_given="lorry with trailer")
    body["concealment"] = {"method": "cargo"}
    body["exhibits"][0] |= {"form": "powder", "packages": 30, "bag_seal": "SIMULATED 1", "substance_as_given": "heroin, brown"}
    body["legs"] = [
        {"role": role, "country": country, "place": place, "certainty": "stated"}
        for role, country, place in (("loading", "IR", "Tabriz"), ("destination", "AZ", "Baku"))
    ]
    body["conveyances"] = [{"mode": "commercial_road", "ownership": "company", "country": "IR"}]
    return body


def size_of(body: object) -> int:
    """Bytes of all field values; names of fields do not count."""
    return sum(len(str(value).encode()) for value in values_of(body))


def values_of(body: object) -> Iterator[object]:
    """Yield every field value of a body."""
    if isinstance(body, Mapping):
        for item in body.values():
            yield from values_of(item)
    elif isinstance(body, list):
        for item in body:
            yield from values_of(item)
    else:
        yield body
