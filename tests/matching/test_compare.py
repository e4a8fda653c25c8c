"""What two records share, with the reason and the weaker of the two qualities."""

import tomllib
from importlib.resources import files

from hypothesis import given
from hypothesis import strategies as st

from rabet.matching.compare import Match, reason_of, reason_text, shared
from rabet.matching.identifiers import Key, normalise
from rabet.vocabulary.tables import LANGUAGES, table

QUALITIES = ("checked", "plain", "check_failed")
KEYS = st.lists(
    st.builds(
        Key, st.sampled_from(["container", "phone", "seal", "later"]), st.sampled_from("abc"), st.sampled_from(QUALITIES), st.just("as written")
    ),
    max_size=8,
)


def test_a_container_and_a_plate_are_shared() -> None:
    ours = (*normalise("container", "CSQU 305438-3"), *normalise("plate", "А123ВС77", "RU"), *normalise("phone", "0912 123 4567", "IR"))
    theirs = (*normalise("container", "CSQU 305438"), *normalise("plate", "A123BC77"), *normalise("phone", "+98 912 123 4568"))
    assert shared(ours, theirs) == (
        Match("container", "CSQU3054383", "same_container", "plain", 90),
        Match("plate", "RU:A123BC77", "same_plate", "plain", 80),
    )


def test_the_same_text_as_another_kind_is_no_match() -> None:
    assert shared(normalise("seal", "AB123456"), normalise("document", "AB123456")) == ()


@given(KEYS, KEYS)
def test_sharing_is_mutual_and_tells_each_thing_once(ours: list[Key], theirs: list[Key]) -> None:
    found = shared(ours, theirs)
    assert found == shared(theirs, ours)
    identities = [(match.kind, match.value) for match in found]
    assert len(identities) == len(set(identities))
    assert set(identities) == {(key.kind, key.value) for key in ours} & {(key.kind, key.value) for key in theirs}
    assert [match.weight for match in found] == sorted((match.weight for match in found), reverse=True)


@given(KEYS)
def test_a_record_shares_everything_with_itself_at_its_best_quality(keys: list[Key]) -> None:
    for match in shared(keys, keys):
        held = [key.quality for key in keys if (key.kind, key.value) == (match.kind, match.value)]
        assert match.quality == min(held, key=QUALITIES.index)


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
