"""Turns what was refused into sentences in the reader's language, and into an exit code for programs."""

from collections.abc import Sequence

from rabet.casework.refusal import NotFound, Refused
from rabet.node.key_service import KeysRefused
from rabet.node.sentences import CannotDo
from rabet.node.settings import SettingsError
from rabet.records.bad_input import BadInput, describe
from rabet.records.signing import BadSignature
from rabet.storage.engines import StoreRefused

BROKEN, BAD_INPUT, REFUSED = 1, 2, 3
_NOT_FOUND = {
    "en": "There is no {value} that you may see.",
    "fa": "{value} که مجاز به دیدن آن باشید وجود ندارد.",
    "az": "Görməyinizə icazə verilən {value} yoxdur.",
    "ru": "Нет {value}, доступного вам.",
}
_BAD_SIGNATURE = {
    "en": "A signature does not hold ({value}). Ask for the file again over another way.",
    "fa": "امضایی معتبر نیست ({value}). پرونده را از راه دیگری دوباره بخواهید.",
    "az": "İmza təsdiqlənmir ({value}). Faylı başqa yolla yenidən istəyin.",
    "ru": "Подпись не подтверждается ({value}). Запросите файл ещё раз другим путём.",
}
_KEYS = {
    "en": "The key process refused ({value}).",
    "fa": "فرایند کلید نپذیرفت ({value}).",
    "az": "Açar prosesi imtina etdi ({value}).",
    "ru": "Процесс ключей отказал ({value}).",
}


def sentences(error: Exception, language: str) -> Sequence[str] | None:
    """Return what to tell a person; None for an error that is nobody's fault but the program's."""
    match error:
        case BadInput():
            return [describe(problem, language) for problem in error.problems]
        case Refused():
            return list(error.texts(language))
        case NotFound():
            return [_NOT_FOUND[language].format(value=error)]
        case BadSignature():
            return [_BAD_SIGNATURE[language].format(value=error)]
        case KeysRefused():
            return [_KEYS[language].format(value=error)]
        case CannotDo():
            return [error.text(language)]
        case SettingsError() | StoreRefused() | PermissionError():
            return [str(error)]
        case _:
            return None


def exit_code(error: Exception) -> int:
    """0 is for what was done; see `rabet.cli.main`."""
    if isinstance(error, Refused | NotFound | KeysRefused):
        return REFUSED
    if isinstance(error, BadInput | BadSignature | SettingsError | CannotDo):
        return BAD_INPUT
    return BROKEN
