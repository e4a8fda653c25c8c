"""What was released to whom, what was withheld and why, and what partners said about a version."""

from django.db import models

from rabet.storage.fields import Moment, RowNumber
from rabet.storage.models.records import Record


class Release(models.Model):
    """One part of one version for one partner. paths: JSON array of leaf paths; approvals: JSON."""

    id = RowNumber(primary_key=True)
    release = models.TextField()
    record = models.ForeignKey(Record, models.PROTECT)
    version = models.IntegerField()
    partner = models.TextField()
    agreement = models.TextField()
    part = models.TextField()
    state = models.TextField()
    digest = models.TextField()
    requested_by = models.TextField()
    at = Moment()
    approvals = models.TextField()
    paths = models.TextField()

    class Meta:
        db_table = "release"
        constraints = [models.UniqueConstraint(fields=["release"], name="release_once")]
        indexes = [models.Index(fields=["id"], name="release_waiting", condition=models.Q(state="waiting"))]


class Withheld(models.Model):
    """Why a part did not go, for its owner only. reasons: JSON array of [reason id, clause, article]."""

    id = RowNumber(primary_key=True)
    record = models.ForeignKey(Record, models.PROTECT)
    version = models.IntegerField()
    partner = models.TextField()
    part = models.TextField()
    reasons = models.TextField()

    class Meta:
        db_table = "withheld"


class PartnerReceipt(models.Model):
    """What a partner said about a version: rejected, delivered, recalled ...; "accepted" follows from the lane's receipts."""

    id = RowNumber(primary_key=True)
    record = models.ForeignKey(Record, models.PROTECT)
    version = models.IntegerField()
    partner = models.TextField()
    state = models.TextField()
    detail = models.TextField()
    at = Moment()

    class Meta:
        db_table = "partner_receipt"
