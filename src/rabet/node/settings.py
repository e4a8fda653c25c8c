"""node.toml, read once into a frozen object. Every fault names the key and says what to do."""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rabet.agreements.terms import OFFENCES, PURPOSES
from rabet.node.layout import Layout
from rabet.records.bad_input import LANGUAGES
from rabet.records.header import HANDLING

_AGENCY = re.compile(r"[a-z][a-z0-9-]{1,31}")
_STATE = re.compile(r"[A-Z]{2}|XX")
_HIGHEST_PORT = 65_535


class SettingsError(Exception):
    """A setting is missing or wrong. `key` is its place in node.toml, `advice` what to write there."""

    def __init__(self, key: str, advice: str) -> None:
        self.key, self.advice = key, advice
        super().__init__(f"node.toml, {key}: {advice}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a node is told about itself.

    names: language -> name; database: URL; unit: whose officers see what partners send;
    web_hosts: further names under which the pages are reached; web_secure: they are reached by HTTPS through a proxy; framed_by: origins
    whose pages may show the feed in a frame.
    """

    layout: Layout
    agency: str
    names: Mapping[str, str]
    state: str
    zone: str
    languages: tuple[str, ...]
    host: str
    exchange_port: int
    web_host: str
    web_port: int
    database: str
    handling: str
    purpose: str
    offence: str
    unit: str
    web_hosts: tuple[str, ...] = ()
    web_secure: bool = False
    framed_by: tuple[str, ...] = ()

    @property
    def language(self) -> str:
        """The language a person is spoken to when he has not chosen one."""
        return self.languages[0]

    @property
    def exchange_url(self) -> str:
        """Where partners reach this node."""
        return f"https://{self.host}:{self.exchange_port}"


def read_settings(directory: Path, environment: Mapping[str, str]) -> Settings:
    """Read node.toml of a node's directory; DATABASE_URL in the environment wins over the file.

    Raises:
        SettingsError: no file, not TOML, or a key that is missing or wrong.
    """
    layout = Layout(directory.resolve())
    return _read(layout, _load(layout.config), environment)


def check_settings(settings: Settings) -> None:
    """Refuse settings that could not be read again.

    Raises:
        SettingsError: naming the key.
    """
    _read(settings.layout, tomllib.loads(write_settings(settings)), {})


def _read(layout: Layout, values: Mapping[str, Any], environment: Mapping[str, str]) -> Settings:
    table = _Table(values)
    settings = Settings(
        layout=layout,
        agency=table.text("agency.id", _AGENCY, 'a short id such as "khazar": small letters, digits and hyphens'),
        names={language: table.text(f"agency.names.{language}", None, f"the agency's name in language {language}") for language in LANGUAGES},
        state=table.text("agency.state", _STATE, 'the two-letter country code (ISO 3166), or "XX" for a body of several states'),
        zone=table.text("agency.zone", _is_zone, 'a time zone such as "Asia/Baku"'),
        languages=table.languages("agency.languages"),
        host=table.text("exchange.host", None, "the host name or address under which partners reach this node"),
        exchange_port=table.whole("exchange.port", 1, _HIGHEST_PORT),
        web_host=table.text("web.host", None, 'the address on which officers reach the pages, such as "127.0.0.1"'),
        web_port=table.whole("web.port", 1, _HIGHEST_PORT),
        web_hosts=table.optional_texts("web.hosts"),
        web_secure=table.optional_flag("web.secure"),
        framed_by=table.optional_texts("web.framed_by"),
        database=table.text("database.url", None, 'such as "sqlite:///node.sqlite3"'),
        handling=table.text("defaults.handling", re.compile("|".join(HANDLING)), "H0, H1, H2 or H3"),
        purpose=table.text("defaults.purpose", PURPOSES.__contains__, 'a purpose such as "investigation"'),
        offence=table.text("defaults.offence", OFFENCES.__contains__, "one of the trafficking offences: " + ", ".join(sorted(OFFENCES))),
        unit=table.text("defaults.unit", None, 'the unit whose officers see what partners send, such as "desk"'),
    )
    table.refuse_unknown()
    return replace(settings, database=environment.get("DATABASE_URL") or settings.database)


def write_settings(settings: Settings) -> str:
    """Return the text of a node.toml that says the same (TOML's quoted text is JSON's)."""
    quote = json.dumps
    names = "\n".join(f"{language} = {json.dumps(name, ensure_ascii=False)}" for language, name in settings.names.items())
    return f"""# Settings of one Rabet node. Read once at start: after a change run `rabet up` again.

[agency]
id = {quote(settings.agency)}
state = {quote(settings.state)}
zone = {quote(settings.zone)}
# The first language is the one used when a person has not chosen.
languages = {quote(list(settings.languages))}

[agency.names]
{names}

# Where partners reach this node (TLS 1.3, client certificate required).
[exchange]
host = {quote(settings.host)}
port = {settings.exchange_port}

# Where this agency's officers and systems reach the node.
[web]
host = {quote(settings.web_host)}
port = {settings.web_port}
# Further names under which the pages are reached, and whether a proxy in front of them speaks HTTPS with the browsers.
hosts = {quote(list(settings.web_hosts))}
secure = {quote(settings.web_secure)}
# Origins whose pages may show the feed in a frame.
framed_by = {quote(list(settings.framed_by))}

# DATABASE_URL in the environment wins over this.
[database]
url = {quote(settings.database)}

# What a report gets when it does not say.
[defaults]
handling = {quote(settings.handling)}
purpose = {quote(settings.purpose)}
offence = {quote(settings.offence)}
# Officers of this unit see what partners send.
unit = {quote(settings.unit)}
"""


def _load(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError("", f"there is no node in {path.parent}; make one with: rabet init {path.parent}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError("", f"not readable as TOML ({error}); correct it in {path}") from None


def _is_zone(value: str) -> bool:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, KeyError):
        return False
    return True


class _Table:
    """Takes values by dotted key and remembers which keys were asked for."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(_flat(values, ""))

    def text(self, key: str, rule: re.Pattern[str] | Callable[[str], bool] | None, advice: str) -> str:
        value = self._take(key, advice)
        fits = rule.fullmatch if isinstance(rule, re.Pattern) else rule
        if not isinstance(value, str) or not value.strip() or (fits is not None and not fits(value)):
            raise SettingsError(key, f"{value!r} will not do; write {advice}")
        return value

    def whole(self, key: str, low: int, high: int) -> int:
        value = self._take(key, f"a whole number from {low} to {high}")
        if type(value) is not int or not low <= value <= high:
            raise SettingsError(key, f"{value!r} will not do; write a whole number from {low} to {high}")
        return value

    def languages(self, key: str) -> tuple[str, ...]:
        advice = f"a list of one or more of {', '.join(LANGUAGES)}"
        value = self._take(key, advice)
        if not isinstance(value, list) or not value or any(item not in LANGUAGES for item in value):
            raise SettingsError(key, f"{value!r} will not do; write {advice}")
        return tuple(value)

    def optional_texts(self, key: str) -> tuple[str, ...]:
        value = self._values.pop(key, [])
        if not isinstance(value, list) or any(not isinstance(item, str) or not item for item in value):
            raise SettingsError(key, f"{value!r} will not do; write a list of texts, or remove the key")
        return tuple(value)

    def optional_flag(self, key: str) -> bool:
        value = self._values.pop(key, False)
        if not isinstance(value, bool):
            raise SettingsError(key, f"{value!r} will not do; write true or false, or remove the key")
        return value

    def refuse_unknown(self) -> None:
        for key in self._values:
            raise SettingsError(key, "is not a setting; remove it or correct its spelling")

    def _take(self, key: str, advice: str) -> object:
        try:
            return self._values.pop(key)
        except KeyError:
            raise SettingsError(key, f"is missing; write {advice}") from None


def _flat(values: Mapping[str, Any], prefix: str) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for key, value in values.items():
        pairs += _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, value)]
    return pairs
