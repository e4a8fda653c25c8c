"""Make all derived projections again from truth: signed versions and sealed content. What a row looks like is casework's to say."""

from collections.abc import Callable, Iterable

from rabet.casework.values import AuditEntry, Content, IdentifierRow, ListRow, Version
from rabet.storage import registry
from rabet.storage.store import Store
from rabet.storage.transactions import rows
from rabet.storage.unit.work import UnitOfWork

AT_ONCE = 500
# (newest version, newest content still held or None) -> its list row, or None for none, and its comparable keys.
Project = Callable[[Version, Content | None], tuple[ListRow | None, Iterable[IdentifierRow]]]


def rebuild(store: Store, project: Project, *, officer: str = "") -> int:
    """Empty the derived projections and fill them again, in one transaction. Returns the number of records.

    Alerts stay: they carry officers' decisions; comparing anew joins what is missing.
    """
    done, after = 0, 0
    with store.begin() as uow:
        for projection in registry.PROJECTIONS:
            if projection.derived:
                projection.clear(store.alias)
        while found := rows(store.alias, "SELECT id, record FROM record WHERE id > %s ORDER BY id LIMIT %s", [after, AT_ONCE]):
            uow.prefetch([record for _, record in found])
            for _, record in found:
                _project(uow, record, project)
            uow.forget()
            done, after = done + len(found), found[-1][0]
        uow.audit(AuditEntry(act="projections.rebuilt", officer=officer, role="", detail={"records": done}))
    return done


def _project(uow: UnitOfWork, record: str, project: Project) -> None:
    versions = uow.versions(record)
    contents = (uow.content(version) for version in reversed(versions))
    row, keys = project(versions[-1], next((content for content in contents if content is not None and content.leaves), None))
    uow.set_row(record, row)
    uow.set_identifiers(record, keys)
