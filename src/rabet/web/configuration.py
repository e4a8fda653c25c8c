"""Django's settings for the pages of one node, handed to storage.setup.configure_django before anything else is opened."""

from pathlib import Path
from typing import Any

from django.conf.locale import LANG_INFO

from rabet.records.bad_input import LANGUAGES
from rabet.web.site import WebOptions

HERE = Path(__file__).parent
BODY_LIMIT = 1_000_000
SIGN_IN_LASTS = 8 * 3600


def django_settings(agency: str, options: WebOptions) -> dict[str, Any]:
    """Return further settings. Cookies bear the agency's name: nodes on one host share all cookies of that host."""
    return {
        "SECRET_KEY": options.secret,
        "ALLOWED_HOSTS": list(options.hosts),
        "ROOT_URLCONF": "rabet.web.urls",
        "MIDDLEWARE": [
            "rabet.web.guard.headers",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "rabet.web.guard.visitor",
            "django.middleware.csrf.CsrfViewMiddleware",
            "rabet.web.guard.answers",
        ],
        "TEMPLATES": [_templates()],
        "LANGUAGE_CODE": "en",
        "LANGUAGES": [(code, LANG_INFO[code]["name_local"]) for code in LANGUAGES],
        "LOCALE_PATHS": [HERE / "locale"],
        "USE_I18N": True,
        "DATA_UPLOAD_MAX_MEMORY_SIZE": BODY_LIMIT,
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 500,
        **_cookies(agency, options),
    }


def _templates() -> dict[str, Any]:
    return {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "rabet.web.marks"],
            "context_processors": ["rabet.web.frame.frame"],
            "string_if_invalid": "",
        },
    }


def _cookies(agency: str, options: WebOptions) -> dict[str, Any]:
    name = agency.replace("-", "_")
    return {
        "SESSION_COOKIE_NAME": f"rabet_{name}_session",
        "SESSION_COOKIE_AGE": SIGN_IN_LASTS,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": options.secure,
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "CSRF_COOKIE_NAME": f"rabet_{name}_csrf",
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SECURE": options.secure,
        "CSRF_FAILURE_VIEW": "rabet.web.guard.stale_form",
    }
