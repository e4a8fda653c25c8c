"""What mypy's Django plugin must know to read the models, as rabet.storage.setup settles it for a node; no node uses this."""

SECRET_KEY = "only for the type checker"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "rabet.storage"]
AUTH_USER_MODEL = "storage.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
