"""An agreement stands only when all parties signed the same bytes, and only while nobody stopped it."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from tests.agreements import world
from tests.agreements.world import NOW, drafted

from rabet.agreements.document import SignedAgreement
from rabet.agreements.parsing import parse_agreement
from rabet.agreements.standing import hold, signatories, status
from rabet.records.signing import Algorithm, BadSignature, Purpose, Signature

BOTH = {"khazar", "volga"}


@pytest.mark.parametrize(
    ("signed_by", "now", "suspended", "superseded", "expected"),
    [
        (set(), NOW, False, False, "draft"),
        ({"alborz"}, NOW, False, False, "draft"),
        ({"khazar"}, NOW, False, False, "offered"),
        (BOTH, NOW, False, False, "in_force"),
        (BOTH, NOW, True, False, "suspended"),
        (BOTH, NOW, False, True, "superseded"),
        (BOTH, datetime(2026, 1, 31, 23, 59, tzinfo=UTC), False, False, "signed"),
        (BOTH, datetime(2026, 2, 1, tzinfo=UTC), False, False, "in_force"),
        (BOTH, datetime(2030, 12, 31, 23, 59, tzinfo=UTC), False, False, "in_force"),
        (BOTH, datetime(2031, 1, 1, tzinfo=UTC), False, False, "expired"),
        ({"khazar"}, NOW, True, True, "offered"),
    ],
)
def test_status(signed_by: Collection[str], now: datetime, suspended: bool, superseded: bool, expected: str) -> None:
    assert status(world.agreement(), signed_by, now, suspended=suspended, superseded=superseded) == expected


def test_dates_count_in_utc_so_that_both_nodes_agree() -> None:
    last_hour_in_baku = datetime.fromisoformat("2031-01-01T03:59:00+04:00")
    assert status(world.agreement(), BOTH, last_hour_in_baku, suspended=False, superseded=False) == "in_force"
    assert status(world.agreement(), BOTH, last_hour_in_baku + timedelta(minutes=1), suspended=False, superseded=False) == "expired"


def second_version(first: bytes, **terms: object) -> bytes:
    return drafted(version=2, previous=SignedAgreement(first, {}).digest, **terms)


def standings(*signed: tuple[bytes, Collection[str]], suspended: Collection[str] = (), now: datetime = NOW) -> list[tuple[int, str]]:
    names = {SignedAgreement(data, {}).digest: who for data, who in signed}
    documents = [SignedAgreement(data, {}) for data, _ in signed]
    held = hold(documents, now, signed_by=lambda one: names[one.digest], suspended=suspended)
    return [(one.document.version, one.status) for one in held]


def test_a_later_version_replaces_the_earlier_once_it_is_in_force() -> None:
    first = drafted()
    second = second_version(first)
    assert standings((first, BOTH), (second, BOTH)) == [(2, "in_force"), (1, "superseded")]
    assert standings((first, BOTH), (second, {"khazar"})) == [(2, "offered"), (1, "in_force")]


def test_a_later_version_that_has_not_begun_leaves_the_earlier_in_force() -> None:
    first = drafted()
    second = second_version(first, begins=NOW.date() + timedelta(days=1))
    assert standings((first, BOTH), (second, BOTH)) == [(2, "signed"), (1, "in_force")]
    assert standings((first, BOTH), (second, BOTH), now=NOW + timedelta(days=1)) == [(2, "in_force"), (1, "superseded")]


def test_a_version_that_ended_does_not_bring_the_earlier_back() -> None:
    first = drafted(ends=None)
    second = second_version(first, ends=NOW.date() - timedelta(days=1))
    assert standings((first, BOTH), (second, BOTH)) == [(2, "expired"), (1, "superseded")]


def test_suspension_holds_for_every_version() -> None:
    first = drafted()
    assert standings((first, BOTH), (second_version(first), BOTH), suspended={"khazar-volga"}) == [(2, "suspended"), (1, "superseded")]


class Keys:
    """Accepts a signature whose value names the agency and the data."""

    def verify(
        self, agency: str, purpose: Purpose, data: bytes, signatures: Sequence[Signature], floor: Collection[Algorithm] = ("ed25519",)
    ) -> None:
        given = {one.algorithm for one in signatures if one.value == agency.encode() + data[-9:]}
        if purpose is not Purpose.AGREEMENT or not set(floor) <= given:
            raise BadSignature("signature_missing")


def signature(agency: str, data: bytes, algorithm: Algorithm) -> Signature:
    return Signature(algorithm, "00" * 8, agency.encode() + data[-9:])


def test_only_signatures_that_verify_with_the_whole_floor_count() -> None:
    data, other = drafted(), drafted(number="18/2026")
    full = (signature("khazar", data, "ed25519"), signature("khazar", data, "ml-dsa-65"))
    assert signatories(SignedAgreement(data, {"khazar": full}), Keys()) == {"khazar"}
    assert signatories(SignedAgreement(data, {"khazar": full[:1]}), Keys()) == frozenset()
    assert signatories(SignedAgreement(data, {"volga": full, "alborz": full}), Keys()) == frozenset()
    assert parse_agreement(other).digest != parse_agreement(data).digest
