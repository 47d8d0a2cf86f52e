"""The column mapping page's work: from the form's fields to a mapping, and back to what the page shows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from django.core.cache import cache
from django.utils.translation import gettext as _

from huikuan.formats.mapping import Mapping, check_mapping, required_fields
from huikuan.formats.mapping_derived import TYPES, Derived
from huikuan.formats.mapping_guess import DATE_FORMATS, Guess, Reason, TablePreview, guess_mapping, preview_file
from huikuan.formats.mapping_words import TARGETS
from huikuan.records.errors import UserError
from huikuan.server.books.models import Book
from huikuan.server.core.statuses import word_of
from huikuan.server.documents.models import SavedMapping, Upload
from huikuan.server.documents.services import upload_path

ROWS_SHOWN = 8
TABLES_GUESSED = 12
NAME_LENGTH = 100
SAMPLE_MOMENT = datetime(2026, 10, 31, 18, 5, 59, tzinfo=UTC)
RULES = ("sign", "unit", "decimal", "date_format", "timezone")
TYPED = ("account", "shop", "currency", "name", "skip")
ZONES = (
    "Asia/Shanghai", "UTC", "America/Los_Angeles", "America/New_York", "America/Sao_Paulo", "Europe/London",
    "Europe/Berlin", "Asia/Tokyo", "Asia/Singapore", "Asia/Kolkata", "Australia/Sydney",
)  # fmt: skip
DERIVED_ROWS = 4


@dataclass(frozen=True)
class MappingColumn:
    """One column of the person's file: what it is called, and which field it is taken for, why, and how surely."""

    number: int
    header: str
    target: str
    reason: str
    sure: bool


@dataclass(frozen=True)
class Chosen:
    """What the person chose otherwise than guessed: header → field (blank: not used), rules of reading, formulas."""

    columns: dict[str, str]
    rules: dict[str, str]
    derived: dict[str, Derived]


@dataclass(frozen=True)
class Place:
    """What is read: which table of the file, the last row of its header (None: guessed) and how many lines it has (0:
    guessed), the kind of record (blank: guessed)."""

    table: int
    header_row: int | None
    kind: str
    lines: int = 0


def tables_of(upload: Upload) -> list[TablePreview]:
    """The tables of an uploaded file, each with its first rows. UserError for a file that cannot be opened.

    Kept for a while: a large workbook takes seconds to open.
    """
    name = f"upload-tables-{upload.pk}"
    found: list[TablePreview] | None = cache.get(name)
    if found is None:
        found = preview_file(upload_path(upload), upload.name, str(upload.options.get("password", "")))
        cache.set(name, found, 3600)
    return found


def best_table(tables: list[TablePreview]) -> int:
    """The table of which most columns are known; the first of equals."""
    known = [len(guess_mapping(table).mapping.columns) for table in tables[:TABLES_GUESSED]]
    return known.index(max(known))


def place_of(tables: list[TablePreview], given: AnyMapping[str, str], prefix: str = "") -> Place:
    """What the form says is read. `prefix` `shown_`: what the page had shown when it was sent."""
    names = ("table", "header_row", "kind", "header_lines")
    number, row, kind, lines = (given.get(f"{prefix}{name}", "") for name in names)
    table = int(number) if number.isdecimal() and int(number) < len(tables) else best_table(tables)
    return Place(
        table,
        int(row) if row.isdecimal() else None,
        kind if kind in TARGETS else "",
        int(lines) if lines in ("1", "2") else 0,
    )


def guess_at(tables: list[TablePreview], place: Place, name: str = "") -> tuple[TablePreview, Guess]:
    """The table, and the guess of its mapping."""
    table = tables[place.table]
    return table, guess_mapping(table, place.kind, name, place.header_row, place.lines)


def moved(old: Place, new: Place) -> Place:
    """The new place, without what belonged to the old one: another sheet has a header row and kind of its own, another
    header row a number of lines."""
    if new.table == old.table:
        return replace(new, lines=0) if new.header_row != old.header_row and new.lines == old.lines else new
    return Place(new.table, None, new.kind if new.kind != old.kind else "")


def chosen_of(guess: Guess, given: AnyMapping[str, str]) -> Chosen:
    """What in the form differs from the guess that the page had shown."""
    guessed = {header: name for name, header in guess.mapping.columns.items()}
    columns = {
        header: given.get(f"col-{number}", "")
        for number, header in enumerate(guess.cells)
        if header and given.get(f"col-{number}", "") != guessed.get(header, "")
    }
    shown = rules_of(guess.mapping)
    rules = {name: given[name] for name in RULES if name in given and given[name] != shown[name]}
    return Chosen(columns, rules | {name: given.get(name, "") for name in TYPED}, derived_of(given))


def derived_of(given: AnyMapping[str, str]) -> dict[str, Derived]:
    """The formulas in the form; a row without a field or a formula is none."""
    rows = [[given.get(f"{part}-{n}", "").strip() for part in ("df", "formula", "part")] for n in range(DERIVED_ROWS)]
    return {name: Derived(formula, part) for name, formula, part in rows if name and formula}


def skip_of(text: str) -> tuple[str, ...]:
    """Beginnings of rows that are no data, as the person lists them."""
    return tuple(each.strip() for each in re.split(r"[,，、;；\n]", text) if each.strip())


def rules_of(mapping: Mapping) -> dict[str, str]:
    """The rules of reading as the form's fields have them."""
    layout = mapping.date_formats[0] if len(mapping.date_formats) == 1 else ""
    return {
        "sign": mapping.sign,
        "unit": mapping.unit,
        "decimal": "," if mapping.decimal_comma else ".",
        "date_format": layout,
        "timezone": mapping.timezone,
        "skip": ", ".join(mapping.skip),
    }


def with_chosen(guess: Guess, chosen: Chosen) -> Mapping:
    """The guess of another header, sheet or kind with what the person had chosen, as far as it applies there."""
    header = guess.cells
    known = field_names(guess.mapping.kind)
    kept = {name: head for head, name in chosen.columns.items() if head in header and name in known}
    unused = {head for head, name in chosen.columns.items() if not name}
    taken = set(kept.values()) | unused
    columns = {n: head for n, head in guess.mapping.columns.items() if n not in kept and head not in taken} | kept
    derived = {name: each for name, each in chosen.derived.items() if name in known and name not in columns}
    return _with_rules(replace(guess.mapping, columns=columns, derived=derived), rules_of(guess.mapping) | chosen.rules)


def mapping_of(guess: Guess, given: AnyMapping[str, str]) -> Mapping:
    """The mapping the form says: `col-N` a field for column N, and the rules of reading."""
    header = guess.cells
    columns = {field: header[number] for number in range(len(header)) if (field := given.get(f"col-{number}", ""))}
    rules = {name: given[name] for name in (*RULES, *TYPED) if name in given}
    mapping = replace(guess.mapping, columns=columns, derived=derived_of(given))
    return _with_rules(mapping, rules_of(guess.mapping) | rules)


def _with_rules(mapping: Mapping, rules: AnyMapping[str, str]) -> Mapping:
    layout = rules.get("date_format", "")
    return replace(
        mapping,
        name=rules.get("name", mapping.name).strip(),
        sign=rules["sign"],
        unit=rules["unit"],
        decimal_comma=rules["decimal"] == ",",
        date_formats=(layout,) if layout in DATE_FORMATS else mapping.date_formats,
        timezone=rules["timezone"],
        skip=skip_of(rules["skip"]),
        shop=rules.get("shop", "").strip(),
        account=rules.get("account", "").strip(),
        currency=rules.get("currency", "").strip().upper(),
    )


def is_date_unsure(guess: Guess) -> bool:
    """Whether dates can be read in two ways, so that the person has to choose one."""
    return any(reason.part == "date_formats" and not reason.sure for reason in guess.reasons)


def columns_of(guess: Guess, mapping: Mapping, date_doubtful: bool) -> list[MappingColumn]:
    """The file's columns with the field each is taken for, and why. A column whose date can be read in two ways is
    doubtful."""
    reasons: dict[str, Reason] = {reason.part: reason for reason in guess.reasons}
    if "moment" in reasons and date_doubtful:
        reasons["moment"] = replace(reasons["date_formats"], part="moment")
    taken = {header: name for name, header in mapping.columns.items()}
    columns = []
    for number, header in enumerate(guess.cells):
        target = taken.get(header, "")
        reason = reasons.get(target) if guess.mapping.columns.get(target) == header else None
        text = reason.text if reason else ""
        columns.append(MappingColumn(number, header, target, text, reason is None or reason.sure))
    return columns


def faults_of(mapping: Mapping, given: AnyMapping[str, str], columns: int) -> list[str]:
    """What is still missing before the mapping can read anything, in words."""
    kind = word_of("kind", mapping.kind)
    times = Counter(field for number in range(columns) if (field := given.get(f"col-{number}", "")))
    twice = [
        _("“%(field)s” is chosen for %(n)s columns. Choose it for one.") % {"field": word_of("field", name), "n": n}
        for name, n in times.items()
        if n > 1
    ]
    missing = [
        _("No column is chosen for “%(field)s”; %(kind)s need it.") % {"field": word_of("field", name), "kind": kind}
        for name in required_fields(mapping)
        if name not in mapping.fields
    ]
    twice += [
        _("“%(field)s” has a column already; take the column or the formula.") % {"field": word_of("field", name)}
        for name in mapping.derived
        if name in mapping.columns
    ]
    if twice or missing:
        return twice + missing
    try:
        check_mapping(mapping)
    except UserError as error:
        return [str(error)]
    return []


def default_name(book: Book, upload: Upload) -> str:
    """A name for the mapping that no other of the book has: the file's, without its ending."""
    stem = Path(upload.name).stem[: NAME_LENGTH - 4] or "table"
    taken = set(SavedMapping.objects.filter(book=book).values_list("name", flat=True))
    names = (stem if number == 1 else f"{stem} {number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def name_fault(book: Book, mapping: Mapping) -> str:
    """Why the mapping cannot be saved under its name; blank if it can. Saving over one of the same header is meant."""
    if not mapping.name:
        return _("Give the mapping a name: it is used by itself when this header comes again.")
    same = SavedMapping.objects.filter(book=book, name=mapping.name).first()
    if same and list(same.spec.get("header", [])) != list(mapping.header):
        return _("“%(name)s” is the mapping of another header already. Choose another name.") % {"name": mapping.name}
    return ""


def date_samples() -> list[tuple[str, str]]:
    """The layouts of dates, each with the 31st of October 2026 written so."""
    return [(layout, SAMPLE_MOMENT.strftime(layout)) for layout in DATE_FORMATS]


def field_names(kind: str) -> list[str]:
    """The fields a column may be mapped to."""
    return [target.name for target in TARGETS[kind]]


def derivable(kind: str) -> list[str]:
    """The fields that may be put together by a formula."""
    return [target.name for target in TARGETS[kind] if target.type in TYPES]


def derived_rows(mapping: Mapping) -> list[tuple[int, str, Derived]]:
    """The rows of the form for formulas: those given, then blank ones. (number, field, formula)."""
    given = list(mapping.derived.items())[:DERIVED_ROWS]
    blank = [("", Derived(""))] * (DERIVED_ROWS - len(given))
    return [(number, name, each) for number, (name, each) in enumerate([*given, *blank])]


def zones(book: Book, mapping: Mapping) -> list[str]:
    """The time zones offered: the mapping's, the book's, and those that files come in."""
    return list(dict.fromkeys((mapping.timezone, book.timezone, *ZONES)))
