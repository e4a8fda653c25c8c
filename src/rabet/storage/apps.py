"""The one Django application of the node's data."""

from django.apps import AppConfig


class StorageConfig(AppConfig):
    """Label "storage": the user model is storage.User."""

    name = "rabet.storage"
    label = "storage"
    default_auto_field = "rabet.storage.fields.RowNumber"
