"""What casework needs from the outside: store, clock, randomness, signatures. Storage, exchange and node provide them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from rabet.agreements.document import SignedAgreement
from rabet.casework.values import (
    Alert,
    AuditEntry,
    Case,
    Content,
    Event,
    IdentifierRow,
    Job,
    LaneState,
    ListRow,
    Officer,
    Outgoing,
    Partner,
    Release,
    Token,
    Version,
    Withheld,
)
from rabet.records.disclosure import Randomness
from rabet.records.signing import Purpose, Signature, Verifier

__all__ = ["Clock", "Randomness", "Signer", "Store", "UnitOfWork", "Verifier"]


class Clock(Protocol):
    """The time of the node: aware, UTC."""

    def now(self) -> datetime: ...


class Signer(Protocol):
    """The agency's own keys, behind the key process."""

    def sign_many(self, purpose: Purpose, texts: Sequence[bytes]) -> Sequence[tuple[Signature, ...]]:
        """Sign many texts in one round trip."""


class Store(Protocol):
    """A node's database. `begin` opens one transaction; leaving it without error commits once, with one audit append and one fsync.

    A transaction without an audit entry that changed something is a programming error and is refused at commit (ChangeWithoutAudit).
    `read` opens a read-only view under the same rules of access.
    """

    def begin(self) -> AbstractContextManager["UnitOfWork"]: ...
    def read(self) -> AbstractContextManager["UnitOfWork"]: ...


class UnitOfWork(Protocol):
    """One transaction. Writes are collected and stored in bulk at commit; reads see them."""

    # records and their content
    def prefetch(self, records: Collection[str]) -> None:
        """Load the versions of these records at once, so that acts over a batch do not ask one by one."""

    def add_version(self, version: Version, content: Content, row: ListRow | None) -> None:
        """Store a version; `row` replaces the record's list projection (None leaves the list as it is: an older version arrived late)."""

    def new_key(self) -> int:
        """Take a fresh record key and return its slot."""

    def version(self, record: str, number: int | None = None) -> Version | None:
        """Newest (or the numbered) version, without any rule of access: acts decide first."""

    def versions(self, record: str) -> Sequence[Version]: ...
    def content(self, version: Version) -> Content | None:
        """Decrypt; None when the key was destroyed."""

    def set_content(self, version: Version, content: Content) -> None:
        """Replace the content of a held version (a release was widened)."""

    def set_text_clear(self, record: str, number: int) -> None: ...
    def set_blocked(self, record: str, *, blocked: bool) -> None: ...
    def erase(self, record: str, before: int) -> None:
        """Destroy the keys of all versions below `before` and drop every clear projection of the record (list row excepted when given anew)."""

    def overdue(self, today: str, limit: int) -> Sequence[str]:
        """Records that may no longer be kept on this day (ISO) and still have content."""

    def drop_projections(self, record: str) -> None:
        """Remove the record from every clear projection in the registry: list, identifiers, alerts."""

    # lists, under the rules of access of one officer; in_force: ids of the agreements in force, without which nothing received is shown
    def listing(
        self,
        officer: Officer,
        *,
        in_force: Collection[str] = (),
        kind: str = "",
        origin: str = "",
        after: str = "",
        limit: int = 50,
        text: str = "",
    ) -> Sequence[ListRow]:
        """Newest first. after: id of the last record of the page before; text: part of what a row shows, or a record's id."""

    def rows(self, records: Collection[str], *, officer: Officer | None = None, in_force: Collection[str] = ()) -> Mapping[str, ListRow]:
        """List rows by record. officer: only what he may see (recalled records too), and only alerts that he may see are counted."""

    def set_row(self, record: str, row: ListRow | None) -> None:
        """Replace the list row of the newest version; None leaves the list as it is."""

    # comparison
    def set_identifiers(self, record: str, rows: Iterable[IdentifierRow]) -> None:
        """Replace the record's keys."""

    def sharing(self, keys: Collection[tuple[str, str]]) -> Sequence[IdentifierRow]:
        """All stored rows with one of these (kind, value) keys, in one query."""

    def identifiers(self, record: str) -> Sequence[IdentifierRow]: ...
    def add_alert(self, alert: Alert) -> None:
        """Store, or join the reasons to the alert that already names the two records."""

    def alerts(self, officer: Officer, *, in_force: Collection[str] = (), record: str = "", limit: int = 50) -> Sequence[Alert]:
        """Newest first, where the officer may see both records."""

    def drop_alerts(self, record: str) -> Sequence[Alert]:
        """Remove the alerts naming this record and return them."""

    # release
    def add_release(self, release: Release) -> None: ...
    def set_release(self, release: Release) -> None: ...
    def release(self, release_id: str) -> Release | None: ...
    def releases(self, record: str = "", *, state: str = "", limit: int = 200) -> Sequence[Release]: ...
    def add_withheld(self, withheld: Withheld) -> None: ...
    def withheld(self, record: str) -> Sequence[Withheld]: ...
    def add_receipt(self, record: str, version: int, partner: str, state: str, detail: str, at: datetime) -> None:
        """What a partner said about a version: accepted, rejected, delivered, recalled, outside_agreement."""

    def receipts(self, record: str) -> Sequence[tuple[int, str, str, str, datetime]]:
        """(version, partner, state, detail, at) oldest first."""

    def send(self, message: Outgoing) -> None:
        """Append to the partner's lane: sequence and log position are given at commit."""

    def withdraw(self, record: str, before: int) -> int:
        """Empty every message of versions below `before` that has no receipt yet: its slot leaves as a digest. Returns how many."""

    # trail
    def audit(self, entry: AuditEntry) -> None: ...
    def event(self, event: Event) -> None: ...
    def job(self, job: Job) -> None: ...
    def audit_entries(self, *, about: str = "", after: int = 0, limit: int = 100) -> Sequence[tuple[int, datetime, AuditEntry]]: ...
    def audit_head(self) -> tuple[int, str]:
        """Size and hex root of the audit log."""

    def events(self, officer: Officer, *, in_force: Collection[str] = (), after: int = 0, limit: int = 100) -> Sequence[Event]:
        """Events this officer may see, in the order of commit."""

    def last_event(self) -> int: ...

    # standing data
    def partners(self) -> Sequence[Partner]: ...
    def set_partner(self, partner: Partner) -> None: ...
    def agreements(self) -> Sequence[SignedAgreement]:
        """All documents known here, newest version of each id first."""

    def set_agreement(self, agreement: SignedAgreement, *, suspended: bool) -> None: ...
    def suspended(self) -> frozenset[str]:
        """Ids of agreements suspended here."""

    def cases(self) -> Sequence[Case]: ...
    def set_case(self, case: Case) -> None: ...
    def lanes(self) -> Sequence[LaneState]: ...
    def tokens(self) -> Sequence[Token]: ...
    def set_token(self, token: Token) -> None: ...
