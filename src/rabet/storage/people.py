"""Accounts, one-time sign-in links, passwords and step-up: what web and the command line need, without handing them models.

Every change of an account and every sign-in is an entry of the audit log, under pseudonyms. The answer None never says what was
wrong, an unknown name costs as much time as a wrong password, and no password is computed while a transaction is open.
"""

from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from django.contrib.auth.hashers import check_password, make_password

from rabet.casework.values import AuditEntry, Officer, StepUp, Token
from rabet.storage.fields import to_microseconds
from rabet.storage.models import SignInLink, SystemToken, User
from rabet.storage.transactions import reading, run, writing
from rabet.storage.unit.ground import Ports
from rabet.storage.unit.work import UnitOfWork

FAILURES, LOCKED = 5, timedelta(minutes=15)
LINK_LASTS = timedelta(hours=24)
SECRET, PSEUDONYM = 24, 8  # random bytes
STAMP = 16  # hex digits
MOST_STRANGERS = 10_000
BY_NODE = ""  # who acts when the operator does it on the command line


class Locked(Exception):
    """Too many wrong passwords in a row: none is looked at for a while. minutes: how long still."""

    def __init__(self, minutes: int) -> None:
        self.minutes = minutes
        super().__init__(f"locked for {minutes} min")


class NameTaken(ValueError):
    """Another account signs in under this name."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the node.

    key: what a session holds (the pseudonym); stamp: changes with the password, and with it every session made before is over; name:
    clear, shown to its owner and the administrator only; calendar: code.
    """

    key: str
    stamp: str
    name: str
    sign_in_name: str
    language: str
    calendar: str
    officer: Officer


class People:
    """The accounts of one node."""

    def __init__(self, ports: Ports) -> None:
        self._ports, self._alias = ports, ports.alias
        self._strangers: dict[str, tuple[int, datetime | None]] = {}

    # accounts

    def create(
        self,
        sign_in_name: str,
        display_name: str,
        *,
        unit: str,
        roles: Collection[str],
        clearance: str = "H1",
        language: str = "",
        calendar: str = "gregorian",
        password: str | None = None,
        by: str = BY_NODE,
    ) -> Account:
        """Make an account. password: None = it signs in by links only; by: pseudonym of who does it.

        Raises:
            NameTaken: the sign-in name is in use.
        """
        secret = make_password(password)
        with self._act("account.created", by) as said:
            if User.objects.using(self._alias).filter(sign_in_name=sign_in_name).exists():
                raise NameTaken(sign_in_name)
            user = User.objects.using(self._alias).create(
                sign_in_name=sign_in_name,
                display_name=display_name,
                pseudonym=self._ports.randomness.token(PSEUDONYM).hex(),
                unit=unit,
                roles=sorted(roles),
                clearance=clearance,
                language=language,
                calendar=calendar,
                password=secret,
            )
            said.append(user.pseudonym)
        return self._account(user)

    def change(
        self,
        key: str,
        *,
        unit: str | None = None,
        roles: Collection[str] | None = None,
        clearance: str | None = None,
        cases: Collection[str] | None = None,
        active: bool | None = None,
        by: str = BY_NODE,
    ) -> Account:
        """Change what is given; an account that is no longer active is signed in nowhere from then on.

        Raises:
            KeyError: no such account.
        """
        lists = {"roles": roles, "cases": cases}
        values = {"unit": unit, "clearance": clearance, "is_active": active}
        changes = {**values, **{name: None if one is None else sorted(one) for name, one in lists.items()}}
        changes = {name: value for name, value in changes.items() if value is not None}
        with self._act("account.changed", by, key):
            if not User.objects.using(self._alias).filter(pseudonym=key).update(**changes):
                raise KeyError(key)
        account = self.find(key)
        if account is None:
            raise KeyError(key)
        return account

    def set_password(self, key: str, password: str, *, by: str = BY_NODE) -> None:
        """Give an account a password."""
        secret = make_password(password)
        with self._act("account.password_set", by, key):
            User.objects.using(self._alias).filter(pseudonym=key).update(password=secret, failures=0, locked_until=None)

    def set_language(self, key: str, language: str) -> None:
        with writing(self._alias):
            User.objects.using(self._alias).filter(pseudonym=key).update(language=language)

    def set_calendar(self, key: str, calendar: str) -> None:
        with writing(self._alias):
            User.objects.using(self._alias).filter(pseudonym=key).update(calendar=calendar)

    def find(self, key: str = "", *, sign_in_name: str = "") -> Account | None:
        """Return an account by key or sign-in name, active or not."""
        chosen = {"sign_in_name": sign_in_name} if sign_in_name else {"pseudonym": key}
        with reading(self._alias):
            user = User.objects.using(self._alias).filter(**chosen).first()
        return None if user is None else self._account(user)

    def everyone(self) -> Sequence[Account]:
        """Return all accounts by sign-in name: for the administrator."""
        with reading(self._alias):
            return [self._account(user) for user in User.objects.using(self._alias).order_by("sign_in_name")]

    def person(self, key: str) -> Account | None:
        """Return the account of a session, or None when it is gone or not active."""
        account = self.find(key) if key else None
        return account if account is not None and account.officer.active else None

    def _account(self, user: User) -> Account:
        officer = Officer(
            id=user.pseudonym,
            agency=self._ports.agency,
            unit=user.unit,
            roles=frozenset(user.roles),
            clearance=user.clearance,
            cases=frozenset(user.cases),
            active=user.is_active,
            language=user.language or "en",
        )
        return Account(
            user.pseudonym, _digest(user.password)[:STAMP], user.display_name, user.sign_in_name, user.language, user.calendar, officer
        )

    # one-time links

    def new_link(self, key: str, *, lasts: timedelta = LINK_LASTS, by: str = BY_NODE) -> str:
        """Make a secret that signs this account in once. Only its digest is kept.

        Raises:
            KeyError: no such account.
        """
        secret = urlsafe_b64encode(self._ports.randomness.token(SECRET)).decode()
        with self._act("sign_in_link.made", by, key):
            user = User.objects.using(self._alias).filter(pseudonym=key).first()
            if user is None:
                raise KeyError(key)
            SignInLink.objects.using(self._alias).create(digest=_digest(secret), user=user, expires=self._ports.clock.now() + lasts)
        return secret

    def link_owner(self, secret: str) -> Account | None:
        """Return whom a link would sign in; the link stays good."""
        now = self._ports.clock.now()
        with reading(self._alias):
            link = SignInLink.objects.using(self._alias).select_related("user").filter(digest=_digest(secret)).first()
        if link is None or link.used is not None or link.expires <= now or not link.user.is_active:
            return None
        return self._account(link.user)

    def by_link(self, secret: str) -> Account | None:
        """Use a link up and return its owner."""
        owner = self.link_owner(secret)
        if owner is None or not self._use(secret, "signed_in", owner.key):
            return None
        return owner

    def _use(self, secret: str, act: str, key: str) -> bool:
        """Mark the link used; False when another sign-in was faster."""
        now = to_microseconds(self._ports.clock.now())
        sql = "UPDATE sign_in_link SET used = %s WHERE digest = %s AND used IS NULL AND expires > %s"
        with self._act(act, key, key):
            return run(self._alias, sql, [now, _digest(secret), now]) == 1

    # passwords

    def by_password(self, name: str, password: str) -> Account | None:
        """Return the account if the password is right.

        Raises:
            Locked: too many failures; the password was not looked at.
        """
        with reading(self._alias):
            user = User.objects.using(self._alias).filter(sign_in_name=name, is_active=True).first()
        if user is None:
            self._refuse_stranger(name, password)
            return None
        return self._account(user) if self._right(user, password, "signed_in") else None

    def _refuse_stranger(self, name: str, password: str) -> None:
        """Treat a name without an account as one with: it is locked after as many failures, so that a lock does not tell who is here.

        Raises:
            Locked: too many failures.
        """
        failures, until = self._strangers.get(_digest(name), (0, None))
        self._refuse_locked(until)
        make_password(password)
        self._strangers[_digest(name)] = self._failed(failures)
        while len(self._strangers) > MOST_STRANGERS:
            self._strangers.pop(next(iter(self._strangers)), None)

    def _refuse_locked(self, until: datetime | None) -> None:
        now = self._ports.clock.now()
        if until is not None and until > now:
            raise Locked(-(-(until - now) // timedelta(minutes=1)))

    def _failed(self, before: int) -> tuple[int, datetime | None]:
        """Return (failures, locked until) after one more failure."""
        return (before + 1, None) if before + 1 < FAILURES else (0, self._ports.clock.now() + LOCKED)

    def step_up(self, key: str, secret: str, digest: str) -> StepUp | None:
        """Check the password, or a fresh one-time link, of this very account, and bind it to the digest of what is approved.

        Raises:
            Locked: too many failures.
        """
        with reading(self._alias):
            user = User.objects.using(self._alias).filter(pseudonym=key, is_active=True).first()
        if user is None:
            return None
        owner = self.link_owner(secret)
        if owner is not None:
            if owner.key != key or not self._use(secret, "stepped_up", key):
                return None
        elif not self._right(user, secret, "stepped_up"):
            return None
        return StepUp(replace(self._account(user).officer, strong=True), digest, self._ports.clock.now())

    def _right(self, user: User, password: str, act: str) -> bool:
        self._refuse_locked(user.locked_until)
        right = check_password(password, user.password)
        with self._act(act if right else "sign_in.failed", user.pseudonym, user.pseudonym):
            self._count(user, right=right)
        return right

    def _count(self, user: User, *, right: bool) -> None:
        """Count wrong passwords in a row; the last of `FAILURES` locks the account for a while."""
        stored = User.objects.using(self._alias).filter(id=user.id)
        failures, locked = (0, None) if right else self._failed(stored.values_list("failures", flat=True)[0])
        stored.update(failures=failures, locked_until=locked)

    # tokens of systems

    def token(self, secret: str) -> Token | None:
        """Return the active token of an agency system whose digest this secret has."""
        with reading(self._alias):
            row = SystemToken.objects.using(self._alias).filter(digest=_digest(secret), active=True).first()
        if row is None:
            return None
        return Token(id=row.token, name=row.name, digest=row.digest, scopes=frozenset(row.scopes), unit=row.unit, clearance=row.clearance)

    @contextmanager
    def _act(self, act: str, by: str, about: str = "") -> Iterator[list[str]]:
        """One transaction with its audit entry. Yields a list to which a new account's pseudonym is added."""
        said = [about] if about else []
        with writing(self._alias):
            unit = UnitOfWork(self._ports, writes=True)
            yield said
            unit.audit(AuditEntry(act=act, officer=by, role="", about=said[0] if said else ""))
            unit.finish()


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
