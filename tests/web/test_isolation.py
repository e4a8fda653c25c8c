"""In a right-to-left page every identifier, name, date and quantity stands isolated, or it would be read in another order."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from tests.web.conftest import CASE, PERSON, Pages

from rabet.web.routes import ROUTES

# Latin letters or digits next to each other with a separator: what a right-to-left line would reorder.
RISKY = re.compile(r"[A-Za-z0-9+]+(?:[-:/.][A-Za-z0-9]+)+|\+\d{6,}|\b[A-Z]{4}\d{7}\b|[0-9a-f]{16,}")
ISOLATING = {"bdi", "code", "option", "textarea", "title", "style", "script"}
HOSTILE = 'نام \u202eevil\u202c <script>alert(1)</script> & "x"'
BODY = {
    "parties": [PERSON, {"nature": "company", "name": "Blue-Line Co. 24/7", "role": "consignor"}],
    "identifiers": [{"kind": "container", "value": "MSKU3456783"}, {"kind": "phone", "value": "+994 50 000 00 00"}],
    "conveyances": [{"mode": "commercial_road", "ownership": "company", "plate": "10-AA-345", "country": "AZ"}],
    "danger": [{"kind": "armed", "grade": "high", "expires": "2030-01-01"}],
    "legs": [{"role": "origin", "country": "AF", "place": "Herat-2", "certainty": "observed"}],
    "source": {"name": "UNODC IDS 2011-2015", "url": "https://dataunodc.un.org/ids", "row": "A-17"},
    "place": {"country": "AZ", "post": "Julfa/Nordooz-1"},
}


class Bare(HTMLParser):
    """Collects the text that stands outside every isolating element."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("input", "meta", "link", "br", "path", "circle", "rect"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not ISOLATING & set(self.open):
            self.texts.append(data)


def bare_patterns(page: str) -> list[str]:
    parser = Bare()
    parser.feed(page)
    return [found[0] for text in parser.texts for found in RISKY.finditer(without_help(text))]


def without_help(text: str) -> str:
    """Sentences that explain how to type dates hold examples; they are Persian sentences of ours, checked by eye."""
    return "" if "20.10.2024" in text else re.sub(r"Authorization: Bearer TOKEN|rabet peer add", "", text)


def addresses(khazar: Pages) -> Iterator[str]:
    outcome = khazar.report("duty", **BODY)
    khazar.report("duty", **BODY)
    record = outcome.record
    yield from ("/", "/embed/feed/", "/records/", "/alerts/", "/releases/", "/links/", "/agreements/", "/report/", "/step-up/", "/nowhere/")
    yield f"/records/{record}/?case={CASE}&purpose=investigation"
    yield f"/records/{record}/versions/1/"
    yield f"/records/{record}/preview/?partner=alborz"
    yield f"/records/{record}/correct/?case={CASE}&purpose=investigation"
    yield f"/releases/{outcome.waiting[0][1]}/"
    yield "/agreements/khazar-alborz/"


def test_no_identifier_stands_bare_in_a_persian_page(khazar: Pages) -> None:
    browser = khazar.browser("supervisor", "fa")
    found = {address: bare_patterns(browser.get(address).text) for address in addresses(khazar)}
    assert {address: patterns for address, patterns in found.items() if patterns} == {}


def test_what_others_wrote_is_text_and_its_direction_controls_are_shown() -> None:
    from rabet.web.marks import code, name  # noqa: PLC0415 - its filters can be imported only when Django stands

    shown = str(name(HOSTILE))
    assert "\u202e" not in shown
    assert "⟦U+202E⟧" in shown
    assert "<script>" not in shown
    assert str(code("10-AA-345")) == '<bdi dir="ltr" class="code">10-AA-345</bdi>'


@pytest.mark.parametrize("language", ["en", "az", "ru", "fa"])
def test_every_page_is_in_the_language_chosen(language: str, khazar: Pages) -> None:
    browser = khazar.browser("supervisor", language)
    direction = "rtl" if language == "fa" else "ltr"
    for address in addresses(khazar):
        page = browser.get(address)
        assert f'<html lang="{language}" dir="{direction}"' in page.text
        assert page.headers["content-language"] == language
        if language != "en":
            for sentence in ("What the record says", "Danger warnings", "Nothing here", "Approvals", "Sign out", "waits for approval"):
                assert sentence not in page.text


def test_readers_of_persian_see_both_calendars_and_their_digits(khazar: Pages) -> None:
    outcome = khazar.report()
    text = khazar.browser("duty", "fa").get(f"/records/{outcome.record}/").text
    assert "۱۴۰۵/۰۸/۲۹" in text
    assert "20.11.2026" in text
    assert "۱۲٫۵ کیلوگرم" in text


def test_every_page_is_named() -> None:
    assert len(ROUTES) == len({route.pattern for route in ROUTES.values()})
