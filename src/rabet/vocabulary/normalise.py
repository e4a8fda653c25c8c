"""The one text normaliser. Whatever compares, searches or indexes text starts here, so that two nodes fold text alike.

Two levels. `display` keeps what the officer typed and only repairs its encoding. `key` and `search_key` fold away everything that a
reader would not call a difference; they are for comparing, never for showing. All functions are total: any text in, text out.
"""

import re
import unicodedata

# Persian, Arabic-Indic and full-width digits. Other scripts' digits do not occur in the region's papers.
_DIGITS = {start + value: str(value) for start in (0x06F0, 0x0660, 0xFF10) for value in range(10)}
# Arabic yeh, alef maksura and kaf as Arabic keyboards type them, to the Persian letters.
_PERSIAN = {0x064A: "\u06cc", 0x0649: "\u06cc", 0x0643: "\u06a9"}
# For keys only: forms of heh and teh marbuta that Urdu, Kurdish and Arabic keyboards give for the Persian heh.
_HEH = dict.fromkeys((0x0629, 0x06C1, 0x06C2, 0x06C3, 0x06D5, 0x06BE), "\u0647")
# Case pairs of Azerbaijani and Turkish: I is the capital of dotless i.
_TURKIC = {ord("I"): "\u0131", ord("\u0130"): "i"}
_TURKIC_LANGUAGES = frozenset({"az", "tr"})
# Not seen by a reader: format controls (ZWNJ, ZWJ, bidi marks, BOM, soft hyphen), tatweel, Arabic vowel and hamza marks.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
# What lower-casing a dotted capital I leaves behind.
_DOTTED_I = re.compile("i\u0307+")
_KEY_LETTERS = {**_DIGITS, **_PERSIAN, **_HEH}


def fold_digits(text: str) -> str:
    """Return text with Persian, Arabic-Indic and full-width digits as ASCII digits; nothing else changes."""
    return text if text.isascii() else text.translate(_DIGITS)


def display(text: str) -> str:
    """Return text for storing and showing: NFC, Arabic yeh and kaf as Persian ones, no blanks at the ends.

    Digits stay of the kind typed; ZWNJ and bidi marks stay, because Persian spelling and mixed lines need them.
    """
    return text.strip() if text.isascii() else unicodedata.normalize("NFC", text).translate(_PERSIAN).strip()


def fold_case(text: str, language: str = "") -> str:
    """Return text in one case. language: "az" and "tr" pair I with dotless and dotted capital with i; every other code pairs I with i."""
    return (text.translate(_TURKIC) if language in _TURKIC_LANGUAGES else text).casefold()


def key(text: str, language: str = "") -> str:
    """Return the form under which equal texts are equal: NFKC, ASCII digits, Persian letters, one case, single blanks.

    ZWNJ, bidi marks and Arabic vowel signs are dropped. Applying it twice changes nothing more. language: see `fold_case`.
    """
    if text.isascii():
        return " ".join(fold_case(text, language).split())
    lowered = fold_case(unicodedata.normalize("NFKC", text), language)
    return " ".join(unicodedata.normalize("NFKC", _bare(lowered).casefold()).split())


def _bare(text: str) -> str:
    """Decompose, drop what no reader sees, fold letters. Decomposed, hamza and madda are marks of their own and fall away with them."""
    return _DOTTED_I.sub("i", _UNSEEN.sub("", unicodedata.normalize("NFKD", text).translate(_KEY_LETTERS)))


def search_key(text: str) -> str:
    """Return `key` without accents, dots of i, blanks and punctuation: "TÜRKİYƏ" = "turkiyə", "Plastic-bags " = "plasticbags".

    For tolerant look-up, where finding too much is better than missing; any language.
    """
    folded = key(text)
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded).replace("\u0131", "i")
        folded = "".join(char for char in decomposed if not unicodedata.combining(char))
    return "".join(filter(str.isalnum, folded))
