"""The reason why two records are shown together: one per kind, weighed, in four languages."""

import tomllib
from importlib.resources import files

from rabet.matching.reasons import reason_of, reason_text, weight_of
from rabet.vocabulary.tables import LANGUAGES, table


def test_what_seldom_repeats_by_chance_weighs_more() -> None:
    assert weight_of(reason_of("container")) > weight_of(reason_of("press_mark"))
    assert weight_of(reason_of("vin")) >= weight_of(reason_of("phone"))


def test_every_kind_has_its_reason_in_four_languages() -> None:
    reasons = tomllib.loads(files("rabet.matching").joinpath("reasons.toml").read_text(encoding="utf-8"))
    assert set(reasons) == {f"same_{kind}" for kind in table("identifier").codes} | {"same_identifier"}
    for reason, row in reasons.items():
        assert 0 < row["weight"] <= 100
        assert len({reason_text(reason, language) for language in LANGUAGES}) == len(LANGUAGES)


def test_what_is_not_known_is_shown_as_it_is() -> None:
    assert reason_of("a_later_kind") == "same_identifier"
    assert reason_text("a_later_reason", "fa") == "a_later_reason"
    assert reason_text("same_seal", "xx") == "The same seal"
    assert reason_of("a_later_kind") == "same_identifier"
    assert weight_of("a_later_reason") == 0
