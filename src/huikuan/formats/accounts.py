"""A table of several accounts → one raw table for each, where the file itself says whose each row is.

Two ways are known. A column names the account of each row (several cards in one list): its rows are divided by that
column, and what the file states of all of them together (`Divided.together`) is held against their sum. Or the
accounts' tables stand one below the other, each below a line that names its account in the words of the first: then
each table has lines above and below of its own. Accounts without a movement give no table.

Whatever is less certain than that is not divided: `Undivided` names the row, and the file is refused.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from huikuan.formats.controls import SUMS, cut_footer, fact_in, lines_of, read_facts, tables_below
from huikuan.formats.headers import normalise_header
from huikuan.formats.reading import Line, RawTable
from huikuan.formats.spec import Fact, Format

if TYPE_CHECKING:
    import duckdb

FOREIGN_MAX = 20_000  # lines among the rows that are no data
_END = 1 << 62
_DATA = "faults = 0 AND NOT dropped AND NOT footer"
# The end of a card's number is no account: the cards of one bill are mostly of one.
_CARD_END = re.compile(r"[*xX]*\d{1,4}")
_PAGE = re.compile(r"第\s*\d+\s*页|共\s*\d+\s*页|[Pp]age\s*:?\s*\d+(?:\s*(?:of|/)\s*\d+)?|\b\d+\s*/\s*\d+\b")


class Undivided(Exception):
    """The table holds more than one account, and it cannot be told for certain which rows are whose."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


@dataclass(frozen=True)
class Divided:
    """The raw table of each account, in the order of the file. `together`: the lines below the rows of all accounts;
    None where each table has its own."""

    tables: tuple[RawTable, ...]
    together: tuple[Line, ...] | None = None


def divide(
    con: duckdb.DuckDBPyConnection, declared: Format, raw: RawTable, typed: str, *, whole: bool
) -> Divided | None:
    """The tables of the accounts; None where the file is of one account, or does not say of which. `whole`: the
    accounts in a column are taken for cards of one.

    Asked before `cut_footer`. Raises Undivided."""
    if declared.companions or declared.merged:
        return None
    by_column = None if whole else _by_column(con, declared, raw, typed)
    return by_column or _one_below_another(con, declared, raw, typed)


# ---------------------------------------------------------------- a column names the account
def _by_column(con: duckdb.DuckDBPyConnection, declared: Format, raw: RawTable, typed: str) -> Divided | None:
    if not declared.account_value:
        return None
    owner = declared.account_value
    found = con.execute(f"SELECT {owner} FROM {typed} WHERE {_DATA} GROUP BY 1 ORDER BY min(source_row)").fetchall()
    accounts = [account for (account,) in found]
    if len(accounts) < 2 or None in accounts or any(_CARD_END.fullmatch(account) for account in accounts):
        return None
    if tables_below(con, declared, raw, typed):
        return None
    together = cut_footer(con, declared, raw, typed)
    parts = []
    for place, account in enumerate(accounts):
        # A row that cannot be read may not tell its account either: it is named in the first.
        others = f" OR {owner} IS NULL OR NOT list_contains(?, {owner})" if not place else ""
        rows = con.execute(
            f"SELECT source_row FROM {typed} WHERE {owner} = ?{others} ORDER BY 1",
            [account, *([accounts] if others else [])],
        ).fetchall()
        footer = together if declared.footer is not None else ()
        part = _part(con, raw, [row for (row,) in rows], place)
        parts.append(replace(part, footer=footer, problems=() if place else raw.problems))
    return Divided(tuple(parts), together)


# ---------------------------------------------------------------- one table below the other
@dataclass
class _Gap:
    """The lines that stand before the data row `before` (counted from 0) and behind the one above. `headers`: which of
    them are the header once more; `unread`: which could be rows of data that cannot be read."""

    before: int
    lines: list[Line] = field(default_factory=list)
    headers: set[int] = field(default_factory=set)
    unread: set[int] = field(default_factory=set)

    def segments(self) -> list[list[Line]]:
        """The lines before each header, and those behind the last."""
        parts: list[list[Line]] = [[]]
        for line in self.lines:
            if line.row in self.headers:
                parts.append([])
            else:
                parts[-1].append(line)
        return parts

    def passed_over(self, lines: Sequence[Line]) -> None:
        """Raises Undivided where lines that would be of no table could be data."""
        for line in lines:
            if line.row in self.unread:
                raise Undivided(line.row)


@dataclass
class _Section:
    """The table of one account: the lines above it, where its rows begin, and lines inside that are none of its own."""

    account: str
    above: list[Line]
    begins: int
    header_row: int
    ends: int = _END
    passed: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Named:
    """How the first table names its account: the line's words before the number, the lines above it, whether the line
    stands below the header."""

    facts: tuple[Fact, ...]
    label: str
    above: tuple[Line, ...]
    under_header: bool

    def account_at(self, lines: Sequence[Line]) -> int | None:
        """Which of the lines names an account in these words."""
        return next((at for at, line in enumerate(lines) if _label(self.facts, line) == self.label), None)

    def begin(self, lines: Sequence[Line], at: int) -> int:
        """Where the lines above a table begin whose account the line `at` names: as far up as they have the words of
        those above the first."""
        for mine, first in zip(reversed(lines[:at]), reversed(self.above), strict=False):
            if _words(mine.text) != _words(first.text):
                break
            at -= 1
        return at


def _one_below_another(con: duckdb.DuckDBPyConnection, declared: Format, raw: RawTable, typed: str) -> Divided | None:
    facts = tuple(each for each in declared.facts if each.name == "account")
    gaps, count = _gaps(con, raw, typed) if facts else ([], 0)
    ends = (declared.footer or SUMS).to_end
    sections = _sections(gaps, count, facts, raw, ends=ends) if any(gap.before for gap in gaps) else []
    if not sections or (len(sections) == 1 and not sections[0].passed and sections[0].ends == _END):
        return None
    shared = _shared(sections)
    parts = []
    for place, each in enumerate(sections):
        rows = con.execute(
            f"SELECT source_row FROM {typed} WHERE source_row BETWEEN ? AND ? AND NOT list_contains(?, source_row) "
            "ORDER BY 1",
            [each.begins, each.ends, each.passed],
        ).fetchall()
        above = tuple(each.above) if place == 0 else (*each.above, *shared)
        part = replace(
            _part(con, raw, [row for (row,) in rows], place),
            header_row=each.header_row,
            preamble=above,
            footer=raw.footer if place == len(sections) - 1 else (),
            facts={**raw.facts, "account": each.account},
            problems=() if place else raw.problems,
        )
        parts.append(part)
    _same_currencies(declared, parts)
    return Divided(tuple(parts))


def _gaps(con: duckdb.DuckDBPyConnection, raw: RawTable, typed: str) -> tuple[list[_Gap], int]:
    """The lines that are no data, by where they stand among the data, and how many rows of data there are. Nothing is
    looked at where they all stand below the data: most files have a footer there."""
    count, last = con.execute(f"SELECT count(*), max(source_row) FROM {typed} WHERE {_DATA}").fetchone() or (0, None)
    between = con.execute(
        f"SELECT count(*) FROM {typed} WHERE NOT ({_DATA}) AND (source_row < coalesce(?, 0) OR header_again)", [last]
    ).fetchone() or (0,)
    if not 0 < between[0] <= FOREIGN_MAX:
        return [], count
    rows = con.execute(
        f"SELECT source_row, header_again, unread, before FROM (SELECT source_row, header_again, {_DATA} AS data, "
        "faults <> 0 AND NOT dropped AND NOT footer AS unread, "
        f"count(*) FILTER ({_DATA}) OVER (ORDER BY source_row) AS before FROM {typed}) WHERE NOT data ORDER BY 1"
    ).fetchall()
    lines = {line.row: line for line in lines_of(con, raw, [row for row, *_ in rows])}
    gaps = []
    for before, found in itertools.groupby(rows, key=lambda row: row[-1]):
        gap = _Gap(before)
        for row, again, unread, _ in found:
            if lines[row].text.strip(", \t\u3000"):
                gap.lines.append(lines[row])
                gap.headers |= {row} if again and _is_header(lines[row], raw) else set()
                gap.unread |= {row} if unread else set()
        gaps += [gap] if gap.lines else []
    return gaps, count


def _is_header(line: Line, raw: RawTable) -> bool:
    """Whether the whole header stands there again, each column in its place."""
    return _trimmed(map(normalise_header, line.cells)) == _trimmed(map(normalise_header, raw.header))


def _trimmed(cells: Iterable[str]) -> list[str]:
    kept = list(cells)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _sections(
    gaps: Sequence[_Gap], count: int, facts: tuple[Fact, ...], raw: RawTable, *, ends: bool
) -> list[_Section]:
    """The tables of the accounts; none where the first does not name its account. `ends`: a footer ends a table."""
    under = next((gap for gap in gaps if gap.before == 0), _Gap(0))
    named = _named(raw, under, facts)
    if named is None:
        return []
    sections = [_first(raw, under, named)]
    for gap in gaps:
        begun = _begun(gap, named, raw.header_row, at_end=gap.before == count) if gap.before else None
        if begun is None:
            continue
        section, begins_at = begun
        if section.account == sections[-1].account:
            _pass_page(sections[-1], section, gap, ends=ends)
        elif any(section.account == each.account for each in sections):
            raise Undivided(begins_at)
        else:
            sections[-1].ends = begins_at - 1
            sections += [section] if gap.before < count else []
    return sections


def _named(raw: RawTable, under: _Gap, facts: tuple[Fact, ...]) -> _Named | None:
    """How the first table names its account: above its header, else right below it; None if it does not."""
    for lines, under_header in ((raw.preamble, False), (under.segments()[-1], True)):
        at = next((at for at, line in enumerate(lines) if _label(facts, line)), None)
        if at is not None:
            return _Named(facts, _label(facts, lines[at]), tuple(lines[:at]), under_header)
    return None


def _first(raw: RawTable, under: _Gap, named: _Named) -> _Section:
    """The first table with a row of data."""
    *earlier, own = under.segments()
    if named.under_header:
        return _below_header(own, named, under, raw.header_row, list(raw.preamble))
    at = named.account_at(earlier[-1]) if earlier else None
    if at is not None:  # the tables before it have no rows
        start, header = named.begin(earlier[-1], at), max(under.headers)
        under.passed_over([*itertools.chain(*earlier[:-1]), *earlier[-1][:start]])
        return _Section(_account(named.facts, earlier[-1][at]), earlier[-1][start:], header + 1, header)
    account = _account(named.facts, raw.preamble[named.account_at(raw.preamble) or 0])
    return _Section(account, list(raw.preamble), raw.header_row + 1, raw.header_row)


def _below_header(
    lines: Sequence[Line], named: _Named, gap: _Gap, header_row: int, above: Sequence[Line] = ()
) -> _Section:
    """The table whose account one of these lines names, and whose rows are all that stand below that line."""
    at = named.account_at(lines) or 0
    gap.passed_over(lines[:at])
    account = _account(named.facts, lines[at])
    return _Section(account, [*above, *lines[: at + 1]], lines[at].row + 1, header_row)


def _begun(gap: _Gap, named: _Named, header_row: int, *, at_end: bool) -> tuple[_Section, int] | None:
    """The table that begins in a gap, and the first line of the gap that is not of the table before; None if none
    begins. At the end of the file: the first table without a row."""
    segments, headers = gap.segments(), sorted(gap.headers)
    if named.under_header:
        at = named.account_at(segments[-1])
        if at is None:
            return None
        own = segments[-1] if headers else segments[-1][at:]
        gap.passed_over([*itertools.chain(*segments[1:-1])])
        section = _below_header(own, named, gap, max([header_row, *headers]))
        return section, headers[0] if headers else own[0].row
    if not headers:
        at = named.account_at(gap.lines)
        if at is not None and not at_end:
            raise Undivided(gap.lines[at].row)
        return None
    own = segments[0] if at_end else segments[-2]
    at, first_at = named.account_at(own), named.account_at(segments[0])
    if at is None:
        return None
    if first_at is None:
        raise Undivided(headers[0])
    _pass_quiet(gap, segments, named, at_end=at_end)
    begins = segments[0][named.begin(segments[0], first_at)].row
    above = own[named.begin(own, at) :]
    return _Section(_account(named.facts, own[at]), above, headers[-1] + 1, headers[-1]), begins


def _pass_quiet(gap: _Gap, segments: Sequence[Sequence[Line]], named: _Named, *, at_end: bool) -> None:
    """The tables without a row between the first header of a gap and the last: raises Undivided where one could have
    rows that cannot be read."""
    for lines in segments[1:-1]:
        at = named.account_at(lines)
        gap.passed_over(lines if at is None else lines[: named.begin(lines, at)])
    if at_end:
        gap.passed_over(segments[-1])


def _pass_page(current: _Section, again: _Section, gap: _Gap, *, ends: bool) -> None:
    """The lines that stand above each printed page are the same table going on."""
    passed = gap.headers | {line.row for line in again.above}
    same = [_page(line) for line in again.above] == [_page(line) for line in current.above[-len(again.above) :]]
    if not same or (ends and any(line.row not in passed for line in gap.lines)):
        raise Undivided(again.above[0].row)
    current.passed += sorted(passed)


def _page(line: Line) -> str:
    return _PAGE.sub("", line.text).strip(", \t")


def _shared(sections: Sequence[_Section]) -> list[Line]:
    """The lines above the first table that tell of all: those whose words stand above no other."""
    repeated = {_words(line.text) for each in sections[1:] for line in each.above}
    first = sections[0].above
    own = next((at for at, line in enumerate(first) if _words(line.text) in repeated), len(first))
    return first[:own]


def _same_currencies(declared: Format, parts: Sequence[RawTable]) -> None:
    """Raises Undivided where one table states its currency and another does not: it would be guessed."""
    stated = [{name for name in read_facts(declared, part, ()).facts if name.startswith("currency")} for part in parts]
    for names, part in zip(stated, parts, strict=True):
        if bool(names) != bool(stated[0]):
            raise Undivided(part.header_row)


def _account(facts: tuple[Fact, ...], line: Line) -> str:
    return next((account for fact in facts if (account := fact_in(fact, line) or "")), "")


def _label(facts: tuple[Fact, ...], line: Line) -> str:
    """The words before the account that a line names; "" if it names none."""
    account = _account(facts, line)
    return (_words(line.text.partition(account)[0]) or ":") if account else ""


def _words(text: str) -> str:
    """The letters of a text before its first digit."""
    return re.sub(r"[\W_]+", "", re.split(r"\d", text, maxsplit=1)[0]).lower()


def _part(con: duckdb.DuckDBPyConnection, raw: RawTable, rows: list[int], place: int) -> RawTable:
    """The raw table with these rows alone."""
    table = f"{raw.table}_of_{place}"
    con.execute(
        f"CREATE TABLE {table} AS SELECT * FROM {raw.relation(con, rows)} WHERE list_contains(?, source_row) "
        "ORDER BY source_row",
        [rows],
    )
    return replace(raw, table=table, stream=None)
