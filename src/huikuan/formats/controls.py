"""What a document states about itself: its account, its period, its totals. Read from preamble and footer, and the
totals compared with what its rows give. A total that disagrees flags the document; one that cannot be read refuses
it, for then nothing says that the file is whole."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from huikuan.formats.balance_order import Followed, Movement, follow
from huikuan.formats.headers import normalise_header
from huikuan.formats.reading import PROBLEMS_LISTED, Line, RawTable
from huikuan.formats.spec import Amount, Balance, Balanced, Fact, Footer, Format, Total
from huikuan.records.dates import parse_local, to_utc
from huikuan.records.document import CLOSING_BALANCE, Control
from huikuan.records.errors import Problem
from huikuan.records.messages import gettext_noop, register
from huikuan.records.money import parse_amount, plain
from huikuan.records.sql import sql_text

if TYPE_CHECKING:
    import duckdb

STATED_TIMES = (
    "%Y-%m-%d %H:%M:%S", "%Y年%m月%d日 %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M",
    "%Y-%m-%d", "%Y年%m月%d日", "%Y/%m/%d", "%Y%m%d", "%Y%m%d%H%M", "%Y%m%d%H%M%S", "%Y.%m.%d",
)  # fmt: skip

# A row of sums below the data, put there by a program or a person: the footer of a format that declares none. No row
# with a date is one.
SUMS = Footer(
    starts=(),
    to_end=False,
    pattern="(?i)^((本页|本期|本月|总)?[合总共小][ \u3000]*计|汇总|(grand )?totals?|sum) *[:：]?$",
    under=("合", "总", "共", "汇总", "Total", "TOTAL", "total", "Grand", "GRAND", "Sum", "SUM"),
)
SUMMED_FIELDS = ("amount", "paid", "refund_amount", "debit", "credit", "qty")

register(
    {
        "control.unreadable": gettext_noop(
            "%(place)s: the total “%(name)s” states “%(value)s”, which is not a number. The file is damaged: "
            "download it again."
        ),
        "control.mismatch": gettext_noop(
            "The file states “%(name)s” as %(stated)s, but its rows give %(computed)s. Rows are probably missing or "
            "doubled: download the file again and compare."
        ),
        "footer.missing": gettext_noop(
            "The file lacks the totals that stand at its end. It was probably cut off: download it again."
        ),
        "unproved": gettext_noop(
            "Nothing in the file proves that it was read completely (%(what)s): totals, or opening and closing "
            "balance, are missing or hidden. Compare the sums with the bank's own figures before relying on it."
        ),
        "table.below": gettext_noop(
            "%(place)s: another table begins here, below lines that are no data, and nothing says for certain of which "
            "account it is. Export each account by itself, or save each table, with the lines above it, as a file of "
            "its own."
        ),
        "group.unbalanced": gettext_noop(
            "%(place)s: %(name)s %(key)s does not balance: debit %(left)s, credit %(right)s. A line of it is probably "
            "missing: export the whole period again."
        ),
        "balance_break": gettext_noop(
            "%(place)s: the balance is %(stated)s, but the line before it and the amount give %(computed)s. "
            "A line is probably missing or doubled between the two: download these days again and compare."
        ),
    }
)


@dataclass(frozen=True)
class Stated:
    """What was found: facts as text, and the line each was found in."""

    facts: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    def has_table(self, first: str) -> bool:
        """Whether the footer's own header row `first` was found with its values; True where the format has none."""
        return not first or normalise_header(first) in self.facts

    def moment(self, name: str) -> datetime | None:
        """A stated date or time, local; None if it is not stated or cannot be read."""
        return parse_local(self.facts.get(name, ""), STATED_TIMES)


def footer_sql(declared: Format, cells: Sequence[str], dated: str) -> str:
    """SQL over a raw table with these cells, from the first that has a name on: whether a row begins the footer, or is
    a line of it. `dated` is the cell of the row's date, "" if there is none."""
    if declared.footer is None:
        return sums_sql(cells, dated)
    cell = cells[0] if cells else "''"  # trimming each costs much more
    first = f"CASE WHEN ascii({cell}) IN (9, 32, 96) THEN ltrim({cell}, ' `\t') ELSE {cell} END"
    if declared.footer.first_filled:
        first = _first_filled_sql(cells[:3])
    tests = [f"starts_with({first}, {sql_text(start)})" for start in declared.footer.starts]
    tests += [f"regexp_matches({first}, {sql_text(declared.footer.pattern)})"] if declared.footer.pattern else []
    begins = " OR ".join(tests)
    return f"coalesce(({begins}), FALSE)"


def sums_sql(cells: Sequence[str], dated: str) -> str:
    """SQL: whether a row is one of SUMS. Nearly all rows show by the first letter of their date that they are not."""
    found = f"regexp_matches({_first_filled_sql(cells)}, {sql_text(SUMS.pattern)})"
    if dated:
        found = f"CASE WHEN regexp_matches({dated}, '[0-9]') THEN FALSE ELSE {found} END"
        found = f"CASE WHEN ascii({dated}) BETWEEN 48 AND 57 THEN FALSE ELSE {found} END"
    return f"coalesce(({found}), FALSE)"


def _first_filled_sql(cells: Sequence[str]) -> str:
    """SQL: the first of the cells that is not blank, without the blanks around it; null if all are."""
    return "coalesce(" + ", ".join(f"nullif(trim({cell}, ' `\t\u3000'), '')" for cell in cells) + ")"


def cut_footer(con: duckdb.DuckDBPyConnection, declared: Format, raw: RawTable, typed: str) -> tuple[Line, ...]:
    """Take the footer, and the rows marked `dropped`, out of the typed table; the footer's lines."""
    counted = con.execute(
        f"SELECT count(*) FILTER (dropped), min(source_row) FILTER (footer) FROM {typed}"
    ).fetchone() or (0, None)
    dropped, first = counted
    where = "FALSE"
    if first is not None:
        to_end = (declared.footer or SUMS).to_end
        where = f"source_row >= {first}" if to_end else "footer"
    rows = con.execute(f"SELECT source_row FROM {typed} WHERE {where} ORDER BY 1 LIMIT 1000").fetchall()
    lines = lines_of(con, raw, [row[0] for row in rows]) if rows else ()
    if dropped or rows:
        con.execute(f"DELETE FROM {typed} WHERE dropped OR {where}")
    return raw.footer + lines


def tables_below(con: duckdb.DuckDBPyConnection, declared: Format, raw: RawTable, typed: str) -> list[Problem]:
    """The refusal of a file that has its header once more below lines that are no data, or below a footer that ends the
    table: what follows belongs to another one, with another account perhaps. Asked before `cut_footer`."""
    found = con.execute(f"SELECT count(*) FROM {typed} WHERE header_again").fetchone()
    if not found or not found[0]:
        return []
    ends = (declared.footer or SUMS).to_end
    foreign, passed = ("faults <> 0 OR footer", "dropped") if ends else ("faults <> 0", "dropped OR footer")
    begins = con.execute(
        f"SELECT min(source_row) FROM (SELECT source_row, header_again, lag(({foreign}) AND NOT header_again) OVER "
        f"(ORDER BY source_row) AS foreign_above FROM {typed} WHERE header_again OR NOT ({passed})) "
        "WHERE header_again AND foreign_above"
    ).fetchone()
    return [Problem("table.below", raw.sheet, begins[0], severity="refuse")] if begins and begins[0] else []


def lines_of(con: duckdb.DuckDBPyConnection, raw: RawTable, numbers: list[int]) -> tuple[Line, ...]:
    """Rows of a raw table by their numbers, as lines."""
    relation = raw.relation(con, numbers)
    found = con.execute(
        f"SELECT source_row, {', '.join(raw.cell_names)} FROM {relation} "
        f"WHERE source_row IN ({', '.join(map(str, numbers))}) ORDER BY 1"
    )
    lines = []
    for row, *cells in found.fetchall():
        kept = tuple(cell for cell in cells if cell is not None)
        lines.append(Line(row, ",".join(kept), kept))
    return tuple(lines)


def read_facts(declared: Format, raw: RawTable, footer: tuple[Line, ...]) -> Stated:
    """All facts that preamble and footer state. What the reader knew already goes before."""
    facts, rows = dict(raw.facts), dict.fromkeys(raw.facts, 0)
    lines = raw.preamble + footer
    for fact in declared.facts:
        if fact.name in facts:
            continue
        for line in lines:
            if (stated := fact_in(fact, line)) is not None:
                facts[fact.name], rows[fact.name] = stated, line.row
                break
    if (declared.footer or SUMS).under:
        _under(declared, (declared.footer or SUMS).under, raw, footer, facts, rows)
    if declared.footer_table:
        _footer_table(declared.footer_table, footer, facts, rows)
    in_name = _in_name(declared, raw)
    if in_name and "exported_at" not in facts:
        facts["exported_at"], rows["exported_at"] = in_name, 0
    return Stated(facts, rows)


def fact_in(fact: Fact, line: Line) -> str | None:
    """What a line states of a fact; None if it says nothing of it."""
    match = re.search(fact.pattern, line.text) or re.search(fact.pattern, _plain(line))
    return match.group(1).strip(' \t\r\n"') if match else None


def _plain(line: Line) -> str:
    """A line without blanks around its cells and blank cells before the first."""
    return ",".join(cell.strip() for cell in line.cells).lstrip(",")


def _in_name(declared: Format, raw: RawTable) -> str:
    """The export time as the file's name writes it; "" if it does not."""
    found = re.search(declared.exported_in_name, raw.member) if declared.exported_in_name else None
    return found.group(1) if found else ""


def named_date(declared: Format, raw: RawTable) -> date | None:
    """The day of the export by the file's name; None if it does not tell."""
    moment = parse_local(_in_name(declared, raw), STATED_TIMES)
    return moment.date() if moment else None


def _under(
    declared: Format,
    starts: tuple[str, ...],
    raw: RawTable,
    footer: tuple[Line, ...],
    facts: dict[str, str],
    rows: dict[str, int],
) -> None:
    """What the first row of totals holds below the columns of amounts; what is no amount is none of them."""
    for line in footer:
        first = next((cell.strip() for cell in line.cells if cell.strip()), "")
        if not first.startswith(starts):
            continue
        for column in declared.columns:
            place = raw.place(column.headers, 1, declared.header_currency)
            index = place if isinstance(column, Amount) else None
            cell = line.cells[index] if index is not None and index < len(line.cells) else ""
            if _stated_number(cell) is not None:
                facts[f"under_{column.name}"], rows[f"under_{column.name}"] = cell, line.row
        return


def _footer_table(first: str, footer: tuple[Line, ...], facts: dict[str, str], rows: dict[str, int]) -> None:
    """A header row and a row of values below the data (WeChat)."""
    for head, values in itertools.pairwise(footer):
        names = [normalise_header(cell) for cell in head.text.split(",")]
        if not names or names[0] != normalise_header(first):
            continue
        cells = [cell.strip(" \t`") for cell in values.text.split(",")]
        for index, name in enumerate(names):
            facts[name] = cells[index] if index < len(cells) else ""
            rows[name] = values.row
        return


def totals_of(declared: Format) -> tuple[Total, ...]:
    """The totals a document may state. Below the data of a format without a footer stand sums of its columns: those
    that records take their money and pieces from are held against the rows."""
    if declared.footer is not None or declared.merged:
        return declared.totals
    taken = " ".join(sql for emit in declared.emits for name, sql in emit.fields.items() if name in SUMMED_FIELDS)
    named = set(re.findall(r"\w+", taken))
    amounts = (each for each in declared.columns if isinstance(each, Amount) and each.name in named)
    return declared.totals + tuple(
        Total(each.headers[0], f"under_{each.name}", f"sum({each.name})") for each in amounts
    )


def check_totals(
    con: duckdb.DuckDBPyConnection, totals: tuple[Total, ...], stated: Stated, typed: str
) -> tuple[list[Control], list[Problem]]:
    """Compare stated totals with the rows that read well."""
    known = [total for total in totals if total.in_rows or _is_stated(total, stated)]
    if not known:
        return [], []
    sums = [f"coalesce({total.computed}, 0)::DECIMAL(38,5)" for total in known]
    sums += [f"({total.stated if total.in_rows else 'NULL'})::DECIMAL(38,5)" for total in known]
    found = con.execute(f"SELECT {', '.join(sums)} FROM {typed} WHERE faults = 0").fetchone() or ()
    controls: list[Control] = []
    problems: list[Problem] = []
    for total, computed, in_rows in zip(known, found[: len(known)], found[len(known) :], strict=True):
        if total.in_rows:
            controls += [Control(total.name, Decimal(in_rows), Decimal(computed))] if in_rows is not None else []
            continue
        name = _fact_name(total, stated)
        value = _stated_number(stated.facts[name])
        if value is None:
            params = {"name": total.name, "value": stated.facts[name]}
            problems.append(Problem("control.unreadable", row=stated.rows[name], params=params, severity="refuse"))
        else:
            opening = _stated_number(stated.facts[total.opening]) if total.opening else None
            controls.append(Control(total.name, value, Decimal(computed) + (opening or 0)))
    return controls, problems


def _is_stated(total: Total, stated: Stated) -> bool:
    """Whether the file states a total, and the opening balance it begins with."""
    return bool(_fact_name(total, stated)) and (not total.opening or total.opening in stated.facts)


def _fact_name(total: Total, stated: Stated) -> str:
    """The name under which a total is stated; "" if it is not."""
    names = (total.stated, normalise_header(total.stated))
    return next((name for name in names if name in stated.facts), "")


def _stated_number(text: str) -> Decimal | None:
    """The amount a total states, also with a decimal comma (one or two digits behind the last comma)."""
    if re.search(r",\d{1,2}\s*$", text):
        text = text.translate(str.maketrans(".,", ",."))
    try:
        return parse_amount(text)
    except ValueError:
        return None


def mismatches(controls: list[Control] | tuple[Control, ...], sheet: str = "") -> list[Problem]:
    """One flag for each control total that disagrees."""
    return [
        Problem(
            "control.mismatch",
            sheet=sheet,
            params={"name": each.name, "stated": plain(each.stated), "computed": plain(each.computed)},
            severity="flag",
        )
        for each in controls
        if not each.ok
    ]


@dataclass(frozen=True)
class BalanceCheck:
    """The result of following a running balance. `newest_first` tells the file's direction."""

    newest_first: bool
    breaks: int
    controls: list[Control]
    problems: list[Problem]


@dataclass(frozen=True)
class Direction:
    """Which way a document runs, and how many balances do not follow: read oldest first, and newest first. `moment` is
    the value that tells when a row happened."""

    newest_first: bool = False
    breaks: tuple[int, int] = (0, 0)
    moment: str = ""


def file_direction(con: duckdb.DuckDBPyConnection, typed: str, balance: Balance | None, moment: str) -> Direction:
    """Whether the file runs from the newest row to the oldest: by the balance where it follows in one direction, else
    by time, else by the balance that breaks less."""
    breaks = _breaks(con, typed, balance) if balance is not None else (0, 0)
    by_balance = Direction(breaks[1] < breaks[0], breaks, moment)
    if not moment or (breaks[0] != breaks[1] and min(breaks) == 0):
        return by_balance
    counted = con.execute(
        f"SELECT count(*) FILTER (later), count(*) FILTER (earlier) FROM (SELECT {moment} > before AS later, "
        f"{moment} < before AS earlier FROM (SELECT {moment}, lag({moment}) OVER (ORDER BY source_row) AS before "
        f"FROM {typed} WHERE faults = 0 AND {moment} IS NOT NULL))"
    ).fetchone()
    later, earlier = counted or (0, 0)
    return by_balance if later == earlier else Direction(earlier > later, breaks, moment)


def _balanced_rows(balance: Balance) -> str:
    return f"faults = 0 AND ({balance.rows}) AND {balance.balance} IS NOT NULL"


def _chain(typed: str, balance: Balance) -> str:
    over = f"OVER ({f'PARTITION BY {balance.by} ' if balance.by else ''}ORDER BY source_row)"
    return (
        f"SELECT source_row, {balance.amount} AS amount, {balance.balance} AS balance, "
        f"lag({balance.balance}) {over} AS before, lag({balance.amount}) {over} AS amount_before "
        f"FROM {typed} WHERE {_balanced_rows(balance)}"
    )


_OLDEST_FIRST = "before + amount"
_NEWEST_FIRST = "before - amount_before"


def _breaks(con: duckdb.DuckDBPyConnection, typed: str, balance: Balance) -> tuple[int, int]:
    """How many rows do not follow from the one before: read oldest first, and newest first."""
    found = con.execute(
        f"SELECT count(*) FILTER (balance <> {_OLDEST_FIRST}), count(*) FILTER (balance <> {_NEWEST_FIRST}) "
        f"FROM ({_chain(typed, balance)})"
    ).fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)


def check_balance(con: duckdb.DuckDBPyConnection, typed: str, balance: Balance, found: Direction) -> BalanceCheck:
    """Follow the running balance in the file's direction; every break that no other order of the movements of a moment
    mends is a flag."""
    newest_first = found.newest_first
    if not found.breaks[newest_first]:
        return BalanceCheck(newest_first, 0, _balance_control(con, typed, balance, newest_first), [])
    parts = _followed(con, typed, balance, found)
    controls = [Control(CLOSING_BALANCE, each.closing, each.opening + each.moved) for each in parts if each.count > 1]
    gaps = sorted((gap for each in parts for gap in each.gaps), key=lambda gap: gap.row)
    problems = []
    for gap in gaps[:PROBLEMS_LISTED]:
        params = {"stated": plain(gap.stated), "computed": plain(gap.computed)}
        problems.append(Problem("balance_break", row=gap.row, params=params, severity="flag"))
    return BalanceCheck(newest_first, len(gaps), controls, problems)


def _followed(con: duckdb.DuckDBPyConnection, typed: str, balance: Balance, found: Direction) -> list[Followed]:
    """Each of the document's balances followed row by row; looked at only where one does not simply follow."""
    part, moment = balance.by or "''", found.moment or "NULL"
    order = "DESC" if found.newest_first else "ASC"
    rows = con.execute(
        f"SELECT {part} AS part, source_row, {moment}, {balance.amount}, {balance.balance} FROM {typed} "
        f"WHERE {_balanced_rows(balance)} ORDER BY part, source_row {order}"
    ).fetchall()
    parts = itertools.groupby(rows, key=lambda row: row[0])
    return [follow(Movement(*row[1:]) for row in of_part) for _, of_part in parts]


def check_groups(con: duckdb.DuckDBPyConnection, typed: str, balanced: Balanced) -> list[Problem]:
    """One flag for each group of rows whose two sides differ, at its first row."""
    found = con.execute(
        f"SELECT min(source_row), {balanced.key} AS key, coalesce(sum({balanced.left}), 0) AS a, "
        f"coalesce(sum({balanced.right}), 0) AS b FROM {typed} WHERE faults = 0 AND NOT ignored GROUP BY key "
        f"HAVING a <> b ORDER BY 1 LIMIT {PROBLEMS_LISTED}"
    ).fetchall()
    return [
        Problem(
            "group.unbalanced",
            row=row,
            params={"name": balanced.name, "key": key, "left": plain(left), "right": plain(right)},
            severity="flag",
        )
        for row, key, left, right in found
    ]


def _balance_control(con: duckdb.DuckDBPyConnection, typed: str, balance: Balance, newest_first: bool) -> list[Control]:
    """Last balance stated against first balance plus movements; none where fewer than two rows have a balance."""
    first, last = ("max", "min") if newest_first else ("min", "max")
    by = balance.by or "''"
    found = con.execute(
        f"SELECT arg_{last}(balance, source_row), arg_{first}(balance - amount, source_row) + sum(amount) "
        f"FROM (SELECT source_row, {by} AS part, {balance.amount} AS amount, "
        f"{balance.balance} AS balance FROM {typed} WHERE {_balanced_rows(balance)}) "
        f"GROUP BY part HAVING count(*) > 1 ORDER BY part"
    ).fetchall()
    return [Control(CLOSING_BALANCE, stated, Decimal(computed)) for stated, computed in found]


def take_proved_reading(con: duckdb.DuckDBPyConnection, typed: str, balance: Balance) -> str:
    """The reading of the amounts that the balance follows without a break becomes the amount; its name, "" if none is
    proved."""
    for reading in (balance.amount, *balance.readings, *balance.inverted):
        tried = replace(balance, amount=reading)
        linked = con.execute(f"SELECT count(before) FROM ({_chain(typed, tried)})").fetchone()
        if not linked or linked[0] < (2 if reading in balance.inverted else 1):
            return ""
        if min(_breaks(con, typed, tried)) == 0:
            if reading != balance.amount:
                con.execute(f"UPDATE {typed} SET {balance.amount} = {reading}")
            return reading
    return ""


def check_proved(
    con: duckdb.DuckDBPyConnection, declared: Format, raw: RawTable, typed: str, controls: list[Control]
) -> list[Problem]:
    """The flag `unproved` of a bank file of which neither totals nor two readable balances prove the reading.

    Controls that disagree prove nothing, but where balances can be read their breaks tell more than this flag."""
    if "bank_line" not in declared.kinds or any(control.ok for control in controls):
        return []
    if raw.controls or any(problem.code == "unproved" for problem in raw.problems):
        return []
    balance = f"count({declared.balance.balance})" if declared.balance else "0"
    found = con.execute(f"SELECT count(*), {balance} FROM {typed} WHERE faults = 0 AND NOT ignored").fetchone()
    if found is None or found[0] == 0 or found[1] > 1:
        return []
    return [Problem("unproved", raw.sheet, params={"what": declared.id}, severity="flag")]


def period(stated: Stated) -> tuple[date | None, date | None]:
    """The stated period, both days included. An end at midnight means the day before."""
    start, end = stated.moment("period_from"), stated.moment("period_to")
    last = end.date() if end else None
    stated_time = ":" in stated.facts.get("period_to", "")
    if start and end and stated_time and end.time() == datetime.min.time() and end > start:
        last = (end - timedelta(days=1)).date()
    return (start.date() if start else None), last


def exported_at(stated: Stated, timezone: str) -> datetime | None:
    """The stated export time in UTC; None if it is not stated."""
    local = stated.moment("exported_at")
    return to_utc(local, timezone) if local else None
