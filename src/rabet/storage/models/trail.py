"""The node's audit log, its events, and work that is due."""

from django.db import models

from rabet.storage.fields import GivenNumber, Moment, RowNumber


class Head(models.Model):
    """One row: how far each count has come, and the audit log's tree. Who writes holds it, so numbers follow the order of commit."""

    id = GivenNumber(primary_key=True)
    records = models.BigIntegerField(default=0)
    versions = models.BigIntegerField(default=0)
    events = models.BigIntegerField(default=0)
    audit = models.BigIntegerField(default=0)
    tree = models.BinaryField()

    class Meta:
        db_table = "head"


class AuditEntry(models.Model):
    """An entry of the audit log. id: its place, from 1; entry: exact JSON; salt: 16 bytes, so that the leaf tells nothing of the entry.

    record: row number of the record it is about, NULL when it is about none; about: what it is about otherwise.
    """

    id = GivenNumber(primary_key=True)
    record = models.BigIntegerField(null=True, db_index=True)
    about = models.TextField()
    leaf = models.BinaryField()
    salt = models.BinaryField()
    entry = models.BinaryField()

    class Meta:
        db_table = "audit_entry"
        indexes = [models.Index(fields=["about"], name="audit_about", condition=~models.Q(about=""))]


class Checkpoint(models.Model):
    """A checkpoint (C2SP) of the audit log, as this node signed it. text: the exact note."""

    id = RowNumber(primary_key=True)
    size = models.BigIntegerField()
    text = models.TextField()
    at = Moment()

    class Meta:
        db_table = "checkpoint"


class Event(models.Model):
    """What happened, in the order of commit. id: its number. record: row number, NULL when it is about no record."""

    id = GivenNumber(primary_key=True)
    kind = models.TextField()
    record = models.BigIntegerField(null=True)
    partner = models.TextField()
    detail = models.TextField()
    person = models.BooleanField()
    at = Moment()

    class Meta:
        db_table = "event"


class Job(models.Model):
    """Work due at a time. A worker leases it; what is done is deleted, what failed is due again later."""

    id = RowNumber(primary_key=True)
    key = models.TextField(unique=True)
    act = models.TextField()
    due = Moment(db_index=True)
    detail = models.TextField()
    leased_until = Moment(null=True)
    attempts = models.IntegerField(default=0)
    trouble = models.TextField(default="")

    class Meta:
        db_table = "job"


class DoomedKey(models.Model):
    """A key slot to be overwritten, committed with the act that dooms it: a crash between commit and overwriting is made good at start."""

    slot = GivenNumber(primary_key=True)

    class Meta:
        db_table = "doomed_key"
