"""The ports one node's acts work with. Node puts a Desk together once; every act takes it first."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from rabet.agreements.terms import CATEGORIES, OFFENCES, PURPOSES
from rabet.casework.ports import Clock, Randomness, Signer, Store, Verifier
from rabet.vocabulary.tables import codes_of


@dataclass(frozen=True, slots=True)
class Desk:
    """The ports and the defaults of one node.

    agency: its id; state: its country; handling, purpose, offence: what a report gets when it names none; unit: whose officers see what
    partners send.
    """

    agency: str
    state: str
    store: Store
    clock: Clock
    randomness: Randomness
    signer: Signer
    verifier: Verifier
    handling: str = "H1"
    purpose: str = "investigation"
    unit: str = "desk"
    offence: str = "art3.1.a.i"

    def new_id(self) -> str:
        """Return 128 random bits as 32 hex digits: the form of every id."""
        return self.randomness.token(16).hex()


_AGREED: Mapping[str, Container[str]] = {"offence": OFFENCES, "purpose": PURPOSES, "party_category": CATEGORIES}


def codes(table: str) -> Container[str] | None:
    """Return the codes of a table, or None when there is no such table. What agreements decide by has the agreements' closed lists."""
    return _AGREED.get(table) or codes_of(table)
