"""Collects the sentences of the pages into gettext catalogues and compiles them: `python frontend/messages.py`.

New sentences are added to each .po file without a translation, vanished ones leave it; a test fails until every sentence is
translated and the compiled .mo files are those of the .po files. GNU gettext is not needed: Babel does the work.
"""  # noqa: INP001 - a script beside the other builds

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

WEB = Path(__file__).parent.parent / "src" / "rabet" / "web"
LANGUAGES = ("fa", "az", "ru")
PLURALS = {
    "fa": "nplurals=2; plural=(n > 1);",
    "az": "nplurals=2; plural=(n != 1);",
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
}
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def found() -> Iterator[tuple[str, str | tuple[str, ...], str | None]]:
    """Yield (file, text or its singular and plural, context) of every sentence, in the order of files and lines."""
    for path in sorted([*WEB.rglob("*.py"), *WEB.rglob("*.html")]):
        name = path.relative_to(WEB).as_posix()
        source = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            source = "\n".join(line.strip() for line in templatize(source, origin=name).splitlines())
        method = "python" if path.suffix == ".py" else "javascript"
        for _line, message, _comments, context in extract(method, BytesIO(source.encode()), KEYWORDS, options={"encoding": "utf-8"}):
            yield name, message, context


def po_file(language: str) -> Path:
    return WEB / "locale" / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    path = po_file(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def renewed(language: str) -> Catalog:
    """Return the catalogue with exactly today's sentences, old translations kept."""
    old, new = read(language), Catalog(locale=language, charset="utf-8")
    new.mime_headers = [("Plural-Forms", PLURALS[language])]  # type: ignore[assignment]
    for name, message, context in found():
        known = old.get(message[0] if isinstance(message, tuple) else message, context)
        new.add(message, known.string if known else None, locations=[(name, None)], context=context)
    return new


def po_bytes(catalog: Catalog, language: str) -> bytes:
    """Return the .po text without dates and versions of tools, so that it changes only when a sentence does."""
    out = BytesIO()
    write_po(out, catalog, width=140, omit_header=True, sort_by_file=True)
    header = f'# Sentences of Rabet\'s pages.\nmsgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    header += f'"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: {PLURALS[language]}\\n"\n\n'
    return header.encode() + out.getvalue().lstrip()


def mo_bytes(language: str) -> bytes:
    """Compile the .po file: messages without translation are left out. No date, so that the same text gives the same bytes."""
    catalog, out = read(language), BytesIO()
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    write_mo(out, catalog)
    return out.getvalue()


def main() -> None:
    for language in LANGUAGES:
        path = po_file(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(po_bytes(renewed(language), language))
        path.with_suffix(".mo").write_bytes(mo_bytes(language))
        missing = sum(not all(one.string if isinstance(one.string, tuple) else (one.string,)) for one in read(language) if one.id)
        sys.stdout.write(f"{language}: {missing} to translate\n")


if __name__ == "__main__":
    main()
