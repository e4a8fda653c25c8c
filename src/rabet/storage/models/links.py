"""Links to partners: lanes with their trees, messages that wait, batches with manifest and receipt, and poison."""

from django.db import models

from rabet.storage.fields import Moment, RowNumber
from rabet.storage.models.records import Record


class Lane(models.Model):
    """One direction of one lane. size: messages put in (out) or held (in); acknowledged: covered by a receipt (out only).

    tree: compact range (records/merkle.py) at `acknowledged` of an out lane, at `size` of an in lane.
    """

    id = RowNumber(primary_key=True)
    partner = models.TextField()
    lane = models.TextField()
    direction = models.TextField()
    size = models.BigIntegerField(default=0)
    acknowledged = models.BigIntegerField(default=0)
    tree = models.BinaryField()
    contact = Moment(null=True)
    trouble = models.TextField(default="")

    class Meta:
        db_table = "lane"
        constraints = [models.UniqueConstraint(fields=["partner", "lane", "direction"], name="lane_once")]


class Outbox(models.Model):
    """A message and its place in the lane's tree. text: sealed under key_slot until it has a receipt or is withdrawn; digest stays."""

    id = RowNumber(primary_key=True)
    lane = models.ForeignKey(Lane, models.PROTECT, db_index=False)
    sequence = models.BigIntegerField()
    agreement = models.TextField()
    record = models.ForeignKey(Record, models.PROTECT, null=True)
    version = models.IntegerField()
    key_slot = models.BigIntegerField()
    at = Moment()
    digest = models.BinaryField()
    text = models.BinaryField(null=True)

    class Meta:
        db_table = "outbox"
        constraints = [models.UniqueConstraint(fields=["lane", "sequence"], name="outbox_once")]


class Batch(models.Model):
    """A batch with receipt, kept as evidence: exact manifest and signatures, digests of its messages (32 bytes each), exact receipt and root.

    For an in lane the receipt is the one given, for an out lane the one got.
    """

    id = RowNumber(primary_key=True)
    lane = models.ForeignKey(Lane, models.PROTECT, db_index=False)
    first = models.BigIntegerField()
    through = models.BigIntegerField()
    manifest = models.BinaryField()
    signatures = models.TextField()
    digests = models.BinaryField()
    root = models.BinaryField()
    receipt = models.BinaryField()
    at = Moment()

    class Meta:
        db_table = "batch"
        constraints = [models.UniqueConstraint(fields=["lane", "through"], name="batch_once")]


class Anchor(models.Model):
    """The audit log's head as it was placed, blinded, in a message to a partner: once that has a receipt, the partner is its witness."""

    id = RowNumber(primary_key=True)
    lane = models.ForeignKey(Lane, models.PROTECT, db_index=False)
    sequence = models.BigIntegerField()
    size = models.BigIntegerField()
    blinded = models.BinaryField()
    blind = models.BinaryField()

    class Meta:
        db_table = "anchor"


class Quarantine(models.Model):
    """A message that could not be taken: sealed under a key of its own, with the reason that went back signed."""

    id = RowNumber(primary_key=True)
    lane = models.ForeignKey(Lane, models.PROTECT, db_index=False)
    sequence = models.BigIntegerField()
    reason = models.TextField()
    key_slot = models.BigIntegerField()
    text = models.BinaryField()
    at = Moment()

    class Meta:
        db_table = "quarantine"
