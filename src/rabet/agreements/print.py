"""An agreement on paper: legal text and executable part side by side in two languages, as plain text or as HTML. Pure functions."""

import re
from collections.abc import Iterable, Mapping
from html import escape
from itertools import zip_longest
from textwrap import wrap

from rabet.agreements.document import Agreement, Clause
from rabet.agreements.terms import in_words, labels

RIGHT_TO_LEFT = frozenset({"fa"})
_HEADING = re.compile(r"(#+) (.*)")


def side_by_side(agreement: Agreement, texts: Mapping[str, str], left: str, right: str, *, width: int = 120) -> str:
    """Return two columns of plain text, `width` characters in all.

    texts: language -> the legal text (Markdown with "# " title and "## " articles), for both languages.
    """
    column = (width - 3) // 2
    rows = zip_longest(_paragraphs(agreement, texts[left], left), _paragraphs(agreement, texts[right], right), fillvalue="")
    return "\n".join(line for pair in rows for line in _columns(*pair, column)) + "\n"


def side_by_side_html(agreement: Agreement, texts: Mapping[str, str], left: str, right: str) -> str:
    """Return a table of two columns with language and direction set; every text is escaped."""
    rows = zip_longest(_paragraphs(agreement, texts[left], left), _paragraphs(agreement, texts[right], right), fillvalue="")
    body = "\n".join(f"<tr>{_cell(one, left)}{_cell(other, right)}</tr>" for one, other in rows)
    return f'<table class="agreement">\n{body}\n</table>\n'


def _columns(left: str, right: str, column: int) -> Iterable[str]:
    lines = zip_longest(wrap(_plain(left), column), wrap(_plain(right), column), fillvalue="")
    return (*(f"{one:<{column}} | {other}".rstrip() for one, other in lines), "")


def _plain(text: str) -> str:
    return text.lstrip("#> ")


def _cell(text: str, language: str) -> str:
    heading = _HEADING.fullmatch(text)
    tag = f"h{len(heading[1]) + 1}" if heading else "p"
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    return f'<td lang="{language}" dir="{direction}"><{tag}>{escape(_plain(text))}</{tag}></td>'


def _paragraphs(agreement: Agreement, text: str, language: str) -> list[str]:
    """Every paragraph of the legal text, then the executable part in words; the same number in every language."""
    return [part.replace("\n", " ").strip() for part in text.split("\n\n") if part.strip()] + _executable(agreement, language)


def _executable(agreement: Agreement, language: str) -> list[str]:
    def say(phrase: str, **parts: object) -> str:
        return labels()["print"][phrase][language].format(**parts)

    ends = agreement.ends.isoformat() if agreement.ends else say("denounced")
    return [
        f"# {agreement.title[language]}",
        say("version", id=agreement.id, version=agreement.version, digest=agreement.digest),
        say("in_force", begins=agreement.begins.isoformat(), ends=ends),
        f"## {say('parties')}",
        *(
            f"{party.name[language]} ({party.state}): {say('reached_at', host=party.host, port=party.port, card=party.card)}; "
            + "; ".join(f"{in_words('authority_role', one.role, language)}: {one.name[language]}" for one in party.authorities)
            for party in agreement.parties
        ),
        f"## {say('executable')}",
        *(_clause(agreement, clause, language) for clause in agreement.clauses),
        *(
            say(
                "rights",
                article=one.article,
                giver=_name(agreement, one.from_party, language),
                taker=_name(agreement, one.to_party, language),
                tier=in_words("tier", one.tier, language),
            )
            for one in agreement.conditions
        ),
        *_standing_terms(agreement, language),
        *([say("unknown", paths=", ".join(agreement.unknown))] if agreement.unknown else []),
    ]


def _standing_terms(agreement: Agreement, language: str) -> list[str]:
    phrases, form, clocks = labels()["print"], agreement.request_form, agreement.clocks
    keeping = [
        phrases["days"][language].format(kind=in_words("kind", kind, language), days=days) for kind, days in agreement.retention.kinds.items()
    ]
    return [
        phrases["retention"][language].format(
            article=agreement.retention.article, kinds=_list(keeping, language), persons=agreement.retention.persons
        ),
        phrases["form"][language].format(
            article=form.article,
            fields=_words("form_field", form.fields, language),
            persons=_words("person_field", form.person_fields, language),
            signed_by=_words("form_signature", form.signed_by, language),
            refusals=_words("refusal", form.refusals, language),
        ),
        phrases["clocks"][language].format(
            article=clocks.article,
            urgent_direct=clocks.urgent_direct,
            urgent_indirect=clocks.urgent_indirect,
            other=clocks.other,
            core_data=clocks.core_data,
            written_confirmation=clocks.written_confirmation,
            lease=agreement.consent_lease,
        ),
        phrases["crypto"][language].format(suite=agreement.suite, floor=", ".join(agreement.floor)),
    ]


def _clause(agreement: Agreement, clause: Clause, language: str) -> str:
    phrases = labels()["print"]
    parts = [
        phrases["clause"][language].format(
            id=clause.id,
            article=clause.article,
            givers=_list((_name(agreement, one, language) for one in clause.from_parties), language),
            takers=_list((_name(agreement, one, language) for one in clause.to_parties), language),
            kinds=_words("kind", clause.kinds, language),
            level=in_words("release_class", clause.up_to, language),
            purposes=_words("purpose", clause.purposes, language),
            handling=clause.handling_max,
            offences=_words("offence", clause.offences, language),
            mode=in_words("mode", clause.mode, language),
        )
    ]
    if clause.persons:
        parts.append(phrases["persons"][language].format(persons=_words("party_category", clause.persons, language)))
    if clause.only:
        parts.append(phrases["only"][language].format(fields=", ".join(clause.only)))
    if clause.excluded:
        parts.append(phrases["excluded"][language].format(fields=", ".join(clause.excluded)))
    if not clause.understood:
        parts.append(phrases["not_understood"][language])
    return " ".join(parts)


def _name(agreement: Agreement, agency: str, language: str) -> str:
    party = agreement.party(agency)
    return party.name[language] if party else agency


def _words(table: str, codes: Iterable[str], language: str) -> str:
    return _list((in_words(table, code, language) for code in codes), language)


def _list(words: Iterable[str], language: str) -> str:
    return ("، " if language == "fa" else ", ").join(words)
