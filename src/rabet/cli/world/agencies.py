"""The three agencies of the demonstration. They are invented; so is every person in their records."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agency:
    """id; state: ISO 3166 code; zone; language its officers work in; names in four languages; post: where its story seizures happen."""

    id: str
    state: str
    zone: str
    language: str
    names: Mapping[str, str]
    post: str


ALBORZ = Agency(
    "alborz",
    "IR",
    "Asia/Tehran",
    "fa",
    {
        "en": "Alborz Drug Control (invented)",
        "fa": "مبارزه با مواد مخدر البرز (ساختگی)",
        "az": "Alborz Narkotik Nəzarəti (uydurma)",
        "ru": "Борьба с наркотиками «Альборз» (вымышлено)",
    },
    "آستارا",
)
KHAZAR = Agency(
    "khazar",
    "AZ",
    "Asia/Baku",
    "az",
    {
        "en": "Khazar Drug Control (invented)",
        "fa": "مبارزه با مواد مخدر خزر (ساختگی)",
        "az": "Xəzər Narkotik Nəzarəti (uydurma)",
        "ru": "Борьба с наркотиками «Хазар» (вымышлено)",
    },
    "Astara",
)
VOLGA = Agency(
    "volga",
    "RU",
    "Europe/Moscow",
    "ru",
    {
        "en": "Volga Drug Control (invented)",
        "fa": "مبارزه با مواد مخدر ولگا (ساختگی)",
        "az": "Volqa Narkotik Nəzarəti (uydurma)",
        "ru": "Борьба с наркотиками «Волга» (вымышлено)",
    },
    "Яраг-Казмаляр",
)
AGENCIES = (ALBORZ, KHAZAR, VOLGA)


@dataclass(frozen=True, slots=True)
class Account:
    """A simulated officer of the demonstration: sign-in name, roles, clearance."""

    name: str
    roles: frozenset[str]
    clearance: str = "H2"


ACCOUNTS = (
    Account("duty", frozenset({"duty_officer"})),
    Account("liaison", frozenset({"liaison_officer"})),
    Account("supervisor", frozenset({"supervisor"})),
    Account("protection", frozenset({"data_protection_officer"})),
    Account("administrator", frozenset({"administrator"})),
)
