"""The list predicate and row-level security say what decide_access says."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection
from tests.storage.samples import AUDIT, NOW, content, officer, outgoing, release, report, row, version

from rabet.agreements.access import decide_access
from rabet.agreements.facts import AccessContext, RecordFacts
from rabet.agreements.terms import NO_CONTENT_ROLES, PROPOSING_ROLES
from rabet.casework.values import Alert, Event, Officer, Version, Withheld
from rabet.storage.access import Sight
from rabet.storage.engines import StoreRefused
from rabet.storage.store import Store

ROLES = sorted(PROPOSING_ROLES | NO_CONTENT_ROLES | {"system"})
UNITS, CASES, AGREEMENTS = ["", "u1", "u2"], ["", "c1", "c2"], ["a1", "a2"]
MANY = 120


def fill(store: Store, seed: int) -> list[Version]:
    """Store records of every sort; return their newest versions."""
    chance = random.Random(seed)
    made = []
    with store.begin() as uow:
        for number in range(MANY):
            author = chance.choice(["khazar", "alborz"])
            head = {
                "author": author,
                "handling": chance.choice(["H0", "H1", "H2", "H3"]),
                "retain_until": chance.choice(["2026-04-30", "2026-05-01", "2026-05-02", "2030-01-01"]),
                "state": chance.choice(["current", "current", "current", "recalled"]),
            }
            one = version(
                uow,
                f"{seed} {number}",
                head=head,
                agreement="" if author == "khazar" else chance.choice(AGREEMENTS),
                unit=chance.choice(UNITS),
                case=chance.choice(CASES),
            )
            uow.add_version(one, content("x"), row(one))
            if chance.random() < 0.15:
                uow.set_blocked(one.header.id, blocked=True)
                one = replace(one, blocked=True)
            uow.event(Event(kind="record", record=one.header.id))
            made.append(one)
        uow.audit(AUDIT)
    return made


def facts(of: Version, in_force: frozenset[str]) -> RecordFacts:
    h = of.header
    return RecordFacts(
        id=h.id,
        author=h.author,
        holder="khazar",
        agreement_status="" if of.origin == "own" else "in_force" if of.agreement in in_force else "suspended",
        case=of.case,
        unit=of.unit,
        purposes=frozenset({h.purpose}),
        handling=h.handling,
        automated=True,
        named=frozenset(),
        consents=(),
        retain_until=date.fromisoformat(h.retain_until),
        state=h.state,
        blocked=of.blocked,
    )


def allowed(who: Officer, of: Version, in_force: frozenset[str]) -> bool:
    return decide_access(who, facts(of, in_force), "view", AccessContext(NOW, of.header.purpose)).allowed


# Mostly officers who may see something: a refusal by one rule hides what the others say.
officers = st.builds(
    Officer,
    id=st.just("o1"),
    agency=st.sampled_from(["khazar"] * 7 + ["alborz"]),
    unit=st.sampled_from(["u1", "u1", "u2", "u3", "u3", ""]),
    roles=st.one_of(
        st.sampled_from([frozenset({role}) for role in ("supervisor", "liaison_officer", "duty_officer", "analyst")]),
        st.frozensets(st.sampled_from(ROLES), max_size=3),
    ),
    clearance=st.sampled_from(["H0", "H1", "H2", "H2", "H3", "H3", "H3", "H9"]),
    cases=st.frozensets(st.sampled_from(CASES)),
    strong=st.booleans(),
    active=st.sampled_from([True] * 7 + [False]),
)
forces = st.frozensets(st.sampled_from(AGREEMENTS))
on_a_store = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)


def test_the_list_shows_exactly_what_decide_access_allows(store: Store) -> None:
    held = fill(store, 1)

    @on_a_store
    @given(officers, forces)
    def compare(who: Officer, in_force: frozenset[str]) -> None:
        with store.read() as uow:
            shown = {one.record for one in uow.listing(who, in_force=in_force, limit=MANY)}
        assert shown == {of.header.id for of in held if allowed(who, of, in_force)}

    compare()


def test_events_are_shown_of_what_may_be_seen_and_of_what_was_recalled(store: Store) -> None:
    held = fill(store, 2)

    @on_a_store
    @given(officers, forces)
    def compare(who: Officer, in_force: frozenset[str]) -> None:
        with store.read() as uow:
            shown = {one.record for one in uow.events(who, in_force=in_force, limit=MANY)}
        current = [(of, replace(of, header=replace(of.header, state="current"))) for of in held]
        assert shown == {of.header.id for of, alike in current if allowed(who, alike, in_force)}

    compare()


@pytest.mark.parametrize("role", sorted(NO_CONTENT_ROLES))
def test_who_runs_or_supervises_the_node_sees_no_records(store: Store, role: str) -> None:
    fill(store, 3)
    both = officer(roles=frozenset({role, "supervisor", "liaison_officer"}), clearance="H3", strong=True)
    with store.read() as uow:
        assert uow.listing(both, in_force=AGREEMENTS) == []
        assert uow.events(both, in_force=AGREEMENTS) == []


def test_pages_follow_each_other_without_gap(store: Store) -> None:
    made = [report(store, seed).header.id for seed in range(7)]
    pages: list[str] = []
    with store.read() as uow:
        while found := uow.listing(officer(), after=pages[-1] if pages else "", limit=3):
            pages += [one.record for one in found]
    assert pages == made[::-1]


def test_lists_are_narrowed_by_kind_origin_and_text(store: Store) -> None:
    one = report(store, 1)
    with store.begin() as uow:
        two = version(uow, 2, head={"kind": "consignment", "author": "alborz"}, unit="u1")
        uow.add_version(two, content(), row(two, place="Sərhəd 100%_İstisu"))
        uow.audit(AUDIT)
    liaison = officer(roles=frozenset({"liaison_officer"}))

    def found(**asked: str) -> list[str]:
        with store.read() as uow:
            return [row.record for row in uow.listing(liaison, in_force=["a1"], **asked)]

    assert found(kind="consignment") == [two.header.id]
    assert found(origin="own") == [one.header.id]
    assert found(text="ASTARA") == [one.header.id]
    assert found(text="sərhəd") == [two.header.id]
    assert found(text="100%_i") == [two.header.id]
    assert found(text="%") == [two.header.id]
    assert found(text=one.header.id) == [one.header.id]
    assert found(text="nothing") == []


# The second wall, on PostgreSQL only: what a connection sees that forgets to ask.

A_ROW = "INSERT INTO withheld (record_id, version, partner, part, reasons) VALUES (1, 1, 'x', 'all', '[]')"
TABLES = ("record", "version", "list_row", "identifier", "release", "withheld", "partner_receipt", "alert", "outbox", "quarantine")


@contextmanager
def bare(url: str, role: str = "rabet_sight", **given: str) -> Iterator[Connection]:
    """A connection in one of the node's roles that goes around the store. given: settings, as rabet_unit="u1"."""
    with psycopg.connect(url) as connection:
        connection.execute(f"SET LOCAL ROLE {role}".encode())
        for name, value in given.items():
            connection.execute("SELECT set_config(%s, %s, true)", (name.replace("_", ".", 1), value))
        yield connection
        connection.rollback()


def count(connection: Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


def fill_all(store: Store) -> None:
    """At least one row in every table of records."""
    one, two = report(store, 1, ("seal", "S1")), report(store, 2, ("seal", "S1"))
    reasons = (("same_seal", "seal", "S1"),)
    with store.begin() as uow:
        uow.add_release(release(one))
        uow.add_withheld(Withheld(one.header.id, 1, "volga", "all", ()))
        uow.add_receipt(one.header.id, 1, "alborz", "delivered", "", NOW)
        uow.send(outgoing(one))
        uow.event(Event(kind="record", record=one.header.id))
        uow.add_alert(Alert(id="a", record=one.header.id, other=two.header.id, reasons=reasons, person=False, state="new", at=NOW))
        uow.quarantine(uow.in_lane("alborz", "normal"), 0, "not_json", "{")
        uow.audit(AUDIT)


ALL = (*TABLES, "event")
SEEN = tuple(sorted({*ALL} - {"outbox", "quarantine"}))


@pytest.mark.parametrize("role", ["rabet_act", "rabet_sight"])
def test_without_settings_no_row_of_a_record_is_seen(make_store: Callable[..., Store], postgres: str, role: str) -> None:
    fill_all(make_store(postgres))
    with bare(postgres, role) as connection:
        assert {table: count(connection, table) for table in SEEN} == dict.fromkeys(SEEN, 0)


@pytest.mark.parametrize("table", ["outbox", "quarantine", "user_account", "sign_in_link", "system_token", "audit_entry", "django_session"])
def test_what_no_list_needs_is_closed_to_the_role_of_lists(make_store: Callable[..., Store], postgres: str, table: str) -> None:
    make_store(postgres)
    with bare(postgres, rabet_act="on") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        count(connection, table)


def test_only_the_role_of_acts_sees_everything_by_saying_that_it_acts(make_store: Callable[..., Store], postgres: str) -> None:
    fill_all(make_store(postgres))
    with bare(postgres, "rabet_act", rabet_act="on") as connection:
        assert all(count(connection, table) for table in ALL)
    with bare(postgres, "rabet_sight", rabet_act="on") as connection:
        assert {table: count(connection, table) for table in SEEN} == dict.fromkeys(SEEN, 0)


def test_the_owner_of_the_tables_sees_nothing_either(make_store: Callable[..., Store], postgres: str) -> None:
    fill_all(make_store(postgres))
    with psycopg.connect(postgres) as connection:
        connection.execute("CREATE ROLE someone NOLOGIN")
        connection.execute("GRANT rabet_act, rabet_sight TO someone")
        for table in ALL:
            connection.execute(f"ALTER TABLE {table} OWNER TO someone".encode())
        connection.execute("GRANT USAGE ON SCHEMA public TO someone")
        connection.execute("SET LOCAL ROLE someone")
        assert {table: count(connection, table) for table in ALL} == dict.fromkeys(ALL, 0)
        connection.rollback()


def test_without_an_act_no_row_of_a_record_is_written(make_store: Callable[..., Store], postgres: str) -> None:
    store = make_store(postgres)
    report(store)
    sight = Sight(officer(roles=frozenset({"liaison_officer"})), "khazar", frozenset(), NOW.date())
    named = {name.replace(".", "_"): value for name, value in sight.settings().items()}
    with bare(postgres, **named) as connection:
        assert count(connection, "list_row") == 1
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(A_ROW)
    with bare(postgres, "rabet_act") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(A_ROW)


def test_row_security_shows_exactly_what_decide_access_allows(make_store: Callable[..., Store], postgres: str) -> None:
    held = fill(make_store(postgres), 4)

    @on_a_store
    @given(officers, forces)
    def compare(who: Officer, in_force: frozenset[str]) -> None:
        sight = Sight(who, "khazar", in_force, NOW.date())
        with bare(postgres, **{name.replace(".", "_"): value for name, value in sight.settings().items()}) as connection:
            seen = {record for (record,) in connection.execute("SELECT record FROM record")}
            versions = {record for (record,) in connection.execute("SELECT (header_text::json)->>'id' FROM version")}
        assert seen == versions == {of.header.id for of in held if allowed(who, of, in_force)}

    compare()


def test_the_nodes_roles_neither_own_the_tables_nor_bypass_the_wall(make_store: Callable[..., Store], postgres: str) -> None:
    make_store(postgres)
    owned = "SELECT count(*) FROM pg_tables WHERE tableowner LIKE 'rabet%'"
    forced = "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
    with psycopg.connect(postgres) as connection:
        assert connection.execute(owned).fetchone() == (0,)
        assert {name for (name,) in connection.execute(forced)} == set(ALL)
        found = connection.execute("SELECT rolname, rolsuper OR rolbypassrls OR rolcanlogin FROM pg_roles WHERE rolname LIKE 'rabet%'")
        assert dict(found.fetchall()) == {"rabet_act": False, "rabet_sight": False}


@pytest.mark.parametrize("role", ["rabet_act", "rabet_sight"])
def test_a_node_does_not_start_when_a_role_bypasses_the_wall(make_store: Callable[..., Store], postgres: str, role: str) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"ALTER ROLE {role} BYPASSRLS".encode())
        try:
            with pytest.raises(StoreRefused, match="bypasses row-level security"):
                make_store(postgres)
        finally:
            connection.execute(f"ALTER ROLE {role} NOBYPASSRLS".encode())


def test_a_login_that_may_not_take_the_roles_is_refused(make_store: Callable[..., Store], postgres: str) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE ROLE stranger LOGIN")
        connection.execute("GRANT SELECT ON django_migrations TO stranger")
        try:
            with pytest.raises(StoreRefused, match="GRANT rabet_act"):
                make_store(postgres.replace("postgres@", "stranger@"))
        finally:
            connection.execute("DROP OWNED BY stranger; DROP ROLE stranger")


def test_a_login_apart_from_the_owner_does_all_that_a_node_does(make_store: Callable[..., Store], postgres: str) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE ROLE node_login LOGIN IN ROLE rabet_act, rabet_sight")
    try:
        store = make_store(postgres.replace("postgres@", "node_login@"))
        fill_all(store)
        with store.read() as uow:
            assert len(uow.listing(officer())) == 2
        store.people.create("leyla", "Leyla", unit="u1", roles=set())
        store.jobs.lease()
        store.close()
    finally:
        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute("DROP ROLE node_login")
