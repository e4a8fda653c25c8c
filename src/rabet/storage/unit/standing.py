"""Partners, agreements, cases and tokens. Each list is read once in a transaction.

Partners and agreements are read by every act, so they are asked for in plain SQL: building a query costs more than running it.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from rabet.agreements.document import SignedAgreement
from rabet.casework.values import Case, Partner, Token
from rabet.records.signing import read_signature
from rabet.records.strict_json import read_json
from rabet.storage import models
from rabet.storage.fields import to_json
from rabet.storage.transactions import rows
from rabet.storage.unit.officers import Officers

T = TypeVar("T")
_PARTNERS = "SELECT agency, card, card_digest, confirmed, state, breach FROM partner ORDER BY agency"
_AGREEMENTS = "SELECT data, signatures FROM agreement ORDER BY agreement, version DESC, id"


class Standing(Officers):
    """Part of the unit of work."""

    def _start(self) -> None:
        super()._start()
        self._lists: dict[str, Any] = {}

    def _once(self, name: str, read: Callable[[], T]) -> T:
        if name not in self._lists:
            self._lists[name] = read()
        return self._lists[name]  # type: ignore[no-any-return]

    def _changed_list(self, *names: str) -> None:
        self._change()
        for name in names:
            self._lists.pop(name, None)

    def partners(self) -> Sequence[Partner]:
        return self._once("partners", self._read_partners)

    def _read_partners(self) -> list[Partner]:
        return [
            Partner(
                agency=agency,
                card=card,
                card_digest=digest,
                confirmed=bool(confirmed),
                state="open" if state == "open" else "stopped",
                breach=bool(breach),
            )
            for agency, card, digest, confirmed, state, breach in rows(self.alias, _PARTNERS)
        ]

    def set_partner(self, partner: Partner) -> None:
        self._changed_list("partners")
        values = {"card": partner.card, "card_digest": partner.card_digest, "confirmed": partner.confirmed, "state": partner.state}
        models.Partner.objects.using(self.alias).update_or_create(agency=partner.agency, defaults={**values, "breach": partner.breach})

    def agreements(self) -> Sequence[SignedAgreement]:
        return self._once("agreements", self._read_agreements)

    def _read_agreements(self) -> list[SignedAgreement]:
        return [SignedAgreement(bytes(data), _read_signatures(signatures)) for data, signatures in rows(self.alias, _AGREEMENTS)]

    def set_agreement(self, agreement: SignedAgreement, *, suspended: bool) -> None:
        """Keep these bytes with these signatures; all versions of the agreement's id become suspended, or none."""
        self._changed_list("agreements", "suspended")
        document = read_json(agreement.data)
        signatures = {party: [one.to_json() for one in made] for party, made in agreement.signatures.items()}
        stored = models.Agreement.objects.using(self.alias)
        stored.update_or_create(
            digest=agreement.digest,
            defaults={"signatures": to_json(signatures), "suspended": suspended},
            create_defaults={
                "agreement": document["id"],
                "version": document["version"],
                "data": agreement.data,
                "signatures": to_json(signatures),
                "suspended": suspended,
                "at": self.ports.clock.now(),
            },
        )
        stored.filter(agreement=document["id"]).update(suspended=suspended)

    def suspended(self) -> frozenset[str]:
        return self._once("suspended", self._read_suspended)

    def _read_suspended(self) -> frozenset[str]:
        return frozenset(agreement for (agreement,) in rows(self.alias, "SELECT agreement FROM agreement WHERE suspended"))

    def cases(self) -> Sequence[Case]:
        return self._once("cases", self._read_cases)

    def _read_cases(self) -> list[Case]:
        return [
            Case(
                id=row.case,
                number=row.number,
                offence=row.offence,
                unit=row.unit,
                purpose=row.purpose,
                legal_basis=row.legal_basis,
                review_on=row.review_on,
                closed=row.closed,
            )
            for row in models.Case.objects.using(self.alias).order_by("number", "case")
        ]

    def set_case(self, case: Case) -> None:
        self._changed_list("cases")
        names = ("number", "offence", "unit", "purpose", "legal_basis", "review_on", "closed")
        models.Case.objects.using(self.alias).update_or_create(case=case.id, defaults={name: getattr(case, name) for name in names})

    def tokens(self) -> Sequence[Token]:
        return self._once("tokens", self._read_tokens)

    def _read_tokens(self) -> list[Token]:
        return [
            Token(
                id=row.token,
                name=row.name,
                digest=row.digest,
                scopes=frozenset(row.scopes),
                unit=row.unit,
                clearance=row.clearance,
                active=row.active,
            )
            for row in models.SystemToken.objects.using(self.alias).order_by("name", "token")
        ]

    def set_token(self, token: Token) -> None:
        self._changed_list("tokens")
        names = ("name", "digest", "unit", "clearance", "active")
        values = {name: getattr(token, name) for name in names}
        models.SystemToken.objects.using(self.alias).update_or_create(token=token.id, defaults={**values, "scopes": sorted(token.scopes)})


def _read_signatures(text: str) -> dict[str, Any]:
    return {party: tuple(read_signature(one) for one in made) for party, made in json.loads(text).items()}
