"""Partners, agreements and cases."""

from django.db import models

from rabet.storage.fields import Moment, RowNumber


class Partner(models.Model):
    """Another agency. card: exact text of its card; breach: a breach of an assurance was reported and not lifted."""

    agency = models.TextField(primary_key=True)
    card = models.TextField()
    card_digest = models.TextField()
    confirmed = models.BooleanField()
    state = models.TextField()
    breach = models.BooleanField(default=False)

    class Meta:
        db_table = "partner"


class Agreement(models.Model):
    """One version of an agreement: exact bytes, signatures as JSON by party. agreement: the id that all its versions share."""

    id = RowNumber(primary_key=True)
    digest = models.TextField(unique=True)
    agreement = models.TextField()
    version = models.IntegerField()
    data = models.BinaryField()
    signatures = models.TextField()
    suspended = models.BooleanField()
    at = Moment()

    class Meta:
        db_table = "agreement"


class Case(models.Model):
    """A local case."""

    case = models.TextField(primary_key=True)
    number = models.TextField()
    offence = models.TextField()
    unit = models.TextField()
    purpose = models.TextField()
    legal_basis = models.TextField()
    review_on = models.TextField()
    closed = models.BooleanField()

    class Meta:
        db_table = "case_file"
