"""Which format a table is in. The header decides: all the columns a format needs stand in one of the first 40 rows.

Between several that fit, four things are counted: how many of a format's columns the header has, its marks in the
preamble, its file name, and the content: how many of the cells below can be read as the format declares them. Every
decision is logged with these parts (`Score`), at the level DEBUG.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise

from huikuan.formats.headers import column_index, joined_header, normalise_header, normalised_names, without_currency
from huikuan.formats.reading import Head, Layout, TableSource
from huikuan.formats.spec import Amount, Choice, Day, Format, Moment
from huikuan.records.money import NOTHING, parse_amount

MARK_SCORE = 20
NAME_SCORE = 5
CONTENT_SCORE = 10
CONTENT_ROWS = 12
CONTINUES_SHARE = 0.9
NEAR_SHARE = 0.5
OWN_SHARE = 0.25
# A date in any of the writings that formats declare: two separators, or eight digits, or a month in words.
_DATE = re.compile(
    r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}|\d{8}|\d{1,2}[ -/][^\W\d]{3,}|[^\W\d]{3,9}\.? \d{1,2}",
)
_NUMBER = re.compile(r"\d")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Score:
    """How well a format fits, in parts: columns of the header, marks in the preamble, file name, cells that read."""

    header: int
    preamble: int = 0
    name: int = 0
    content: float = CONTENT_SCORE

    @property
    def total(self) -> float:
        """What is compared."""
        return self.header + self.preamble + self.name + self.content


@dataclass(frozen=True)
class Recognised:
    """A format, and where its header stands."""

    format: Format
    layout: Layout
    score: Score


@dataclass(frozen=True)
class Nearest:
    """A format that nearly fits: the columns it misses, as the format names them, and the row that came closest."""

    format: Format
    missing: tuple[str, ...]
    row: int


@dataclass(frozen=True)
class _Row:
    """A row of the head that may be a header: its place in the head, its number, its cells made comparable. `bare`: the
    names, and what they are without a currency behind them."""

    place: int
    number: int
    header: list[str]
    names: frozenset[str]
    bare: frozenset[str]
    written: tuple[str, ...]

    def names_for(self, declared: Format) -> frozenset[str]:
        """The names as a format compares them."""
        return self.bare if declared.header_currency else self.names


@dataclass(frozen=True)
class _Prepared:
    """A head whose rows have been made comparable once for all formats."""

    head: Head
    rows: list[_Row]

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of all rows."""
        return frozenset().union(*(row.bare for row in self.rows))

    @cached_property
    def two_lines(self) -> list[_Row]:
        """Each row together with the one above."""
        pairs = enumerate(pairwise(self.head.rows), 1)
        return [_row(place, number, joined_header(above, cells)) for place, ((_, above), (number, cells)) in pairs]


def recognise(source: TableSource, formats: Iterable[Format]) -> Recognised | None:
    """The best format for an opened table; None if none fits."""
    found = fitting(source, formats)
    return found[0] if found else None


def fitting(source: TableSource, formats: Iterable[Format]) -> list[Recognised]:
    """All formats whose header fits, the best first, those declared as a fallback behind all others. Equal scores: the
    earlier format."""
    heads = _prepare(source)
    tried = (_try_format(source, heads, declared) for declared in formats if declared.needs)
    found = sorted((each for each in tried if each), key=lambda each: (each.format.fallback, -each.score.total))
    for each in found:
        _log.debug("%s %s: %s, %s", source.member, source.sheet, each.format.id, each.score)
    return found


def continuing(source: TableSource, before: TableSource, found: Recognised) -> Recognised | None:
    """The format of a sheet without a header that goes on with the table of the sheet before it, as programs write what
    is too long for one; None if its first row lacks what each row of that table has, or its rows do not read so."""
    rows = [cells for _, cells in source.heads[0].rows[:CONTENT_ROWS]] if source.sheet and source.heads else []
    header = next((cells for row, cells in before.heads[0].rows if row == found.layout.header_row), ())
    names = [normalise_header(cell) for cell in header]
    needed = [column_index(names, each.headers) for each in found.format.columns if getattr(each, "filled", False)]
    first = rows[0] if rows else ()
    if not needed or not all(at is not None and at < len(first) and first[at].strip() for at in needed):
        return None
    if _readable(found.format, names, rows) < CONTINUES_SHARE:
        return None
    return replace(found, layout=replace(found.layout, header_row=0, header=header, continues=True))


def nearest(source: TableSource, formats: Iterable[Format], count: int = 3) -> list[Nearest]:
    """The formats that come closest, each once. Close is one of whose needs half or more stand in one row, or a quarter
    if no other format has these: sharing a common word such as 交易时间 says nothing."""
    known = tuple(each for each in formats if not (each.fallback or each.named))
    heads = _prepare(source)
    common = _uses(known)
    found: list[tuple[float, int, Nearest]] = []
    for place, declared in enumerate(known):
        options = [
            (row.number, [names for names in declared.needs if not _stands(row.names, names)])
            for prepared in _split_for(heads, declared)
            for row in prepared.rows
        ]
        if not options or not declared.needs:
            continue
        number, missing = min(options, key=lambda option: (len(option[1]), option[0]))
        share = 1 - len(missing) / len(declared.needs)
        there = [names for names in declared.needs if names not in missing]
        own = all(common[name] == 1 for names in there for name in normalised_names(names))
        if missing and there and share >= (OWN_SHARE if own else NEAR_SHARE):
            found.append((-share, place, Nearest(declared, tuple(names[0] for names in missing), number)))
    best: dict[str, Nearest] = {}
    for _, _, each in sorted(found, key=lambda item: item[:2]):
        best.setdefault(each.format.id, each)
    return list(best.values())[:count]


def _uses(formats: Sequence[Format]) -> Counter[str]:
    """How many needs of all formats a header's name may fill."""
    return Counter(name for each in formats for names in each.needs for name in normalised_names(names))


def _prepare(source: TableSource) -> list[_Prepared]:
    prepared = []
    for head in source.heads:
        rows = [_row(place, number, cells) for place, (number, cells) in enumerate(head.rows)]
        prepared.append(_Prepared(head, [row for row in rows if row.names]))
    return prepared


def _row(place: int, number: int, cells: Sequence[str]) -> _Row:
    header = [normalise_header(cell) for cell in cells]
    names = frozenset(header) - {""}
    bare = names.union(without_currency(name) for name in names)
    return _Row(place, number, header, names, bare, tuple(cells))


def _split_for(heads: list[_Prepared], declared: Format) -> list[_Prepared]:
    return [each for each in heads if each.head.split == "" or each.head.split in declared.delimiters]


def _stands(header: frozenset[str], names: tuple[str, ...]) -> bool:
    return not header.isdisjoint(normalised_names(names))


def _try_format(source: TableSource, heads: list[_Prepared], declared: Format) -> Recognised | None:
    for prepared in _split_for(heads, declared):
        two = declared.header_lines == 2
        if not two and not _has_needs(prepared.names, declared):
            continue
        for row in prepared.two_lines if two else prepared.rows:
            if _fits(row.names_for(declared), declared):
                score = _score(row, prepared.head, declared, source)
                if declared.named and not (score.preamble or score.name):
                    break  # below a header stand its rows: their words name nothing
                layout = Layout(row.number, prepared.head.split or ",", declared.quote, declared.prefix)
                return Recognised(declared, replace(layout, header=row.written) if two else layout, score)
    return _without_header(heads, declared)


def _without_header(heads: list[_Prepared], declared: Format) -> Recognised | None:
    """The format, where the first row is no header but shows by its shape what it is."""
    if not declared.shape:
        return None
    for prepared in _split_for(heads, declared):
        if prepared.head.rows and declared.shape(prepared.head.rows[0][1]):
            layout = Layout(0, prepared.head.split or ",", declared.quote, header=declared.places)
            return Recognised(declared, layout, Score(len(declared.needs)))
    return None


def _has_needs(header: frozenset[str], declared: Format) -> bool:
    return all(_stands(header, names) for names in declared.needs)


def _fits(header: frozenset[str], declared: Format) -> bool:
    return _has_needs(header, declared) and not any(_stands(header, names) for names in declared.lacks)


def _score(row: _Row, head: Head, declared: Format, source: TableSource) -> Score:
    names = row.names_for(declared)
    known = sum(_stands(names, column.headers) for column in declared.columns)
    marks = 0
    if declared.marks:
        above = normalise_header(" ".join(",".join(cells) for _, cells in head.rows[: row.place]))
        marks = sum(normalise_header(mark) in above for mark in declared.marks)
    name = bool(declared.file_name and re.search(declared.file_name, f"{source.member} {source.sheet}"))
    below = [cells for _, cells in head.rows[row.place + 1 : row.place + 1 + CONTENT_ROWS]]
    # Rows that are less than half filled are footers or explanations.
    data = [cells for cells in below if 2 * sum(bool(cell.strip()) for cell in cells) >= sum(map(bool, row.header))]
    content = round(CONTENT_SCORE * _readable(declared, row.header, data), 2)
    return Score(len(declared.needs) + known, MARK_SCORE * marks, NAME_SCORE * name, content)


# ---------------------------------------------------------------- content
def _readable(declared: Format, header: list[str], rows: Sequence[Sequence[str]]) -> float:
    """The share of cells that can be read as the format declares them: amounts, times, and words of closed lists. 1 if
    there is nothing to read."""
    good = seen = 0
    for column in declared.columns:
        at = next((header.index(name) for name in normalised_names(column.headers) if name in header), None)
        if at is None or not isinstance(column, Amount | Moment | Day | Choice):
            continue
        cells = [cell for row in rows if at < len(row) and (cell := row[at].strip(" \t`'\""))]
        seen += len(cells)
        good += sum(_reads(column, cell) for cell in cells)
    return good / seen if seen else 1.0


def _reads(column: Amount | Moment | Day | Choice, cell: str) -> bool:
    if isinstance(column, Amount):
        return _is_amount(cell)
    if isinstance(column, Choice):
        return column.otherwise is not None or cell in column.words
    return bool(_DATE.search(cell)) or cell in NOTHING


@lru_cache(maxsize=4096)
def _is_amount(cell: str) -> bool:
    try:
        return parse_amount(cell) is not None or cell in NOTHING
    except ValueError:
        return bool(_NUMBER.search(cell)) and len(cell) < 24 and not cell[:1].isalpha()
