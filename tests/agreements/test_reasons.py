"""Every reason is a sentence in four languages, and every sentence is a reason that can be given."""

import re
from pathlib import Path
from typing import get_args

import pytest
from tests.agreements.spec import access as access_spec
from tests.agreements.spec import release as release_spec

from rabet.agreements import access, decision, reasons
from rabet.agreements.reasons import PLACES, Reason, ReasonId, explain, texts

IDS = get_args(ReasonId)
LANGUAGES = ("en", "fa", "az", "ru")
PLACE = re.compile(r"\{(\w+)\}")
SCRIPT = {"fa": re.compile(r"[\u0600-\u06ff]"), "ru": re.compile(r"[\u0400-\u04ff]"), "az": re.compile(r"[əığşçöüƏİĞŞÇÖÜ]")}
ARABIC_LETTERS = re.compile("[\u064a\u0643]")  # Arabic ye and kaf, which a Persian text does not have


def test_the_ids_and_the_texts_are_the_same() -> None:
    assert set(texts()) == set(IDS)
    assert len(IDS) == len(set(IDS))


@pytest.mark.parametrize("reason", IDS)
def test_each_reason_has_all_four_languages_with_the_same_places(reason: str) -> None:
    sentences = texts()[reason]
    assert tuple(sentences) == LANGUAGES
    places = {language: sorted(set(PLACE.findall(sentence))) for language, sentence in sentences.items()}
    assert all(found == places["en"] for found in places.values())
    assert set(places["en"]) <= set(PLACES)
    assert len(set(sentences.values())) == 4


@pytest.mark.parametrize("reason", IDS)
def test_each_language_is_written_in_its_letters(reason: str) -> None:
    for language, letters in SCRIPT.items():
        assert letters.search(texts()[reason][language]), language
    assert not ARABIC_LETTERS.search(texts()[reason]["fa"])


@pytest.mark.parametrize("reason", IDS)
def test_each_reason_is_used_in_the_code(reason: str) -> None:
    folder = Path(reasons.__file__).parent
    code = "".join(file.read_text(encoding="utf-8") for file in folder.glob("*.py") if file.name != "reasons.py")
    assert f'"{reason}"' in code


def told() -> list[Reason]:
    rows = [row.decide() for row in release_spec.ROWS]
    acts = [row.decide() for row in access_spec.ROWS]
    return [reason for made in (*rows, *acts) for reason in (*made.reasons, *made.grounds)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_given_fills_its_sentence(language: str) -> None:
    for reason in told():
        sentence = explain(reason, language)
        assert "{" not in sentence
        assert "–" not in sentence, reason


def test_codes_become_words() -> None:
    reason = Reason("class_not_covered", "consignment", "5", "a-b", (("partner", "b"), ("value", "consignment")))
    assert explain(reason, "en") == "Clause consignment (article 5) goes no further than: consignment data."
    assert explain(reason, "ru") == "Пункт consignment (статья 5) не идёт дальше, чем: данные о грузе."
    assert "witness" in explain(Reason("index_category", params=(("value", "witness"),)), "en")
    assert "شاهد" in explain(Reason("index_category", params=(("value", "witness"),)), "fa")


def test_a_place_that_was_not_filled_is_a_dash() -> None:
    assert explain(Reason("agreement_expired"), "en") == "The agreement – ended on –."


def test_every_rule_and_permit_has_its_own_words() -> None:
    assert set(access.FORBIDS) | set(access.PERMITS) <= set(IDS)
    assert decision.RULES
