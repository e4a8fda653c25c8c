"""Every reason the exchange can give has its sentence in four languages."""

import re
from pathlib import Path

import rabet.exchange
from rabet.exchange.refusals import describe_refusal, refusal_texts
from rabet.records.bad_input import LANGUAGES

SOURCE = Path(rabet.exchange.__path__[0])
PURE = ("answer", "envelope", "evidence", "receipt", "receiver", "sender", "pusher")
REASON = re.compile(
    r'(?:EnvelopeRefused|Refused|Alarm|_same|_check_\w+)\(\s*(?:lane, )?"([a-z_]+)"|trouble="([a-z_]+)"|"(busy|unreachable|bad_\w+)"'
)


def test_every_reason_in_the_code_has_a_sentence_in_four_languages() -> None:
    found = {name for part in PURE for match in REASON.findall((SOURCE / f"{part}.py").read_text()) for name in match if name}
    assert {"wrong_audience", "fork", "log_lost", "bad_receipt", "may_not_leave"} <= found
    assert found <= refusal_texts().keys()
    for texts in refusal_texts().values():
        assert sorted(texts) == sorted(LANGUAGES)
        assert all(text.endswith(".") for text in texts.values())


def test_a_reason_of_another_version_is_shown_as_it_is() -> None:
    assert describe_refusal("fork", "en").startswith("Two signed histories")
    assert describe_refusal("moon_phase", "fa") == "moon_phase"
