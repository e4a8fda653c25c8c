"""People who sign in, and systems that act with a token. The only table with a person's name is `user_account`."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from rabet.storage.fields import Moment, RowNumber


class UserManager(BaseUserManager["User"]):
    """Accounts are made by storage.people; there is no superuser, because nobody may see everything."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(sign_in_name=username)


class User(AbstractBaseUser):
    """An officer's account. pseudonym: what stands in records and audit instead of the name; roles, cases: JSON arrays of codes.

    failures, locked_until: wrong passwords in a row and until when no further one is tried.
    """

    id = RowNumber(primary_key=True)
    sign_in_name = models.TextField(unique=True)
    display_name = models.TextField()
    pseudonym = models.TextField(unique=True)
    unit = models.TextField()
    roles = models.JSONField(default=list)
    cases = models.JSONField(default=list)
    clearance = models.TextField()
    language = models.TextField()
    calendar = models.TextField()
    is_active = models.BooleanField(default=True)
    failures = models.IntegerField(default=0)
    locked_until = Moment(null=True)

    USERNAME_FIELD = "sign_in_name"
    objects = UserManager()

    class Meta:
        db_table = "user_account"

    def get_full_name(self) -> str:
        return self.display_name


class SignInLink(models.Model):
    """A link that signs one user in once. digest: hex SHA-256 of its secret."""

    digest = models.TextField(primary_key=True)
    user = models.ForeignKey(User, models.CASCADE)
    expires = Moment()
    used = Moment(null=True)

    class Meta:
        db_table = "sign_in_link"


class SystemToken(models.Model):
    """A token of an agency system: only its digest is kept. scopes: JSON array."""

    token = models.TextField(primary_key=True)
    name = models.TextField()
    digest = models.TextField(unique=True)
    scopes = models.JSONField(default=list)
    unit = models.TextField()
    clearance = models.TextField()
    active = models.BooleanField()

    class Meta:
        db_table = "system_token"
