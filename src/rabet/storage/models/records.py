"""Records, their versions, and the clear projections that lists and comparison read.

A record's random id stands once, in `record`; everything else points to it by row number, so that new rows go to the end of
each index instead of to a random page.
"""

from django.db import models

from rabet.storage.fields import GivenNumber, Moment, RowNumber


class Record(models.Model):
    """Identity of a record and the facts that decide who may see it, taken from its newest version. It stays when content goes."""

    id = RowNumber(primary_key=True)
    record = models.TextField()
    kind = models.TextField()
    author = models.TextField()
    origin = models.TextField()
    sender = models.TextField()
    agreement = models.TextField()
    case = models.TextField()
    unit = models.TextField()
    handling = models.TextField()
    purpose = models.TextField()
    retain_until = models.TextField()
    state = models.TextField()
    blocked = models.BooleanField(default=False)

    class Meta:
        db_table = "record"
        constraints = [models.UniqueConstraint(fields=["record"], name="record_once")]


class Version(models.Model):
    """One signed version. header_text: the exact bytes its author signed; content: sealed under the key at key_slot, NULL when destroyed.

    The content stands last, so that reading a header does not touch its pages.
    """

    id = RowNumber(primary_key=True)
    record = models.ForeignKey(Record, models.PROTECT, db_index=False)
    number = models.IntegerField()
    header_text = models.TextField()
    signatures = models.TextField()
    origin = models.TextField()
    sender = models.TextField()
    agreement = models.TextField()
    case = models.TextField()
    unit = models.TextField()
    officer = models.TextField()
    urgent = models.BooleanField()
    imported = models.BooleanField()
    text_clear = models.BooleanField()
    key_slot = models.BigIntegerField()
    at = Moment()
    content = models.BinaryField(null=True)

    class Meta:
        db_table = "version"
        constraints = [models.UniqueConstraint(fields=["record", "number"], name="version_once")]


class ListRow(models.Model):
    """What lists and feed show of the newest version. Its id is that version's row number: newest first is descending id."""

    id = GivenNumber(primary_key=True)
    record = models.OneToOneField(Record, models.PROTECT)
    version = models.IntegerField()
    kind = models.TextField()
    state = models.TextField()
    at = Moment()
    happened = models.TextField()
    country = models.TextField()
    place = models.TextField()
    substance = models.TextField()
    quantity = models.TextField()
    unit = models.TextField()
    danger = models.TextField()
    urgent = models.BooleanField()
    simulated = models.BooleanField()
    laboratory = models.TextField()
    search = models.TextField()

    class Meta:
        db_table = "list_row"


class Identifier(models.Model):
    """A comparable key of a newest version. key: "kind:value", normalised."""

    id = RowNumber(primary_key=True)
    record = models.ForeignKey(Record, models.PROTECT)
    version = models.IntegerField()
    key = models.TextField()
    quality = models.TextField()
    person = models.BooleanField()

    class Meta:
        db_table = "identifier"
        indexes = [models.Index(fields=["key"], name="identifier_key")]


class Alert(models.Model):
    """Two records that share something. reasons: JSON array of [reason id, identifier kind, value as written]."""

    id = RowNumber(primary_key=True)
    alert = models.TextField()
    record = models.ForeignKey(Record, models.PROTECT, related_name="+")
    other = models.ForeignKey(Record, models.PROTECT, related_name="+")
    reasons = models.TextField()
    person = models.BooleanField()
    state = models.TextField()
    at = Moment()

    class Meta:
        db_table = "alert"
        constraints = [models.UniqueConstraint(fields=["alert"], name="alert_once")]
