"""Rows of UNODC's Individual Drug Seizures statistics as seizure records.

Source: UNODC, Individual Drug Seizures 2011-2015, https://dataunodc.un.org/ids, in the columns of examples/ids_extract.csv: the
statistics' own plus `agency`, the invented agency that holds the row. The rows are public statistics: no person, case or point on a map
is in them, and none is added here.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from rabet.records.bad_input import refuse
from rabet.vocabulary.normalise import display
from rabet.vocabulary.tables import table

NAME = "UNODC, Individual Drug Seizures 2011-2015"
URL = "https://dataunodc.un.org/ids"
COLUMNS = (
    "ROW", "REGION", "SUBREGION", "COUNTRY", "ADMINISTRATIVE_DIVISION", "PLACE", "SEIZURE_DATE", "DRUG_NAME", "AMOUNT", "DRUG_UNIT",
    "HIDING_PLACE", "INSTALLATION", "TRANSPORT", "PRODUCING_COUNTRY", "DEPARTURE_COUNTRY", "DESTINATION_COUNTRY", "ROUTING", "agency",
)  # fmt: skip
# The statistics were published through binary floating point; beyond its fifteen sure digits the rest is noise (0.10259000000000001).
_SURE_DIGITS = Context(prec=15)
_LEGS = {"PRODUCING_COUNTRY": "origin", "DEPARTURE_COUNTRY": "departure", "DESTINATION_COUNTRY": "destination"}
_UNKNOWN_COUNTRY = "XX"

Row = Mapping[str, str]
Body = dict[str, Any]


def seizure_bodies(csv_text: str) -> Iterator[tuple[str, Body]]:
    """Yield (agency, body of a seizure record) for every row, in order.

    Values are decimal text; dates are to the day, Gregorian, in the zone of the seizing country's capital, because a row names no zone. A
    drug, unit, place or hiding place that no code covers becomes "other" with the given text beside it; an empty cell is left out.

    Raises:
        BadInput: a column is missing, or a row has no readable date or amount; the path names row and column.
    """
    reader = csv.DictReader(io.StringIO(csv_text))
    for column in COLUMNS:
        if column not in (reader.fieldnames or ()):
            raise refuse(f"rows/0/{column}", "missing")
    for place, cells in enumerate(reader, start=1):
        row = {column: " ".join(display(cells[column] or "").split()) for column in COLUMNS}
        yield row["agency"], _body(row, f"rows/{place}")


def _body(row: Row, path: str) -> Body:
    transport = _coded("transport", row["TRANSPORT"])
    concealment = _coded("concealment", row["HIDING_PLACE"], code_name="method", given_name="as_given")
    place = _place(row)
    groups = {
        "circumstances": _circumstances(transport, concealment, place),
        "seized_at": _seized_at(row, path),
        "place": place,
        **_coded("direction", row["ROUTING"]),
        **transport,
        "concealment": concealment,
        "exhibits": [_exhibit(row, path)],
        "legs": list(_legs(row)),
        "source": {"name": NAME, "url": URL, "row": row["ROW"]},
        "simulated": False,
    }
    return {name: value for name, value in groups.items() if value not in ({}, [])}


def _coded(table_name: str, text: str, *, code_name: str = "", given_name: str = "") -> Body:
    """Return the code that a text stands for: {} when empty, "other" and the text as given when no single code does."""
    if not text:
        return {}
    found = table(table_name).find(text)
    if len(found) == 1:
        return {code_name or table_name: found[0]}
    return {code_name or table_name: "other", given_name or f"{table_name}_as_given": text}


def _circumstances(transport: Body, concealment: Body, place: Body) -> str:
    """A row names no circumstances; by mail it can only have been a parcel."""
    by_mail = transport.get("transport") == "mail" or concealment.get("method") == "postal_item" or place.get("type") == "post_office"
    return "parcel" if by_mail else "not_specified"


def _seized_at(row: Row, path: str) -> Body:
    try:
        day = date.fromisoformat(row["SEIZURE_DATE"]).isoformat()
    except ValueError:
        raise refuse(f"{path}/SEIZURE_DATE", "not_date", value=row["SEIZURE_DATE"][:60]) from None
    country = table("country").entries.get(_country(row["COUNTRY"]))
    zone = country.facts.get("zone", "UTC") if country else "UTC"
    return {"from": day, "precision": "day", "zone": zone, "calendar": "gregorian", "typed": row["SEIZURE_DATE"]}


def _place(row: Row) -> Body:
    texts = {"division": row["ADMINISTRATIVE_DIVISION"], "name": row["PLACE"]}
    kind = _coded("place_type", row["INSTALLATION"], code_name="type", given_name="type_as_given")
    return {"country": _country(row["COUNTRY"]), **{name: text for name, text in texts.items() if text}, **kind}


def _exhibit(row: Row, path: str) -> Body:
    given = row["DRUG_NAME"]
    found = table("substance").find(given)
    code = found[0] if len(found) == 1 else "other" if given else "not_specified"
    kind = table("substance").entries[code].facts.get("exhibit", "drug")
    named = {"substance": code, "substance_as_given": given} if given else {"substance": code}
    return {"number": "1", "type": kind, **named, "quantity": _quantity(row, path)}


def _quantity(row: Row, path: str) -> Body:
    try:
        amount = _SURE_DIGITS.create_decimal(row["AMOUNT"]).normalize()
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise refuse(f"{path}/AMOUNT", "not_decimal", value=row["AMOUNT"][:60])
    unit = _coded("unit", row["DRUG_UNIT"]) or {"unit": "not_specified"}
    return {"value": f"{amount:f}", **unit}


def _legs(row: Row) -> Iterable[Body]:
    """Yield the stated countries of the route; a country "Unknown" is an answer and stays, an empty cell is none."""
    for column, role in _LEGS.items():
        text = row[column]
        if text:
            country = _country(text)
            as_given = {"place": text} if country == _UNKNOWN_COUNTRY and text != "Unknown" else {}
            yield {"role": role, "country": country, **as_given, "certainty": "stated"}


def _country(text: str) -> str:
    found = table("country").find(text)
    return found[0] if len(found) == 1 else _UNKNOWN_COUNTRY
