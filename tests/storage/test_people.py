"""Accounts: links that work once, passwords that lock, names that stay in one table."""

from datetime import timedelta
from hashlib import sha256

import pytest
from tests.storage.conftest import TestClock
from tests.storage.samples import AUDIT

from rabet.casework.values import Token
from rabet.storage.people import FAILURES, Account, Locked, NameTaken
from rabet.storage.store import Store
from rabet.storage.transactions import reading, rows

PASSWORD = "a long enough sentence"


@pytest.fixture
def leyla(store: Store) -> Account:
    return store.people.create("leyla", "Leyla (invented)", unit="u1", roles={"supervisor"}, clearance="H2", password=PASSWORD)


def acts(store: Store) -> list[str]:
    with store.read() as uow:
        return [entry.act for _, _, entry in uow.audit_entries()]


def test_an_account_acts_under_a_pseudonym(store: Store, leyla: Account) -> None:
    assert leyla.key == leyla.officer.id != "leyla"
    assert (leyla.officer.unit, leyla.officer.roles, leyla.officer.clearance) == ("u1", {"supervisor"}, "H2")
    assert leyla.officer.agency == "khazar"
    assert store.people.find(leyla.key) == store.people.find(sign_in_name="leyla") == leyla
    assert [one.name for one in store.people.everyone()] == ["Leyla (invented)"]
    with pytest.raises(NameTaken):
        store.people.create("leyla", "Another", unit="u1", roles=set())


def test_the_clear_name_stands_in_one_table(store: Store, leyla: Account) -> None:
    with reading(store.alias):
        entries = rows(store.alias, "SELECT entry FROM audit_entry")
    assert not any(b"Leyla" in bytes(entry) or b"leyla" in bytes(entry) for (entry,) in entries)


def test_a_link_signs_in_once_and_not_after_its_time(store: Store, leyla: Account, clock: TestClock) -> None:
    secret = store.people.new_link(leyla.key)
    assert store.people.link_owner(secret) == leyla
    assert store.people.by_link(secret) == leyla
    assert store.people.by_link(secret) is None
    assert store.people.link_owner(secret) is None
    late = store.people.new_link(leyla.key, lasts=timedelta(minutes=5))
    clock.move(minutes=5)
    assert store.people.by_link(late) is None
    assert store.people.by_link("no such secret") is None
    with pytest.raises(KeyError):
        store.people.new_link("nobody")
    with reading(store.alias):
        assert not any(secret in digest for (digest,) in rows(store.alias, "SELECT digest FROM sign_in_link"))


def test_a_password_opens_only_its_own_account(store: Store, leyla: Account) -> None:
    assert store.people.by_password("leyla", PASSWORD) == leyla
    assert store.people.by_password("leyla", "wrong") is None
    assert store.people.by_password("nobody", PASSWORD) is None
    store.people.create("guest", "Guest", unit="u1", roles=set())
    assert store.people.by_password("guest", "") is None
    assert acts(store) == ["account.created", "signed_in", "sign_in.failed", "account.created", "sign_in.failed"]


def test_wrong_passwords_in_a_row_lock_the_account_for_a_while(store: Store, leyla: Account, clock: TestClock) -> None:
    for _ in range(FAILURES):
        assert store.people.by_password("leyla", "wrong") is None
    with pytest.raises(Locked) as locked:
        store.people.by_password("leyla", PASSWORD)
    assert locked.value.minutes == 15
    with pytest.raises(Locked):
        store.people.step_up(leyla.key, PASSWORD, "d")
    clock.move(minutes=15)
    assert store.people.by_password("leyla", PASSWORD) == leyla
    for _ in range(FAILURES - 1):
        store.people.by_password("leyla", "wrong")
    assert store.people.by_password("leyla", PASSWORD) == leyla
    assert store.people.by_password("leyla", "wrong") is None


def test_step_up_binds_a_password_or_a_fresh_link_to_a_digest(store: Store, leyla: Account, clock: TestClock) -> None:
    given = store.people.step_up(leyla.key, PASSWORD, "digest")
    assert given is not None
    assert (given.officer.id, given.officer.strong, given.digest, given.at) == (leyla.key, True, "digest", clock.now())
    secret = store.people.new_link(leyla.key)
    assert store.people.step_up(leyla.key, secret, "digest") is not None
    assert store.people.step_up(leyla.key, secret, "digest") is None
    other = store.people.create("rashid", "Rashid", unit="u1", roles={"supervisor"})
    assert store.people.step_up(leyla.key, store.people.new_link(other.key), "digest") is None
    assert store.people.step_up("nobody", PASSWORD, "digest") is None


def test_an_inactive_account_is_signed_in_nowhere(store: Store, leyla: Account) -> None:
    secret = store.people.new_link(leyla.key)
    changed = store.people.change(leyla.key, active=False)
    assert not changed.officer.active
    assert store.people.person(leyla.key) is None
    assert store.people.by_link(secret) is None
    assert store.people.by_password("leyla", PASSWORD) is None
    assert store.people.step_up(leyla.key, PASSWORD, "d") is None
    assert store.people.find(leyla.key) is not None


def test_accounts_are_changed(store: Store, leyla: Account) -> None:
    changed = store.people.change(leyla.key, unit="u2", roles={"analyst"}, cases={"c1"}, clearance="H3", by="admin").officer
    assert (changed.unit, changed.roles, changed.cases, changed.clearance) == ("u2", {"analyst"}, {"c1"}, "H3")
    store.people.set_language(leyla.key, "az")
    store.people.set_calendar(leyla.key, "jalali")
    store.people.set_password(leyla.key, "another sentence")
    person = store.people.person(leyla.key)
    assert person is not None
    assert (person.language, person.calendar, person.officer.language) == ("az", "jalali", "az")
    assert store.people.by_password("leyla", PASSWORD) is None
    assert store.people.by_password("leyla", "another sentence") is not None
    with pytest.raises(KeyError):
        store.people.change("nobody", unit="u2")
    assert store.people.person("") is None


def test_a_system_is_known_by_the_digest_of_its_token(store: Store) -> None:
    token = Token(id="t1", name="customs", digest=sha256(b"secret").hexdigest(), scopes=frozenset({"report"}), unit="u1", clearance="H1")
    with store.begin() as uow:
        uow.set_token(token)
        uow.audit(AUDIT)
        assert uow.tokens() == [token]
    assert store.people.token("secret") == token
    assert store.people.token("other") is None
