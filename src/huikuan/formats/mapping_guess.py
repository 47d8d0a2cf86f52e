"""Proposes a column mapping for a table nobody knows, and says why it proposes each part.

`preview_file` opens a file as the import would and gives the first rows of each table; `guess_mapping` finds the header
row, the kind of record, the columns (by name, then by what the cells look like), the sign rule, the date format and the
unit. A guess is a proposal for a person, never applied by itself; `check_file` reads all rows with a mapping.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from huikuan.formats.headers import joined_header, without_currency
from huikuan.formats.mapping import Mapping, mapping_to_format, required_fields
from huikuan.formats.mapping_words import DIRECTION_WORDS, DISTINCTIVE, MONEY_KINDS, TARGETS, Target, folded
from huikuan.formats.readers.container import open_container
from huikuan.formats.reading import Head, ReadContext, Reading
from huikuan.records.dates import parse_local
from huikuan.records.messages import gettext_noop, register, text_of
from huikuan.records.money import parse_amount

if TYPE_CHECKING:
    import duckdb

DATE_FORMATS = (
    "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y%m%d %H:%M:%S", "%Y%m%d%H%M%S",
    "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M", "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d", "%Y年%m月%d日",
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M", "%d/%m/%y", "%m/%d/%y", "%y-%m-%d", "%d.%m.%y",
)  # fmt: skip
AMBIGUOUS = {
    "%d/%m/%y": "%m/%d/%y",
    "%d/%m/%Y": "%m/%d/%Y",
    "%d/%m/%Y %H:%M:%S": "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M": "%m/%d/%Y %H:%M",
}
SAMPLE_ROWS = 30
HEADER_LINES_MAX = 2
KNOWN_MIN = 2
CONTAINED_MIN = 2

register(
    {
        "mapping.reason.name": gettext_noop("The column “%(header)s” is known by this name."),
        "mapping.reason.part": gettext_noop("The name “%(header)s” contains “%(word)s”."),
        "mapping.reason.cells": gettext_noop("The cells of “%(header)s” look like it, for example “%(example)s”."),
        "mapping.reason.kind": gettext_noop("%(count)s of its columns are those of this kind of record."),
        "mapping.reason.header_row": gettext_noop("Row %(row)s has the most column names that are known."),
        "mapping.reason.no_header": gettext_noop(
            "Row %(row)s already holds a date and an amount: the file has no header, and this row would be lost. Put a "
            "row with the names of the columns above it and import the file again."
        ),
        "mapping.reason.header_lines": gettext_noop("The names of some columns stand in row %(row)s, above."),
        "mapping.reason.signed": gettext_noop("There is one amount column; positive is taken as money in."),
        "mapping.reason.two_columns": gettext_noop("Money in and money out stand in two columns."),
        "mapping.reason.direction": gettext_noop("The column “%(header)s” says the direction in words."),
        "mapping.reason.date": gettext_noop("“%(example)s” and all other cells shown fit %(layout)s."),
        "mapping.reason.date_ambiguous": gettext_noop(
            "“%(example)s” may be day/month or month/day: nothing shown decides. Please choose."
        ),
        "mapping.reason.fen": gettext_noop("The name “%(header)s” says that amounts are in fen."),
        "mapping.reason.comma": gettext_noop("“%(example)s” has a comma before its decimals."),
    }
)


@dataclass(frozen=True)
class TablePreview:
    """The first rows of a table as the import sees them: (physical row, cells). `split`: delimiter, "" for a sheet."""

    member: str
    sheet: str
    split: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Reason:
    """Why a part was guessed. `part`: a field, or one of kind, header_row, sign, date_formats, unit, decimal_comma."""

    part: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)
    sure: bool = True

    @property
    def text(self) -> str:
        """The reason in words, in the active language."""
        return text_of(self.code, self.params)


@dataclass(frozen=True)
class Guess:
    """A proposed mapping. It may lack required fields (`missing`): then a person has to choose them.

    `header_row` is the last row of the header, `cells` are its names, one a column, blank ones too."""

    mapping: Mapping
    header_row: int
    reasons: tuple[Reason, ...]
    missing: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()


def preview_file(path: Path, name: str, password: str = "") -> list[TablePreview]:
    """The first rows of every table in a file. Raises UserError `file.*` for what cannot be opened."""
    from huikuan.formats.read_file import tables_of

    with tempfile.TemporaryDirectory(prefix="huikuan-", ignore_cleanup_errors=True) as folder:
        members = open_container(path, name, Path(folder), password).members
        return [
            TablePreview(source.member, source.sheet, head.split, head.rows)
            for member in members
            for source in tables_of(member)
            if (head := _best_split(source.heads)) is not None
        ]


def check_file(
    path: Path, name: str, mapping: Mapping, context: ReadContext, con: duckdb.DuckDBPyConnection
) -> list[Reading]:
    """Read all rows of a file with a mapping; nothing is stored. The readings' problems tell what does not fit."""
    from dataclasses import replace

    from huikuan.formats.read_file import read_file

    only = replace(context, mappings=(mapping_to_format(mapping),), mapping=mapping.name, format="auto")
    return read_file(path, name, only, con)


def guess_mapping(
    preview: TablePreview, kind: str = "", name: str = "", header_row: int | None = None, header_lines: int = 0
) -> Guess:
    """The proposed mapping of a table; `kind`, the header's last row and how many lines it has, if the person has
    chosen them already.

    An unknown table gives a guess with few columns and what is `missing`, never an error.
    """
    place, lines = _header_lines(preview, header_row, header_lines)
    row, header = preview.rows[place] if preview.rows else (0, ())
    if lines == HEADER_LINES_MAX:
        header = joined_header(preview.rows[place - 1][1], header)
    samples = [cells for _, cells in preview.rows[place + 1 : place + 1 + SAMPLE_ROWS]]
    reasons = [Reason("header_row", "mapping.reason.header_row", {"row": row})]
    if lines == HEADER_LINES_MAX:
        reasons.append(Reason("header_lines", "mapping.reason.header_lines", {"row": preview.rows[place - 1][0]}))
    if not kind:
        kind, count = _guess_kind(header)
        reasons.append(Reason("kind", "mapping.reason.kind", {"count": count}, sure=count >= 3))
    if any(map(_is_moment, header)) and any(map(_is_amount, header)):
        reasons.append(Reason("header_row", "mapping.reason.no_header", {"row": row}, sure=False))
        header = () if header_row is None else header  # a row that the person chose is taken at their word
    columns = _match_columns(header, samples, TARGETS[kind], reasons)
    sign = _guess_sign(kind, columns, reasons)
    columns = _without_unused(columns, sign)
    mapping = Mapping(
        name=name,
        kind=kind,
        header=tuple(cell for cell in header if cell.strip()),
        columns={each: header[at] for each, at in columns.items()},
        sign=sign,
        date_formats=_guess_dates(header, samples, columns, kind, reasons),
        unit=_guess_unit(header, columns, kind, reasons),
        decimal_comma=_guess_comma(samples, columns, kind, reasons),
        words=_guess_words(samples, columns),
        header_lines=lines,
    )
    kept = [each for each in reasons if each.part not in _FIELDS or each.part in columns]
    return Guess(mapping, row, tuple(kept), _missing(mapping), tuple(header))


_FIELDS = {target.name for targets in TARGETS.values() for target in targets}


def _best_split(heads: Sequence[Head]) -> Head | None:
    """The way of splitting that gives the most cells: a decimal comma makes single rows wide, not all of them."""
    return max(
        (head for head in heads if head.rows), key=lambda head: sum(len(row[1]) for row in head.rows), default=None
    )


def _header_lines(preview: TablePreview, header_row: int | None, lines: int) -> tuple[int, int]:
    """Where the last row of the header stands, and how many lines it has."""
    numbers = [number for number, _ in preview.rows]
    if header_row in numbers:
        place = numbers.index(header_row)
        return place, (lines if place else 1) or (2 if _continues(preview, place) else 1)
    place = _header_place(preview)
    if lines != 1:
        for last in (place, place + 1):
            if _continues(preview, last):
                return last, HEADER_LINES_MAX
    return place, lines if lines and place else 1


def _continues(preview: TablePreview, place: int) -> bool:
    """Whether a row goes on with the header begun in the row above: together they name more columns than either alone,
    and neither holds data."""
    if not 0 < place < len(preview.rows):
        return False
    above, below = preview.rows[place - 1][1], preview.rows[place][1]
    if any(cell.strip()[:1].isdigit() for cell in (*above, *below)):
        return False
    named = sum(map(bool, joined_header(above, below)))
    return named > max(sum(bool(cell.strip()) for cell in cells) for cells in (above, below))


def _header_place(preview: TablePreview) -> int:
    """Where the header stands: the row with the most known names, else the first of the usual width."""
    known = [sum(_known(cell) for cell in cells) for _, cells in preview.rows]
    if known and max(known) >= 2:
        return known.index(max(known))
    widths = [sum(bool(cell.strip()) for cell in cells) for _, cells in preview.rows]
    return widths.index(max(widths)) if widths else 0


_ALL_WORDS = frozenset(folded(word) for targets in TARGETS.values() for target in targets for word in target.words)


def _known(cell: str) -> bool:
    return bool(cell.strip()) and folded(cell) in _ALL_WORDS


def _guess_kind(header: Sequence[str]) -> tuple[str, int]:
    names = {folded(cell) for cell in header if cell.strip()}
    scores: dict[str, int] = {}
    counts: dict[str, int] = {}
    for kind, targets in TARGETS.items():
        found = [target.name for target in targets if any(folded(word) in names for word in target.words)]
        counts[kind] = len(found)
        scores[kind] = len(found) + sum(DISTINCTIVE[kind].count(name) for name in found)
        scores[kind] -= 2 * sum(target.required and target.name not in found for target in targets)
    best = max(scores, key=lambda kind: scores[kind])
    if counts[best] < KNOWN_MIN:  # nothing to go by: the plainest kind
        best = "bank_line"
    return best, counts[best]


def _match_columns(
    header: Sequence[str], samples: Sequence[Sequence[str]], targets: Sequence[Target], reasons: list[Reason]
) -> dict[str, int]:
    """Field → column: by exact name (the surest word first), by a word in the name, by the look of the cells."""
    names = [without_currency(folded(cell)) for cell in header]
    found: dict[str, int] = {}
    free = {at for at, name in enumerate(names) if name}
    for target in targets:
        words = [folded(word) for word in target.words]
        at = next((names.index(word) for word in words if word in names and names.index(word) in free), None)
        if at is not None and (target.type != "time" or _are_times(_cells(samples, at))):
            _take(found, free, target.name, at)
            reasons.append(Reason(target.name, "mapping.reason.name", {"header": header[at].strip()}))
    _split_date_and_time(header, samples, found, free, reasons)
    for target in targets:
        part = None if target.name in found or target.type == "time" else _match_part(header, names, target, free)
        if part:
            _take(found, free, target.name, part[0])
            reasons.append(part[1])
    for target in targets:
        if target.name not in found and target.required:
            _match_cells(header, samples, target, found, free, reasons)
    moments = [target for target in targets if target.type in ("moment", "day")]
    if moments and not {target.name for target in moments} & set(found):
        _match_cells(header, samples, moments[0], found, free, reasons)
    if not {"amount", "money_in", "money_out"} & set(found) and any(each.name == "amount" for each in targets):
        amount = next(each for each in targets if each.name == "amount")
        _match_cells(header, samples, amount, found, free, reasons)
    return found


def _split_date_and_time(
    header: Sequence[str],
    samples: Sequence[Sequence[str]],
    found: dict[str, int],
    free: set[int],
    reasons: list[Reason],
) -> None:
    """A column of times of day is no moment: the date stands in a column of its own, looked for by its cells."""
    at = found.get("moment")
    cells = _cells(samples, at) if at is not None else []
    if at is None or not _are_times(cells):
        return
    days = [each for each in sorted(free) if (filled := _cells(samples, each)) and all(map(_is_moment, filled))]
    if not days:
        return
    _take(found, free, "moment", days[0])
    found["time_of_day"] = at
    reasons[:] = [each for each in reasons if each.part != "moment"]
    for part, place in (("moment", days[0]), ("time_of_day", at)):
        params = {"header": header[place].strip(), "example": _cells(samples, place)[0]}
        reasons.append(Reason(part, "mapping.reason.cells", params))


def _are_times(cells: Sequence[str]) -> bool:
    """Whether there are cells, and all are times of day."""
    return bool(cells) and all(re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?|\d{6}", cell) for cell in cells)


def _take(found: dict[str, int], free: set[int], name: str, at: int) -> None:
    found[name] = at
    free.discard(at)


def _match_part(
    header: Sequence[str], names: Sequence[str], target: Target, free: set[int]
) -> tuple[int, Reason] | None:
    """A column whose name contains a Chinese word of the target, the longest word first, and why. A number is no text:
    快递单号 does not name the courier."""
    words = sorted({folded(word) for word in target.words if not word.isascii()}, key=len, reverse=True)
    places = [at for at in sorted(free) if target.type != "text" or not names[at].endswith(("号", "号码"))]
    for word in words:
        at = next((at for at in places if len(word) > CONTAINED_MIN - 1 and word in names[at]), None)
        if at is not None:
            params = {"header": header[at].strip(), "word": word}
            return at, Reason(target.name, "mapping.reason.part", params, sure=False)
    return None


def _match_cells(
    header: Sequence[str],
    samples: Sequence[Sequence[str]],
    target: Target,
    found: dict[str, int],
    free: set[int],
    reasons: list[Reason],
) -> None:
    tests = {"moment": _is_moment, "day": _is_moment, "amount": _is_amount, "identifier": _is_identifier}
    test = tests.get(target.type)
    if test is None:
        return
    fitting = [at for at in sorted(free) if (cells := _cells(samples, at)) and all(test(cell) for cell in cells)]
    if not fitting or (target.type == "amount" and len(fitting) > 1):  # which of them is a balance, or another's money?
        return
    at = fitting[0]
    _take(found, free, target.name, at)
    params = {"header": header[at].strip(), "example": _cells(samples, at)[0][:40]}
    reasons.append(Reason(target.name, "mapping.reason.cells", params, sure=False))


def _cells(samples: Sequence[Sequence[str]], at: int) -> list[str]:
    """The filled cells of a column, blanks around them taken off."""
    return [cells[at].strip() for cells in samples if at < len(cells) and cells[at].strip()]


def _is_moment(cell: str) -> bool:
    return any(parse_local(cell, (layout,)) for layout in DATE_FORMATS)


def _is_identifier(cell: str) -> bool:
    """Whether a cell looks like an order's or parcel's number: long, with digits, neither a date nor an amount."""
    return bool(re.fullmatch(r"(?=.*\d)[A-Za-z0-9_-]{10,}", cell)) and not _is_moment(cell)


def _is_amount(cell: str) -> bool:
    try:
        return parse_amount(cell) is not None and bool(re.search(r"[.,]\d{1,2}\D*$", cell))
    except ValueError:
        return bool(re.fullmatch(r"-?[\d. \u00a0]+,\d{2}", cell))


def _guess_sign(kind: str, columns: dict[str, int], reasons: list[Reason]) -> str:
    if kind not in MONEY_KINDS:
        return "signed"
    if "money_in" in columns and "money_out" in columns:
        sign = "two_columns"
    elif "amount" in columns and "direction" in columns:
        sign = "direction"
    else:
        sign = "signed"
    header = next((each.params["header"] for each in reasons if each.part == "direction"), "")
    reasons.append(Reason("sign", f"mapping.reason.{sign}", {"header": header}, sure=sign != "signed"))
    return sign


def _without_unused(columns: dict[str, int], sign: str) -> dict[str, int]:
    unused = {
        "two_columns": {"amount", "direction"},
        "direction": {"money_in", "money_out"},
        "signed": {"money_in", "money_out", "direction"},
    }[sign]
    return {name: at for name, at in columns.items() if name not in unused}


def _guess_dates(
    header: Sequence[str], samples: Sequence[Sequence[str]], columns: dict[str, int], kind: str, reasons: list[Reason]
) -> tuple[str, ...]:
    """The formats that fit all cells shown of the date columns, one a column."""
    wanted = {target.name for target in TARGETS[kind] if target.type in ("moment", "day")}
    layouts: list[str] = []
    for name in sorted(wanted & set(columns)):
        cells = _data_cells(samples, columns[name])
        fitting = [layout for layout in DATE_FORMATS if cells and all(parse_local(cell, (layout,)) for cell in cells)]
        if not fitting:
            continue
        layout = fitting[0]
        unclear = AMBIGUOUS.get(layout) in fitting
        code = "mapping.reason.date_ambiguous" if unclear else "mapping.reason.date"
        params = {"example": cells[0], "layout": layout, "header": header[columns[name]]}
        reasons.append(Reason("date_formats", code, params, sure=not unclear))
        layouts += [each for each in (layout,) if each not in layouts]
    return tuple(layouts)


def _data_cells(samples: Sequence[Sequence[str]], at: int) -> list[str]:
    """Cells that hold digits: what else stands in a date column is a total or a note."""
    return [" ".join(cell.split()) for cell in _cells(samples, at) if any(letter.isdigit() for letter in cell)]


def _amount_columns(columns: dict[str, int], kind: str) -> dict[str, int]:
    amounts = {target.name for target in TARGETS[kind] if target.type == "amount" and target.name != "qty"}
    return {name: at for name, at in columns.items() if name in amounts}


def _guess_unit(header: Sequence[str], columns: dict[str, int], kind: str, reasons: list[Reason]) -> str:
    for at in _amount_columns(columns, kind).values():
        if re.search(r"[(\[]分[)\]]|\bfen\b|\bcents\b", folded(header[at])):
            reasons.append(Reason("unit", "mapping.reason.fen", {"header": header[at].strip()}))
            return "fen"
    return "yuan"


def _guess_comma(samples: Sequence[Sequence[str]], columns: dict[str, int], kind: str, reasons: list[Reason]) -> bool:
    cells = [cell for at in _amount_columns(columns, kind).values() for cell in _cells(samples, at)]
    commas = [cell for cell in cells if re.search(r"\d,\d{2}\D*$", cell)]
    points = [cell for cell in cells if re.search(r"\d\.\d{1,2}\D*$", cell)]
    if commas and not points:
        reasons.append(Reason("decimal_comma", "mapping.reason.comma", {"example": commas[0]}))
        return True
    return False


def _guess_words(samples: Sequence[Sequence[str]], columns: dict[str, int]) -> dict[str, str]:
    if "direction" not in columns:
        return {}
    found = dict.fromkeys(_cells(samples, columns["direction"]))
    return {word: DIRECTION_WORDS[folded(word)] for word in found if folded(word) in DIRECTION_WORDS}


def _missing(mapping: Mapping) -> tuple[str, ...]:
    """Required fields without a column."""
    return tuple(name for name in required_fields(mapping) if name not in mapping.fields)
