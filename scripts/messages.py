"""The catalogues of translations, without GNU gettext.

    python scripts/messages.py update [APP...]   read every sentence from code and templates, bring the .po files
                                          (of these apps) up to date; what is translated elsewhere is filled in
    python scripts/messages.py compile    write the .mo files beside them (done by the build too)
    python scripts/messages.py check      exit 1 and name what is missing or unused

Each app under server/ has its own `locale/`; everything else (library, command line, server's own modules) is in
`src/huikuan/locale`. A .po file holds the sentences of its folder in alphabetical order, without line numbers, so
that a change of code does not change it. English needs none: the sentences are written in English.
"""

from __future__ import annotations

import functools
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "huikuan"
LANGUAGES = ("zh_Hans", "zh_Hant")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


@functools.cache
def locale_folders() -> dict[Path, Path]:
    """Each folder of sources with its `locale` folder; the most specific one owns a file."""
    apps = [folder.parent for folder in sorted(SOURCE.glob("server/*/__init__.py"))]
    return {SOURCE: SOURCE / "locale"} | {app: app / "locale" for app in apps}


def owner(path: Path) -> Path:
    """The folder whose catalogue holds a file's sentences."""
    return next((folder for folder in path.parents if folder in locale_folders()), SOURCE)


def sources() -> Iterator[Path]:
    """Every file that may hold sentences."""
    for path in sorted(SOURCE.rglob("*")):
        if (
            path.suffix in (".py", ".html", ".txt")
            and "static_built" not in path.parts
            and "migrations" not in path.parts
        ):
            yield path


def sentences(path: Path) -> Iterator[tuple[str | None, str | tuple[str, ...]]]:
    """The sentences of a file as (context, msgid); msgid is a pair for a plural."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        if "{%" not in text and "{{" not in text:
            return
        text = _as_python(text)
    try:
        found = list(extract_python(io.BytesIO(text.encode()), list(KEYWORDS), [], {"encoding": "utf-8"}))
    except (tokenize.TokenError, SyntaxError) as error:
        raise SystemExit(f"{path}: cannot be read: {error}") from error
    for _line, function, message, _comments in found:
        sentence = _sentence(function, message)
        if sentence is not None:
            yield sentence


def _as_python(template: str) -> str:
    """A template's gettext calls, one a line, in Django's own reading of the template."""
    from django.utils.translation.template import templatize

    calls = re.compile(r"\b(?:_|n?p?gettext)\((?:[^()'\"]|u?'(?:\\.|[^'\\])*'|u?\"(?:\\.|[^\"\\])*\")*\)")
    return "\n".join(call.group().replace("\n", " ") for call in calls.finditer(templatize(template)))


def _sentence(function: str | None, message: object) -> tuple[str | None, str | tuple[str, ...]] | None:
    parts = message if isinstance(message, tuple) else (message,)
    words = [part for part in parts if isinstance(part, str) and part]
    if not words:
        return None
    if function in ("pgettext", "pgettext_lazy"):
        return (words[0], words[1]) if len(words) > 1 else None
    if function in ("ngettext", "ngettext_lazy"):
        return (None, (words[0], words[1])) if len(words) > 1 else None
    if function == "npgettext":
        return (words[0], (words[1], words[2])) if len(words) > 2 else None
    return None, words[0]


@functools.cache
def template_of(folder: Path) -> Catalog:
    """All sentences of a folder."""
    catalog = Catalog(charset="utf-8")
    for path in sources():
        if owner(path) == folder:
            for context, message in sentences(path):
                catalog.add(message, context=context)
    return catalog


def po_path(locale: Path, language: str) -> Path:
    """Where the catalogue of a language lies."""
    return locale / language / "LC_MESSAGES" / "django.po"


def read(path: Path, language: str) -> Catalog:
    """A catalogue from its file; an empty one if there is no file."""
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as handle:
        return read_po(handle, locale=language)


def updated(folder: Path, locale: Path, language: str, fill: bool = True) -> Catalog:
    """The catalogue as it should be: every sentence, with the translation it already has; what is unused is gone."""
    fresh, old = template_of(folder), read(po_path(locale, language), language)
    elsewhere = known_elsewhere(language) if fill else {}
    result = Catalog(locale=language, charset="utf-8", fuzzy=False)
    for message in fresh:
        if message.id:
            known = old.get(message.id, message.context)
            string = (known.string if known else "") or elsewhere.get((message.context, message.id), "")
            result.add(message.id, string, context=message.context)
    return result


@functools.cache
def known_elsewhere(language: str) -> dict[tuple[str | None, object], str]:
    """Every translation of a language in any catalogue, so that one sentence is translated once."""
    found: dict[tuple[str | None, object], str] = {}
    for locale in locale_folders().values():
        for message in read(po_path(locale, language), language):
            if message.id and message.string:
                found.setdefault((message.context, message.id), message.string)
    return found


def write(catalog: Catalog, path: Path) -> None:
    """Write a .po file: sorted, one line a sentence, no clock and no line numbers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=0, sort_output=True, no_location=True, omit_header=True)
    forms = "nplurals=1; plural=0;"
    lines = ("Content-Type: text/plain; charset=utf-8", f"Language: {catalog.locale}", f"Plural-Forms: {forms}")
    quoted = "".join(f'"{line}\\n"\n' for line in lines)
    header = f'msgid ""\nmsgstr ""\n{quoted}\n'
    path.write_text(header + buffer.getvalue().decode(), encoding="utf-8")


def update(apps: list[str]) -> int:
    """Bring the .po files (of some apps) up to date; returns how many sentences still lack a translation."""
    missing = 0
    for folder, locale in locale_folders().items():
        if apps and folder.name not in apps:
            continue
        for language in LANGUAGES:
            catalog = updated(folder, locale, language)
            if len(catalog) or po_path(locale, language).exists():
                write(catalog, po_path(locale, language))
            untranslated = [message.id for message in catalog if message.id and not message.string]
            missing += len(untranslated)
            if untranslated:
                print(f"{po_path(locale, language).relative_to(ROOT)}: {len(untranslated)} to translate")
    return missing


def compile_all(source: Path = SOURCE) -> int:
    """Write the .mo file of every .po file that is newer; returns how many files there are."""
    count = 0
    for path in sorted(source.rglob("*.po")):
        target = path.with_suffix(".mo")
        count += 1
        if target.exists() and target.stat().st_mtime_ns >= path.stat().st_mtime_ns:
            continue
        with path.open("rb") as handle:
            catalog = read_po(handle, locale=path.parent.parent.name)
        buffer = io.BytesIO()
        write_mo(buffer, catalog)
        target.write_bytes(buffer.getvalue())
    return count


def faults() -> list[str]:
    """What is wrong: sentences without translation, placeholders that differ, one sentence translated in two ways."""
    found: list[str] = []
    words: dict[tuple[str, object, object], tuple[object, str]] = {}
    for folder, locale in locale_folders().items():
        for language in LANGUAGES:
            where = f"{locale.relative_to(ROOT)}/{language}"
            for message in updated(folder, locale, language, fill=False):
                if not message.id:
                    continue
                if not message.string or (isinstance(message.string, tuple) and not all(message.string)):
                    found.append(f"{where}: not translated: {message.id!r}")
                    continue
                if _placeholders(message.id) != _placeholders(message.string):
                    found.append(f"{where}: placeholders differ: {message.id!r}")
                first, at = words.setdefault((language, message.context, message.id), (message.string, where))
                if first != message.string:
                    found.append(f"{where}: {message.id!r} is {message.string!r}, in {at} {first!r}")
    return found


def _placeholders(text: str | tuple[str, ...] | list[str]) -> set[str]:
    whole = " ".join(text) if isinstance(text, tuple | list) else text
    return set(re.findall(r"%\(\w+\)[sd]", whole))


def main(arguments: list[str]) -> int:
    """The command line."""
    command = arguments[0] if arguments else ""
    if command == "update":
        print(f"{update(arguments[1:])} to translate")
        return 0
    if command == "compile":
        print(f"{compile_all()} catalogues")
        return 0
    if command == "check":
        wrong = faults()
        print("\n".join(wrong) or "every sentence is translated")
        return 1 if wrong else 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
