# ruff: noqa: INP001 - a script that is run by its path
"""Choose the rows of examples/ids_extract.csv from a copy of UNODC's Individual Drug Seizures statistics.

    python examples/make_extract.py PATH/ids_2011_2015.csv.gz

The choice is deterministic: no chance, no clock. Per country a fixed number of rows, spread over years and drugs, and among those the rows
that say most about place, transport, hiding place and route. At most 2,000 rows: an extract, not a copy. Needs only Python.
"""

import csv
import gzip
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

OUTPUT = Path(__file__).with_name("ids_extract.csv")
MOST_ROWS = 2_000
# Country as the statistics write it -> (invented agency that holds its rows, how many at most).
HOLDERS = {
    "Iran, Islamic Republic of": ("alborz", 200),
    "Pakistan": ("alborz", 330),
    "Afghanistan": ("alborz", 200),
    "Kazakhstan": ("khazar", 336),
    "Turkmenistan": ("khazar", 99),
    "Armenia": ("khazar", 65),
    "Kyrgyzstan": ("khazar", 34),
    "Georgia": ("khazar", 3),
    "Russian Federation": ("volga", 480),
    "Uzbekistan": ("volga", 145),
    "Tajikistan": ("volga", 105),
}
# The statistics have no rows of Azerbaijan itself; seizures elsewhere on its routes stand with the agency of the Caspian's west.
ON_ROUTES_OF, ROUTE_HOLDER = "Azerbaijan", "khazar"
COMMON_DRUGS = 12
TELLING = (
    "PLACE",
    "TRANSPORT",
    "HIDING_PLACE",
    "INSTALLATION",
    "DEPARTURE_COUNTRY",
    "DESTINATION_COUNTRY",
    "ROUTING",
    "ADMINISTRATIVE_DIVISION",
)

Row = dict[str, str]


def main(arguments: Sequence[str]) -> int:
    """Write the extract; the one argument is the statistics file, plain or gzip."""
    if len(arguments) != 1:
        sys.stderr.write("Name one file: python examples/make_extract.py PATH/ids_2011_2015.csv.gz\n")
        return 2
    rows = list(read(Path(arguments[0])))
    chosen = sorted(choose(rows), key=lambda row: int(row["ROW"]))
    with OUTPUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "agency"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(chosen)
    sys.stdout.write(f"{len(chosen)} rows: {dict(Counter(row['agency'] for row in chosen))}\n")
    return 0


def read(path: Path) -> Iterator[Row]:
    """Yield the rows of the statistics as they stand."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def choose(rows: Sequence[Row]) -> Iterator[Row]:
    """Yield the chosen rows, each with the agency that holds it; never more than MOST_ROWS in all."""
    on_route = [row for row in rows if ON_ROUTES_OF in {row["DEPARTURE_COUNTRY"], row["DESTINATION_COUNTRY"]}]
    taken = {row["ROW"] for row in on_route}
    if len(on_route) + sum(most for _, most in HOLDERS.values()) > MOST_ROWS:
        raise ValueError(f"more than {MOST_ROWS} rows: lower the figures in HOLDERS")
    yield from ({**row, "agency": ROUTE_HOLDER} for row in on_route)
    for country, (agency, most) in HOLDERS.items():
        candidates = [row for row in rows if row["COUNTRY"] == country and row["ROW"] not in taken]
        yield from ({**row, "agency": agency} for row in spread(candidates, most))


def spread(rows: Sequence[Row], most: int) -> list[Row]:
    """Take one row of each year and drug in turn, the most telling first, until there are enough."""
    common = {drug for drug, _ in Counter(row["DRUG_NAME"] for row in rows).most_common(COMMON_DRUGS)}
    groups = defaultdict(list)
    for row in sorted(rows, key=lambda row: (-telling(row), int(row["ROW"]))):
        groups[row["SEIZURE_DATE"][:4], row["DRUG_NAME"] if row["DRUG_NAME"] in common else ""].append(row)
    return list(in_turn([groups[name] for name in sorted(groups)]))[:most]


def in_turn(groups: Iterable[Sequence[Row]]) -> Iterator[Row]:
    """Yield the first of each group, then the second of each, and so on."""
    ranked = [(rank, place, row) for place, group in enumerate(groups) for rank, row in enumerate(group)]
    yield from (row for _, _, row in sorted(ranked, key=lambda item: item[:2]))


def telling(row: Row) -> int:
    """How many of the cells that tell a story are filled."""
    return sum(row[column].strip() not in {"", "Unknown"} for column in TELLING)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
