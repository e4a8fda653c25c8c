"""The page of the protocol names what the code has: formats, reasons, limits, schemas, vectors."""

import re
from pathlib import Path

from tests.vectors import make

from rabet.exchange import answer, card, envelope, evidence, receipt
from rabet.exchange.refusals import refusal_texts
from rabet.exchange.sender import FIRST_DELAY, LONGEST_DELAY
from rabet.records.signing import Purpose

TOP = Path(__file__).parents[2]
PAGE = " ".join((TOP / "docs/reference/protocol.md").read_text(encoding="utf-8").split())
OWN_AFFAIRS = {"fork", "log_lost", "bad_gap", "bad_receipt", "bad_answer", "unreachable", "busy", "may_not_leave", "not_sealed"}
INSIDE_RECEIPTS_AND_EVIDENCE = {"wrong_lane", "checkpoint_differs", "other_logs", "no_contradiction", "tree_differs"}


def test_every_format_and_purpose_is_named() -> None:
    formats = {card.FORMAT, envelope.BATCH_FORMAT, envelope.MANIFEST_FORMAT, receipt.RECEIPT_FORMAT}
    for name in {*formats, *Purpose} - {Purpose.CHECKPOINT}:
        assert f"`{name}`" in PAGE or f'"{name}"' in PAGE, name


def test_every_reason_a_partner_can_be_given_is_named() -> None:
    for reason in refusal_texts().keys() - OWN_AFFAIRS - INSIDE_RECEIPTS_AND_EVIDENCE:
        assert f"`{reason}`" in PAGE, reason


def test_the_limits_are_those_of_the_code() -> None:
    for limit in (
        envelope.MAX_BODY,
        envelope.MAX_MANIFEST,
        envelope.MAX_HEADER,
        envelope.MAX_MESSAGES,
        receipt.MAX_RECEIPT,
        card.MAX_CARD,
        answer.MAX_ANSWER,
        evidence.MAX_EVIDENCE,
    ):
        assert f"{limit:,}" in PAGE, limit
    assert f"{FIRST_DELAY * 1000:.0f} ms, doubling to {LONGEST_DELAY:.0f} s" in PAGE


def test_every_schema_and_vector_is_named() -> None:
    linked = set(re.findall(r"\(schemas/([a-z-]+)\.json\)", PAGE))
    assert linked == {path.stem for path in (TOP / "docs/reference/schemas").glob("*.json")}
    assert {path.stem for path in make.HERE.glob("*.json")} == make.FILES.keys()
