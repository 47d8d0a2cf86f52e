"""Which format a table is in. The header decides: all the columns a format needs stand in one of the first 40 rows.
Between several that fit, the one with more of its columns, its marks in the preamble and its file name wins."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from huikuan.formats.headers import column_index, normalise_header
from huikuan.formats.reading import Head, Layout, TableSource
from huikuan.formats.spec import Format

MARK_SCORE = 20
NAME_SCORE = 5
NEAR_SHARE = 0.5
OWN_SHARE = 0.25


@dataclass(frozen=True)
class Recognised:
    """A format, and where its header stands."""

    format: Format
    layout: Layout
    score: int


@dataclass(frozen=True)
class Nearest:
    """A format that nearly fits: the columns it misses, as the format names them, and the row that came closest."""

    format: Format
    missing: tuple[str, ...]
    row: int


def recognise(source: TableSource, formats: Iterable[Format]) -> Recognised | None:
    """The best format for an opened table; None if none fits. Equal scores: the earlier format. What is declared as a
    fallback is tried where nothing else fits."""
    known = tuple(formats)
    return _best(source, (each for each in known if not each.fallback)) or _best(
        source, (each for each in known if each.fallback)
    )


def _best(source: TableSource, formats: Iterable[Format]) -> Recognised | None:
    best: Recognised | None = None
    for declared in formats:
        found = _try_format(source, declared) if declared.needs else None
        if found and (best is None or found.score > best.score):
            best = found
    return best


def nearest(source: TableSource, formats: Iterable[Format], count: int = 3) -> list[Nearest]:
    """The formats that come closest. Close is one of whose needs half or more stand in one row, or a quarter if no
    other format has these: sharing a common word such as 交易时间 says nothing."""
    known = tuple(each for each in formats if not (each.fallback or each.named))
    common = Counter(name for each in known for name in {normalise_header(n) for names in each.needs for n in names})
    found: list[tuple[float, int, Nearest]] = []
    for place, declared in enumerate(known):
        options = [
            (row, [names for names in declared.needs if column_index(header, names) is None])
            for head in _heads(source, declared)
            for row, header in _normalised(head)
        ]
        if not options or not declared.needs:
            continue
        row, missing = min(options, key=lambda option: (len(option[1]), option[0]))
        share = 1 - len(missing) / len(declared.needs)
        there = [names for names in declared.needs if names not in missing]
        own = all(common[normalise_header(name)] == 1 for names in there for name in names)
        if missing and there and share >= (OWN_SHARE if own else NEAR_SHARE):
            found.append((-share, place, Nearest(declared, tuple(names[0] for names in missing), row)))
    return [each for _, _, each in sorted(found, key=lambda item: item[:2])[:count]]


def _heads(source: TableSource, declared: Format) -> list[Head]:
    return [head for head in source.heads if head.split == "" or head.split in declared.delimiters]


@lru_cache(maxsize=16)
def _normalised(head: Head) -> list[tuple[int, list[str]]]:
    return [(row, [normalise_header(cell) for cell in cells]) for row, cells in head.rows]


def _try_format(source: TableSource, declared: Format) -> Recognised | None:
    for head in _heads(source, declared):
        for place, (row, header) in enumerate(_normalised(head)):
            if not _fits(header, declared):
                continue
            above = " ".join(",".join(cells) for _, cells in head.rows[:place])
            named = _named(declared, above, source)
            if declared.named and not named:
                continue
            score = _score(header, declared) + named
            layout = Layout(row, head.split or ",", declared.quote, declared.prefix)
            return Recognised(declared, layout, score)
    return _without_header(source, declared)


def _without_header(source: TableSource, declared: Format) -> Recognised | None:
    """The format, where the first row is no header but shows by its shape what it is."""
    for head in _heads(source, declared):
        if declared.shape and head.rows and declared.shape(head.rows[0][1]):
            layout = Layout(0, head.split or ",", declared.quote, header=declared.places)
            return Recognised(declared, layout, len(declared.needs))
    return None


def _fits(header: Sequence[str], declared: Format) -> bool:
    if any(column_index(header, names) is None for names in declared.needs):
        return False
    return not any(column_index(header, names) is not None for names in declared.lacks)


def _score(header: Sequence[str], declared: Format) -> int:
    return len(declared.needs) + sum(column_index(header, column.headers) is not None for column in declared.columns)


def _named(declared: Format, above: str, source: TableSource) -> int:
    """The score of what the preamble and the file's name say."""
    marks = sum(normalise_header(mark) in normalise_header(above) for mark in declared.marks)
    name = bool(declared.file_name and re.search(declared.file_name, f"{source.member} {source.sheet}"))
    return MARK_SCORE * marks + NAME_SCORE * name
