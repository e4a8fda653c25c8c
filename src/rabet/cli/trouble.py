"""Turns what was refused into sentences in the reader's language, and into an exit code for programs."""

from collections.abc import Mapping, Sequence

from rabet.casework.refusal import NotFound, Refused
from rabet.node.key_service import KeysRefused
from rabet.node.sentences import CannotDo
from rabet.node.settings import SettingsError
from rabet.records.bad_input import BadInput, describe
from rabet.records.signing import BadSignature
from rabet.storage.engines import DatabaseFailed, StoreRefused

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
_STORAGE = {
    "en": "Database or disk failed: {value}. Put that right and try again; what is reported again under the same id takes no second effect.",
    "fa": "پایگاه داده یا دیسک خطا داد: {value}. آن را درست کنید و دوباره بکوشید؛ آنچه با همان شناسه دوباره گزارش شود اثر دوم ندارد.",
    "az": "Verilənlər bazasında və ya diskdə xəta: {value}. Onu aradan qaldırıb təkrarlayın; eyni id ilə təkrar məlumatın ikinci təsiri olmur.",
    "ru": "Сбой базы данных или диска: {value}. Устраните его и повторите; повторное сообщение с тем же id не имеет второго действия.",
}
_KEYS_AWAY = {
    "en": "The key process does not answer ({value}). Try again in a few seconds.",
    "fa": "فرایند کلید پاسخ نمی‌دهد ({value}). چند ثانیه دیگر دوباره بکوشید.",
    "az": "Açar prosesi cavab vermir ({value}). Bir neçə saniyədən sonra yenidən cəhd edin.",
    "ru": "Процесс ключей не отвечает ({value}). Повторите через несколько секунд.",
}


# The first that fits is the sentence into which the error's own text is put.
_ONE_SENTENCE: Sequence[tuple[type[Exception], Mapping[str, str]]] = (
    (NotFound, _NOT_FOUND),
    (BadSignature, _BAD_SIGNATURE),
    (KeysRefused, _KEYS),
    (ConnectionError, _KEYS_AWAY),
    (DatabaseFailed, _STORAGE),
    (OSError, _STORAGE),
)


def sentences(error: Exception, language: str) -> Sequence[str] | None:
    """Return what to tell a person; None for an error that is nobody's fault but the program's."""
    match error:
        case BadInput():
            return [describe(problem, language) for problem in error.problems]
        case Refused():
            return list(error.texts(language))
        case CannotDo():
            return [error.text(language)]
        case SettingsError() | StoreRefused() | PermissionError():
            return [str(error)]
    texts = next((texts for kind, texts in _ONE_SENTENCE if isinstance(error, kind)), None)
    return None if texts is None else [texts[language].format(value=str(error).partition("\n")[0])]


def exit_code(error: Exception) -> int:
    """0 is for what was done; see `rabet.cli.main`."""
    if isinstance(error, Refused | NotFound | KeysRefused):
        return REFUSED
    if isinstance(error, BadInput | BadSignature | SettingsError | CannotDo):
        return BAD_INPUT
    return BROKEN
