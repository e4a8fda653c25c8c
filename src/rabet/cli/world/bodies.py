"""The seizures of the story. Goods and places are plausible; persons, phones, plates, documents, containers and seals are simulated."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rabet.cli.world.agencies import Agency
from rabet.formats.simulated import simulated_identifier, simulated_person

SEED = "demonstration"
Body = dict[str, Any]


def seizure(agency: Agency, now: datetime, *, substance: str = "heroin", value: str = "184.5", **more: Any) -> Body:  # noqa: ANN401
    """Return a seizure at the agency's border post, without identifiers or persons."""
    here = now.astimezone(ZoneInfo(agency.zone)).isoformat(timespec="minutes")
    return {
        "circumstances": "control",
        "seized_at": {"from": here, "precision": "minute", "zone": agency.zone, "calendar": "gregorian", "typed": here},
        "place": {"country": agency.state, "post": agency.post, "type": "border_post"},
        "direction": "inbound",
        "transport": "commercial_road",
        "exhibits": [
            {
                "number": "1",
                "type": "drug",
                "substance": substance,
                "quantity": {"value": value, "unit": "kg", "measure": "gross", "basis": "weighed"},
                "presumptive": "positive",
            }
        ],
        "simulated": True,
        **more,
    }


def with_consignment(body: Body, number: int = 1) -> Body:
    """Add a container and its seal: consignment data."""
    found = [simulated_identifier(kind, SEED, number) for kind in ("container", "seal")]
    return {**body, "identifiers": [*body.get("identifiers", ()), *found]}


def with_driver(body: Body, agency: Agency, number: int = 1) -> Body:
    """Add a driver with phone and plate: person data, that never leaves by itself."""
    person: Mapping[str, Any] = {**simulated_person(SEED, number, agency.state, agency.language), "role": "driver"}
    found = [simulated_identifier(kind, SEED, number, "AZ") for kind in ("phone", "plate")]
    return {**body, "parties": [person], "identifiers": [*body.get("identifiers", ()), *found]}


def with_danger(body: Body) -> Body:
    """Add the warning that overtakes everything."""
    return {**body, "danger": [{"kind": "armed", "grade": "high"}]}
