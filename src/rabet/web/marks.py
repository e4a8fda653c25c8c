"""Template tags that keep what they show apart from the text around it.

Un-isolated identifiers in a right-to-left line change their order before the reader's eyes: evidence would be read wrongly. So every
identifier, number with a unit and date goes into <bdi dir="ltr">, every name and free text into <bdi> (dir auto).
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from rabet.agreements import terms
from rabet.casework.values import Alert, LaneState
from rabet.records.kinds import CONSIGNMENT_IDENTIFIERS
from rabet.vocabulary import tables
from rabet.web import calendars, names, numerals

register = template.Library()
# Direction overrides and isolates inside a text could make it read as another; they are shown, not obeyed.
_DIRECTION = re.compile("[\u2028-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f]")


def _here() -> str:
    return get_language() or "en"


def visible(text: object) -> str:
    """Return the text with direction controls written out as their code points."""
    return _DIRECTION.sub(lambda found: f"⟦U+{ord(found[0]):04X}⟧", str(text))


@register.filter
def code(value: object) -> SafeString:
    """Show an identifier, exactly as written, left to right."""
    return format_html('<bdi dir="ltr" class="code">{}</bdi>', visible(value))


@register.filter
def name(value: object) -> SafeString:
    """Show a name or text someone else wrote, in its own direction."""
    return format_html("<bdi>{}</bdi>", visible(value))


@register.filter
def number(value: object) -> str:
    return visible(numerals.show_number(value, _here()))


@register.simple_tag
def amount(value: object, unit: str) -> SafeString:
    """Show a quantity with the name of its unit: both stay together."""
    return format_html('<bdi class="amount">{} {}</bdi>', number(value), label(unit, "unit") if unit else "")


@register.filter
def label(value: str, table: str) -> str:
    """Show a code of a vocabulary table in the reader's language."""
    return visible(tables.label(table, str(value), _here()))


@register.filter
def field(pattern: str) -> str:
    return visible(names.field_label(pattern, _here()))


@register.filter
def role(value: str) -> str:
    return visible(names.role_name(value))


@register.filter
def state(value: str) -> str:
    return visible(names.state_name(value))


@register.filter
def part(value: str) -> str:
    return names.part_name(value)


@register.filter
def moment(value: object) -> SafeString:
    """Show a record's time (ISO month, date or instant) by its own clock; an instant says how far it is from world time."""
    shown = format_html_join(" · ", '<bdi dir="ltr">{}</bdi>', ((visible(piece),) for piece in calendars.moment_parts(str(value), _here())))
    return format_html('<time datetime="{}" class="nowrap">{}{}</time>', visible(value), shown, _distance(str(value)))


def _distance(value: str) -> SafeString:
    try:
        at = datetime.fromisoformat(value) if "T" in value else None
    except ValueError:
        at = None
    return format_html(' <bdi dir="ltr" class="quiet small">{}</bdi>', calendars.offset(at)) if at and at.tzinfo else SafeString("")


@register.simple_tag(takes_context=True)
def at(context: template.Context, value: datetime | str | None) -> SafeString:
    """Show when this node did something, by the node's own clock."""
    if not value:
        return SafeString("")
    when = calendars.in_zone(datetime.fromisoformat(value) if isinstance(value, str) else value, context["zone"])
    day = format_html_join(" · ", '<bdi dir="ltr">{}</bdi>', ((piece,) for piece in calendars.day_parts(when.date(), _here())))
    clock = calendars.show_clock(when, _here())
    return format_html('<time datetime="{}"><b class="nowrap">{}</b> <span>{}</span></time>', when.isoformat(), clock, day)


@register.filter
def entry(mapping: Mapping[str, object], key: str) -> object:
    """Look a key up; "" when it is not there."""
    try:
        return mapping[key]
    except KeyError:
        return ""


@register.filter(name="sorted")
def in_order(values: Iterable[str]) -> list[str]:
    return sorted(values)


@register.filter
def substance(value: str) -> str:
    """Show what was seized: a substance, or the type of an exhibit that is none."""
    known = tables.label("substance", value, _here())
    return visible(known if known != value else tables.label("exhibit_type", value, _here()))


@register.filter
def codes(value: str) -> list[str]:
    """Split a list row's codes."""
    return value.split(",") if value else []


@register.filter
def day(value: date) -> SafeString:
    return moment(value.isoformat())


@register.filter
def waiting(lane: LaneState) -> int:
    """Return how many messages of an outgoing lane have no receipt."""
    return lane.size - lane.through


@register.filter
def term(value: str, table: str) -> str:
    """Show a term of an agreement."""
    return terms.in_words(table, value, _here())


@register.filter
def shared(alert: Alert) -> list[tuple[str, str]]:
    """Return (kind, value) of what two records share; a person's identifier is told without its value: that needs a case."""
    return [(kind, "" if alert.person and kind not in CONSIGNMENT_IDENTIFIERS else value) for _id, kind, value in alert.reasons]
