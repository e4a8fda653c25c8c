"""An officer, or a system with a token, reports what should not be reported: told at once, and never half stored."""

from typing import Any

import pytest
from tests.casework.conftest import Nodes

from rabet.records.bad_input import BadInput


def _refused(nodes: Nodes, **changes: Any) -> set[str]:  # noqa: ANN401 - any field of the body
    with pytest.raises(BadInput) as refused:
        nodes.report(body={**nodes.body(), **changes})
    return {problem.id for problem in refused.value.problems}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"more": {f"field {number}": 1 for number in range(3_000)}}, "too_many_items"),
        ({"more": [f"{number:03} " + "x" * 3_900 for number in range(60)]}, "too_large"),
        ({"a" * 600: 1}, "too_deep"),
        ({"place": {"country": "AZ", "post": {}}}, "not_text"),
        ({"identifiers": [{"kind": [], "value": "x1"}]}, "unknown_code"),
        ({"identifiers": [{"kind": "container", "value": []}]}, "not_text"),
        ({"a\x1b[2J": "b"}, "control_character"),
        ({"note": "\u009b2J"}, "control_character"),
        ({"\u202enote": 1}, "control_character"),
    ],
    ids=[
        "multitude",
        "library",
        "endless name",
        "object for a text",
        "list for a code",
        "list for a text",
        "cursor in a name",
        "cursor",
        "turn",
    ],
)
def test_what_no_message_could_carry_or_no_reader_should_meet_is_refused(nodes: Nodes, changes: dict[str, Any], problem: str) -> None:
    assert problem in _refused(nodes, **changes)


def test_a_body_that_nests_too_deep_is_refused(nodes: Nodes) -> None:
    deep: Any = 1
    for _ in range(40):
        deep = {"a": deep}
    assert "too_deep" in _refused(nodes, more=deep)


def test_the_largest_record_that_is_taken_also_travels(nodes: Nodes) -> None:
    """What was too large for a message was stored, told as sent, and then stopped at the second gate."""
    quoted = {f"note {number:02}": '"' * 3_900 for number in range(14)}
    made = nodes.report(body={**nodes.body(), "exhibits": [nodes.body()["exhibits"][0]] * 150, "packaging": '"' * 3_900, "more": quoted})
    texts = [text for _, text in nodes.queued("khazar", "volga") if text and made.record in text]
    assert texts
    assert nodes.hand_over("khazar", "volga")[-1].status == "accepted"
