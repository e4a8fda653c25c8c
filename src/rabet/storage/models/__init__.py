"""All tables of a node, by subject. Which of them hold clear record data is told in registry.py."""

from rabet.storage.models.links import Anchor, Batch, Lane, Outbox, Quarantine
from rabet.storage.models.people import SignInLink, SystemToken, User
from rabet.storage.models.records import Alert, Identifier, ListRow, Record, Version
from rabet.storage.models.releases import PartnerReceipt, Release, Withheld
from rabet.storage.models.standing import Agreement, Case, Partner
from rabet.storage.models.trail import AuditEntry, Checkpoint, DoomedKey, Event, Head, Job

__all__ = [
    "Agreement",
    "Alert",
    "Anchor",
    "AuditEntry",
    "Batch",
    "Case",
    "Checkpoint",
    "DoomedKey",
    "Event",
    "Head",
    "Identifier",
    "Job",
    "Lane",
    "ListRow",
    "Outbox",
    "Partner",
    "PartnerReceipt",
    "Quarantine",
    "Record",
    "Release",
    "SignInLink",
    "SystemToken",
    "User",
    "Version",
    "Withheld",
]
