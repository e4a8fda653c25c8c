"""Simulated persons and identifiers in forms that cannot be issued, for demonstrations and tests.

The same (seed, number) always gives the same thing, different numbers different things, so that two records can be made to share one.
Each form breaks a rule that every real one keeps, and yet compares like a real one:

phone        Begins, after the calling code, with the digits that complete the trunk prefix to the international prefix (Iran: 0 + 0.. = 00;
             Russia: 8 + 10.. = 810): dialled at home it would be a call abroad, so no plan assigns it. ITU-T E.164 with the national
             dialling procedures published in the ITU Operational Bulletin, as collected in the package phonenumbers.
plate        Region or province 00. Iran begins at 10, Turkey at 01 (traffic regulation, annex of province codes), Russia at 01
             (Ministry of the Interior, order 766 of 2017), Azerbaijan and Kazakhstan at 01. Iran's letter غ is not used on plates. Other
             states: the word SIMULATED and six figures, longer than any plate.
document     Holds the letter Ж. A travel document's number has only A-Z and 0-9 (ICAO Doc 9303 part 3).
container    Category letter X where ISO 6346 knows only U, J and Z, and a wrong check digit.
seal         The word SIMULATED before the number: a seal carries its maker's own mark (ISO 17712).
imei         A check digit that fails, in the reporting body identifier 00 that is kept for test devices (GSMA TS.06).
account      IBAN with check digits 00; ISO 13616 allows 02 to 98.
email        In the domain example.invalid, which cannot exist (RFC 2606).
vin          Holds the letter Q, which ISO 3779 never uses.
imo, wagon   A check digit that fails (IMO resolution A.1117(30); UIC 438-2).
waybill      Airline 000, and check digit 9 where a remainder by 7 is at most 6 (IATA resolution 600a).
declaration, press_mark   The word SIMULATED before the number.
person       "Simulated person seven four": words that are no name, in the language of the agency; born before 1850.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from phonenumbers import PhoneMetadata

from rabet.vocabulary.check_digits import container_digit, imo, luhn

Body = dict[str, Any]

# Length of a mobile number without calling code: the shape an officer of that state expects.
_MOBILE_DIGITS = {"AF": 9, "AM": 8, "AZ": 9, "GE": 9, "IR": 10, "KG": 9, "KZ": 10, "PK": 10, "RU": 10, "TJ": 9, "TM": 8, "TR": 10, "UZ": 9}
_TWIN_LETTERS = "АВЕКМНОРСТУХ"
_PLATE_LETTERS = "ABCDEFGHJKLMNPRSTVXYZ"
_WORDS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "en": ("Simulated Person", "Simulated Father", ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")),
    "fa": ("شخص ساختگی", "پدر ساختگی", ("صفر", "یک", "دو", "سه", "چهار", "پنج", "شش", "هفت", "هشت", "نه")),
    "az": ("Uydurma şəxs", "Uydurma ata", ("sıfır", "bir", "iki", "üç", "dörd", "beş", "altı", "yeddi", "səkkiz", "doqquz")),
    "ru": ("Вымышленное лицо", "Вымышленный отец", ("ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять")),
}
# The owner's own term for the legal status, as its law names a suspect.
_STATUS = {"en": "suspect", "fa": "مظنون", "az": "şübhəli şəxs", "ru": "подозреваемый"}
_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def simulated_identifier(kind: str, seed: str, number: int, country: str = "") -> Body:
    """Return an element of a body's `identifiers` that cannot be issued.

    kind: code of the table "identifier". country: ISO 3166-1 code; needed for phone, decides the form of plate, document and account.

    Raises:
        KeyError: no form is known for this kind, or for a phone of this country.
    """
    element: Body = {"kind": kind, "value": _FORMS[kind](_start(seed, kind) + number, country), "simulated": True}
    if country and kind in {"phone", "plate", "document", "account"}:
        element |= {"country": country, "nature": "natural"}
    return element


def simulated_person(seed: str, number: int, country: str = "", language: str = "en") -> Body:
    """Return an element of a body's `parties`: an adult suspect whose name is words, in the language given."""
    person, father, digits = _WORDS[language]
    draw = _start(seed, "person") + number
    return {
        "nature": "natural",
        "role": "courier",
        "category": "suspect",
        "status": _STATUS[language],
        "status_class": "suspect",
        "adult": True,
        "name": f"{person} {_spoken(number, digits)}",
        "father_name": f"{father} {_spoken(number, digits)}",
        "born": f"{1800 + draw % 50}-01-01",
        **({"nationality": country} if country else {}),
        "simulated": True,
    }


def with_simulated(body: Body, seed: str, number: int, country: str, language: str = "en") -> Body:
    """Return the seizure with a simulated person, phone, plate, document, container and seal added, and marked as simulated.

    country: whose forms the phone, plate and document imitate.
    """
    kinds = ("container", "seal", "plate", "phone", "document")
    return {
        **body,
        "parties": [*body.get("parties", ()), simulated_person(seed, number, country, language)],
        "identifiers": [*body.get("identifiers", ()), *(simulated_identifier(kind, seed, number, country) for kind in kinds)],
        "simulated": True,
    }


def _start(seed: str, kind: str) -> int:
    """Where a seed's numbers begin, so that two seeds seldom meet: 0 to 9,999,999."""
    return int.from_bytes(sha256(f"{seed}/{kind}".encode()).digest()[:8]) % 10_000_000


def _spoken(number: int, digits: tuple[str, ...]) -> str:
    return " ".join(digits[int(digit)] for digit in str(number))


def _phone(draw: int, country: str) -> str:
    plan = PhoneMetadata.metadata_for_region(country)
    if plan is None:
        raise KeyError(country)
    trunk = plan.national_prefix or ""
    lead = str(plan.international_prefix).removeprefix(trunk).ljust(3, "0")
    # Kazakhstan and Russia share a calling code: half a range keeps their numbers apart.
    apart = 5_000_000 if country == "KZ" else 0
    length = _MOBILE_DIGITS[country] - len(lead)
    return f"+{plan.country_code} {lead} {(draw + apart) % 10**length:0{length}d}"


def _plate(draw: int, country: str) -> str:
    letters, figures = divmod(draw, 900)
    figures += 100
    if country == "RU":
        first, second, third = (_TWIN_LETTERS[letters // 12**place % 12] for place in range(3))
        return f"{first}{figures}{second}{third} 00"
    if country == "IR":
        return f"{letters % 90 + 10} غ {figures} ایران 00".translate(_PERSIAN_DIGITS)
    first, second, third = (_PLATE_LETTERS[letters // 21**place % 21] for place in range(3))
    forms = {"AZ": f"00-{first}{second}-{figures}", "TR": f"00 {first}{second}{third} {figures}", "KZ": f"{figures} {first}{second}{third} 00"}
    return forms.get(country, f"SIMULATED {draw % 1_000_000:06d}")


def _container(draw: int, _country: str) -> str:
    code = f"SIMX{draw % 1_000_000:06d}"
    return f"{code[:4]} {code[4:]}-{(container_digit(code) + 1) % 10}"


def _failing(digits: str, holds: Callable[[str], bool]) -> str:
    """Append the check digit after the one that holds."""
    right = next(digit for digit in range(10) if holds(f"{digits}{digit}"))
    return f"{digits}{(right + 1) % 10}"


_FORMS: Mapping[str, Callable[[int, str], str]] = {
    "phone": _phone,
    "plate": _plate,
    "container": _container,
    "document": lambda draw, country: f"{country}Ж{draw % 10_000_000:07d}",
    "seal": lambda draw, _country: f"SIMULATED-{draw % 10_000_000:07d}",
    "press_mark": lambda draw, _country: f"SIMULATED {draw % 10_000_000}",
    "declaration": lambda draw, _country: f"SIMULATED/{draw % 10_000_000:07d}",
    "imei": lambda draw, _country: _failing(f"0010000{draw % 10_000_000:07d}", luhn),
    "wagon": lambda draw, _country: _failing(f"{draw % 10_000_000:07d}", luhn),
    "imo": lambda draw, _country: f"IMO {_failing(f'{draw % 1_000_000:06d}', imo)}",
    "account": lambda draw, country: f"{country or 'XX'}00 SIMU LATE {draw % 10_000_000:012d}",
    "email": lambda draw, _country: f"simulated.{draw % 10_000_000}@example.invalid",
    "vin": lambda draw, _country: f"SQMULATED{draw % 10_000_000:08d}",
    "waybill": lambda draw, _country: f"000-{draw % 10_000_000:07d}9",
}
