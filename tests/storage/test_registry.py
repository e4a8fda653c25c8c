"""No clear record data outside the registry; what it lists is dropped by recall and made again by rebuild."""

from dataclasses import replace
from typing import Any

import pytest
from django.apps import apps
from django.db import connections
from tests.storage.samples import AUDIT, NOW, content, keys_of, officer, outgoing, release, row, version

from rabet.casework.values import Alert, AuditEntry, Content, Event, IdentifierRow, ListRow, Version, Withheld
from rabet.storage import registry
from rabet.storage.rebuilding import rebuild
from rabet.storage.store import Store
from rabet.storage.transactions import reading, rows

CANARY = "zzcanaryzz"


def test_every_table_is_told_to_hold_clear_record_data_or_not() -> None:
    named = [projection.model for projection in registry.PROJECTIONS] + list(registry.WITHOUT)
    assert len(set(named)) == len(named)
    assert set(named) == set(apps.get_app_config("storage").get_models())


def sing(store: Store) -> Version:
    """Two records whose every value is the canary, and everything that follows from them."""
    with store.begin() as uow:
        made, other = version(uow, 1), version(uow, 2)
        for one in (made, other):
            uow.add_version(one, content(CANARY), row(one, place=CANARY, substance=CANARY, quantity=CANARY, country=CANARY))
            uow.set_identifiers(one.header.id, keys_of(one, ("seal", CANARY)))
        reasons = (("same_seal", "seal", CANARY),)
        uow.add_alert(Alert(id="a", record=made.header.id, other=other.header.id, reasons=reasons, person=False, state="new", at=NOW))
        uow.add_release(release(made))
        uow.add_withheld(Withheld(made.header.id, 1, "volga", "all", (("no_clause", "c1", "4"),)))
        uow.add_receipt(made.header.id, 1, "alborz", "delivered", "duty_officer", NOW)
        uow.send(outgoing(made, f'{{"value":"{CANARY}"}}'))
        uow.quarantine(uow.in_lane("alborz", "normal"), 0, "not_json", CANARY)
        uow.event(Event(kind="record", record=made.header.id))
        uow.audit(AuditEntry(act="record.reported", officer="o1", role="duty_officer", about=made.header.id))
    return made


def tables_with_canary(store: Store) -> set[str]:
    with reading(store.alias):
        tables = connections[store.alias].introspection.table_names()
        return {table for table in tables if CANARY in repr([_bytes(one) for one in rows(store.alias, f'SELECT * FROM "{table}"')])}  # noqa: S608


def _bytes(found: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(bytes(value) if isinstance(value, memoryview) else value for value in found)


def test_values_of_a_record_stand_in_registered_projections_only(store: Store) -> None:
    sing(store)
    assert tables_with_canary(store) == {projection.table for projection in registry.PROJECTIONS}


def test_dropping_a_record_removes_it_from_every_projection(store: Store) -> None:
    made = sing(store)
    with store.begin() as uow:
        uow.drop_projections(made.header.id)
        uow.audit(AUDIT)
        assert uow.rows([made.header.id]) == {}
        assert [one.record for one in uow.sharing([("seal", CANARY)])] != [made.header.id]
        assert uow.alerts(officer()) == []
        assert uow.content(made) == content(CANARY)


def project(of: Version, held: Content | None) -> tuple[ListRow | None, list[IdentifierRow]]:
    if of.header.state == "recalled" or held is None:
        return None, []
    return row(of, place=held.leaves[0]), keys_of(of, ("seal", held.leaves[0]))


def test_rebuild_makes_projections_again_from_truth(store: Store) -> None:
    with store.begin() as uow:
        for seed in range(3):
            made = version(uow, seed)
            uow.add_version(made, content(f"place {seed}"), row(made, place="damaged"))
            uow.set_identifiers(made.header.id, keys_of(made, ("seal", "damaged")))
        corrected = version(uow, 0, head={"version": 2})
        uow.add_version(corrected, content("moved"), row(corrected))
        gone = version(uow, 1, head={"version": 2, "state": "recalled"})
        uow.add_version(gone, content(), None)
        uow.audit(AUDIT)
    assert rebuild(store, project) == 3
    with store.read() as uow:
        listed = uow.listing(officer(), limit=10)
        assert [one.place for one in listed] == [content("moved").leaves[0], content("place 2").leaves[0]]
        assert uow.sharing([("seal", "damaged")]) == []
        assert [one.record for one in uow.sharing([("seal", content("moved").leaves[0])])] == [corrected.header.id]
        assert uow.audit_entries()[-1][2].act == "projections.rebuilt"


def test_rebuild_is_whole_or_not_at_all(store: Store) -> None:
    made = sing(store)

    def broken(of: Version, held: Content | None) -> tuple[ListRow | None, list[IdentifierRow]]:
        if of.header.id != made.header.id:
            raise ZeroDivisionError
        return replace(row(of), place="new"), []

    with pytest.raises(ZeroDivisionError):
        rebuild(store, broken)
    with store.read() as uow:
        assert uow.rows([made.header.id])[made.header.id].place == CANARY
