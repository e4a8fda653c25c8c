"""The ports one node's acts work with. Node puts a Desk together once; every act takes it first."""

from dataclasses import dataclass

from rabet.casework.ports import Clock, Randomness, Signer, Store, Verifier


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
    offence: str = "possession_for_trafficking"

    def new_id(self) -> str:
        """Return 128 random bits as 32 hex digits: the form of every id."""
        return self.randomness.token(16).hex()
