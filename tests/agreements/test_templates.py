"""The two templates become agreements that parse, point to articles that exist, and print side by side in any two languages."""

import json
from hashlib import sha256
from html.parser import HTMLParser
from itertools import permutations
from typing import Any

import pytest
from tests.agreements import world
from tests.agreements.world import drafted

from rabet.agreements import print as printing
from rabet.agreements.decision import decide_release
from rabet.agreements.drafting import TEMPLATES, article_files
from rabet.agreements.parsing import parse_agreement
from rabet.agreements.standing import HeldAgreement
from rabet.agreements.terms import OFFENCES, labels
from rabet.records.bad_input import BadInput

LANGUAGES = ("en", "fa", "az", "ru")
THREE = ("khazar", "volga", "alborz")


def parties_of(template: str) -> tuple[str, ...]:
    return THREE if template == "multilateral" else THREE[:2]


def texts(template: str) -> dict[str, str]:
    return {language: article_files(template)[f"{template}.{language}.md"].decode() for language in LANGUAGES}


def articles(text: str) -> list[int]:
    return [int(line.split(".")[0].removeprefix("## ")) for line in text.splitlines() if line.startswith("## ")]


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_draft_parses_and_names_its_parties(template: str) -> None:
    agreement = parse_agreement(drafted(template, parties_of(template)))
    assert tuple(party.id for party in agreement.parties) == parties_of(template)
    assert agreement.unknown == ()
    assert agreement.offences == OFFENCES
    assert len(agreement.conditions) == len(parties_of(template)) * (len(parties_of(template)) - 1)
    assert "Khazar (fa)" in agreement.title["fa"]


@pytest.mark.parametrize("template", TEMPLATES)
def test_persons_stay_back_unless_the_parties_say_otherwise(template: str) -> None:
    agreement = parse_agreement(drafted(template, parties_of(template), rights={("khazar", "volga"): "persons_with_assurance"}))
    tiers = {(one.from_party, one.to_party): one.tier for one in agreement.conditions}
    assert tiers.pop(("khazar", "volga")) == "persons_with_assurance"
    assert set(tiers.values()) == {"consignment"}


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_legal_texts_have_the_digests_the_draft_names(template: str) -> None:
    agreement = parse_agreement(drafted(template, parties_of(template)))
    found = {name: sha256(data).hexdigest() for name, data in article_files(template).items()}
    assert {text.file: text.sha256 for text in agreement.legal.texts} == found
    assert [text.language for text in agreement.legal.texts] == list(LANGUAGES)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_language_has_the_same_articles_and_says_it_is_a_template(template: str) -> None:
    numbers = {language: articles(text) for language, text in texts(template).items()}
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
    assert len({tuple(found) for found in numbers.values()}) == 1
    for language, word in {"en": "template", "fa": "الگو", "az": "nümunə", "ru": "образец"}.items():
        assert word in texts(template)[language]
        assert len(texts(template)[language].split("\n\n")) == len(texts(template)["en"].split("\n\n"))


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_clause_points_to_an_article_that_exists(template: str) -> None:
    document = json.loads(drafted(template, parties_of(template)))
    pointed: list[Any] = [*document["clauses"], *document["human_rights"], document["retention"], document["request_form"], document["clocks"]]
    assert {int(one["article"].split(".")[0]) for one in pointed} <= set(articles(texts(template)["en"]))


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_drafted_agreement_works(template: str) -> None:
    rights = dict.fromkeys(permutations(parties_of(template), 2), "persons")
    agreement = parse_agreement(drafted(template, parties_of(template), id="khazar-volga", rights=rights))
    made = decide_release(HeldAgreement(agreement, "in_force"), world.item(), world.partner(), world.context())
    assert made.granted
    assert made.waiting == world.PERSON_PATHS | world.TEXT_PATHS


def test_a_draft_that_does_not_fit_is_refused() -> None:
    with pytest.raises(BadInput):
        drafted(agencies=("khazar",))
    with pytest.raises(KeyError):
        drafted("secret")
    with pytest.raises(KeyError):
        drafted(offices={})


def test_the_same_words_make_the_same_bytes() -> None:
    assert drafted() == drafted()


def test_the_request_form_is_that_of_the_treaties() -> None:
    form = parse_agreement(drafted()).request_form
    assert {"subject", "grounds", "desired_date", "language"} <= set(form.fields)
    assert "father_name" in form.person_fields
    assert form.signed_by == ("head", "deputy", "seal")


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize(("left", "right"), list(permutations(LANGUAGES, 2)))
def test_any_two_languages_stand_side_by_side(template: str, left: str, right: str) -> None:
    agreement = parse_agreement(drafted(template, parties_of(template)))
    page = printing.side_by_side(agreement, texts(template), left, right)
    assert all(len(line) <= 120 for line in page.splitlines())
    assert agreement.clauses[0].id in page
    assert "{" not in page
    table = printing.side_by_side_html(agreement, texts(template), left, right)
    assert table.count("<tr>") == table.count(f'lang="{left}"') == table.count(f'lang="{right}"')
    assert ('dir="rtl"' in table) is ("fa" in (left, right))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)


def test_what_the_parties_wrote_is_escaped() -> None:
    def hostile(document: dict[str, Any]) -> None:
        document["title"]["en"] = "<script>alert(1)</script>"
        document["parties"][0]["name"]["en"] = '"><img src=x onerror=alert(1)>'
        document["note <b>"] = 1

    agreement = parse_agreement(world.changed(drafted(), hostile))
    tags = Tags()
    tags.feed(printing.side_by_side_html(agreement, {"en": "# <i>x</i>", "fa": "# y"}, "en", "fa"))
    assert tags.seen == {"table", "tr", "td", "p", "h2", "h3"}


def test_everything_agreed_is_on_paper() -> None:
    def special(document: dict[str, Any]) -> None:
        document["clauses"][0]["fields"] = {"only": ["exhibits"], "except": ["place/post"]}
        document["clauses"][1]["unless"] = "x"
        document["in_force"]["until"] = None
        document["note"] = 1

    agreement = parse_agreement(world.changed(drafted(), special))
    page = printing.side_by_side_html(agreement, texts("bilateral"), "en", "ru")
    for part in ("exhibits", "place/post", "is not applied", "denunciation", "note", "1826 days", "MLKEM768", agreement.digest, "witness"):
        assert (part in page) is (part != "witness"), part


def test_every_word_an_agreement_is_printed_with_exists_in_four_languages() -> None:
    for table in labels().values():
        for words in table.values():
            assert tuple(words) == LANGUAGES
            assert all(words.values())
