"""Codes put into words: one English sentence a code, translated by gettext where Django is set up.

Who adds an error code adds its sentence here (`MESSAGES`), with named `%(x)s` placeholders.
The catalogue is plain data, so the library speaks English without Django and the server translates
the same message ids (`huikuan/server/locale`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

MESSAGES: dict[str, str] = {}
_translators: list[Callable[[str], str]] = [str]  # one: who speaks now


def gettext_noop(message: str) -> str:
    """Mark a sentence for the translators and return it as it is."""
    return message


def translated(message: str) -> str:
    """A marked sentence in the active language."""
    return _translators[0](message)


def register(messages: Mapping[str, str]) -> None:
    """Add a package's codes and sentences. A code may be registered once only."""
    for code, sentence in messages.items():
        if MESSAGES.setdefault(code, sentence) != sentence:
            raise ValueError(f"message code registered twice: {code}")


def use_translator(translate: Callable[[str], str]) -> Callable[[str], str]:
    """Let this (the server's gettext, say) translate every sentence from now on; returns what did so before."""
    before = _translators[0]
    _translators[0] = translate
    return before


def text_of(code: str, params: Mapping[str, Any]) -> str:
    """The sentence of a code in the active language; an unknown code is shown as itself. A parameter that is a list of
    plain mappings with a `code` is itself put into words, one after the other."""
    sentence = MESSAGES.get(code)
    if sentence is None:
        return f"{code} {dict(params)}" if params else code
    shown = {name: _shown(value) for name, value in params.items()}
    if code == "control.mismatch":
        shown["name"] = control_words(str(shown.get("name", "")))
    try:
        return _translators[0](sentence) % shown
    except KeyError as missing:
        return f"{code} {shown} (missing {missing})"


def _shown(value: Any) -> Any:
    if value is None:
        return ""
    if (
        isinstance(value, list | tuple)
        and value
        and all(isinstance(each, Mapping) and "code" in each for each in value)
    ):
        return "; ".join(text_of(each["code"], each) for each in value)
    return value


# What a statement's own controls are called where its standard gives no words; a reference may follow.
CONTROL_WORDS = (
    gettext_noop("closing balance"), gettext_noop("entries"), gettext_noop("credits"), gettext_noop("debits"),
)  # fmt: skip


def control_words(name: str) -> str:
    """The name of a control total in the active language; what the file itself calls it stays."""
    word = next((each for each in CONTROL_WORDS if name == each or name.startswith(f"{each} ")), "")
    return translated(word) + name[len(word) :] if word else name


register(
    {
        "place.line": gettext_noop("Line %(row)s"),
        "place.sheet": gettext_noop("Sheet “%(sheet)s”, line %(row)s"),
        "place.entry": gettext_noop("Entry %(row)s"),
        "place.file": gettext_noop("The file"),
    }
)


def place_of(sheet: str, row: int | None, entry: bool = False) -> str:
    """Where in a file something is, as a sentence about it begins. `entry`: rows are the entries of a message."""
    code = "file" if row is None else "entry" if entry else "sheet" if sheet else "line"
    return text_of(f"place.{code}", {"sheet": sheet, "row": row})
