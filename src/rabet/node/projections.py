"""Makes the derived tables again from signed versions and sealed content: `rabet rebuild`."""

from collections.abc import Iterable

from rabet.casework.fields import Fields, identifier_rows, list_row
from rabet.casework.values import Content, IdentifierRow, ListRow, Version
from rabet.node.assembly import Node


def rebuild(node: Node, officer: str) -> int:
    """Empty and fill again; returns the number of records."""
    from rabet.storage.rebuilding import rebuild as rebuild_store  # noqa: PLC0415 - it can be imported only when Django stands

    return rebuild_store(node.store, project, officer=officer)


def project(version: Version, content: Content | None) -> tuple[ListRow | None, Iterable[IdentifierRow]]:
    """The newest version of a record as lists and comparison hold it. A recalled record of a partner leaves every list."""
    recalled = version.header.state == "recalled"
    if content is None or (recalled and version.origin == "received"):
        return None, ()
    fields = Fields.of(version.header.kind, content)
    return list_row(version, fields), () if recalled else identifier_rows(version, fields)
