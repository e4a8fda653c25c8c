"""What a statement changes in what lists show. It never changes the record it is about: that has one writer."""

from dataclasses import replace

from rabet.casework.fields import Fields
from rabet.casework.ports import UnitOfWork
from rabet.casework.values import Version

LABORATORY_RESULT = "laboratory_result"


def take_effect(uow: UnitOfWork, version: Version, fields: Fields) -> None:
    """Show a laboratory's result in the list beside the seizure it is about, if the seizure's own agency says it."""
    if version.header.kind != "statement" or fields.first("says") != LABORATORY_RESULT:
        return
    about = uow.version(fields.first("about/id"))
    row = uow.rows([about.header.id]).get(about.header.id) if about else None
    if about is not None and row is not None and about.header.author == version.header.author:
        uow.set_row(about.header.id, replace(row, laboratory=result_of(fields)))


def lose_effect(uow: UnitOfWork, version: Version) -> None:
    """Undo `take_effect` of a statement that is taken back, corrected or no longer kept, before its content goes."""
    if version.header.kind != "statement":
        return
    fields = Fields.of(version.header.kind, uow.content(version))
    about = fields.first("about/id")
    row = uow.rows([about]).get(about) if about else None
    if row is not None and row.author == version.header.author and row.laboratory == result_of(fields):
        uow.set_row(about, replace(row, laboratory=""))


def result_of(fields: Fields) -> str:
    """The result in a few signs: substance code, and the purity with its basis where given."""
    purity = fields.first("laboratory/purity")
    basis = fields.first("laboratory/basis")
    return " ".join(filter(None, (fields.first("laboratory/substance"), f"{purity} %" if purity else "", basis if purity else "")))
