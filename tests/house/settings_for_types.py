"""What the type checker must know of Django to read the models; no node uses it."""

from importlib.util import find_spec

SECRET_KEY = "only for the type checker"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if find_spec("rabet.storage") and find_spec("rabet.storage.models"):
    INSTALLED_APPS.append("rabet.storage")
    AUTH_USER_MODEL = "storage.User"
