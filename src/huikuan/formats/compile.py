"""A declaration and a raw table → a `Reading`: DuckDB views of records, and everything that is to be said about them.

Steps: typed table (`typed`) → footer and facts → problems → keys and running numbers → one view per record kind →
totals, controls, balance → the verdict: imported, flagged or refused.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from huikuan.formats import controls as checks
from huikuan.formats.accounts import Divided, Undivided, divide
from huikuan.formats.cut_numbers import cut_numbers
from huikuan.formats.emit_sql import Emitted, emit_views
from huikuan.formats.faults import DAMAGED, list_problems
from huikuan.formats.reading import PROBLEMS_LISTED, RawTable, ReadContext, Reading
from huikuan.formats.settle import doubts, settle
from huikuan.formats.spec import Format
from huikuan.formats.typed import Typed, build_typed
from huikuan.records.errors import Problem, UserError
from huikuan.records.kinds import KINDS
from huikuan.records.messages import gettext_noop, register

if TYPE_CHECKING:
    import duckdb

# Kinds whose money is no signed `amount`: field → what its sum is called.
OWN_TOTALS = {
    "order_line": {"paid": "paid"},
    "return_line": {"refund_amount": "out"},
    "ledger_line": {"debit": "in", "credit": "out"},
}
_numbers = itertools.count(1)

register(
    {
        "column.missing": gettext_noop(
            "The column “%(column)s” is missing. Export the file again with all its columns, or give another format."
        ),
        "account.unknown": gettext_noop(
            "The file does not say which account it is of. "
            "Name it: --account on the command line, or choose it on the page."
        ),
        "account.several": gettext_noop(
            "The file holds rows of %(count)s accounts (%(names)s). Import one account at a time; if they are cards of "
            "one account, name that account: --account on the command line, or choose it on the page."
        ),
        "shop.unknown": gettext_noop(
            "The file does not say which shop it is of. Name it: --shop on the command line, or choose it on the page."
        ),
        "currency.unknown": gettext_noop(
            "The file does not say which currency its amounts are in: the row that states it is missing, or there are "
            "several. Download the file again and import it as it is, one by one."
        ),
        "rows.none": gettext_noop(
            "The file has a header but no rows. Choose a period with movements, or leave it out."
        ),
    }
)


@dataclass(frozen=True)
class Owner:
    """Whose document it is: as used, and as the file says."""

    account: str
    shop: str
    stated_account: str
    stated_shop: str
    problems: tuple[Problem, ...]


def compile_readings(
    con: duckdb.DuckDBPyConnection, declared: Format, raw: RawTable, context: ReadContext
) -> list[Reading]:
    """Read a raw table: one document, or one for each account where the file itself divides them. The raw table is
    dropped afterwards; the views of the results live in `con`.

    Raises UserError where one account was given for the tables of several."""
    try:
        typed = build_typed(con, declared, raw, context, f"typed_{next(_numbers)}")
        divided: Divided | None = None
        undivided: tuple[Problem, ...] = ()
        if not typed.missing:
            try:
                divided = divide(con, typed.declared, typed.raw, typed.table, whole=bool(context.account))
            except Undivided as found:
                undivided = (Problem("table.below", typed.raw.sheet, found.row, severity="refuse"),)
        if divided is None:
            return [_compile(con, typed, context, undivided)]
        con.execute(f"DROP TABLE {typed.table}")
        return _compile_each(con, typed.declared, typed.raw, divided, context)
    finally:
        raw.drop(con)


def _compile_each(
    con: duckdb.DuckDBPyConnection, declared: Format, raw: RawTable, divided: Divided, context: ReadContext
) -> list[Reading]:
    """The documents of the accounts of one table."""
    names = [str(each.facts.get("account", "")) for each in divided.tables]
    if context.account and len(names) > 1:
        told = ", ".join(names[:3])
        raise UserError("bank.several_accounts", file=raw.member, count=len(names), names=told)
    alone = declared if divided.together is None else _without_totals(declared)
    readings, tables = [], []
    for part in divided.tables:
        typed = build_typed(con, declared, part, context, f"typed_{next(_numbers)}")
        readings.append(_compile(con, replace(typed, declared=alone), context))
        tables.append(typed.table)
        part.drop(con)
    if divided.together is None:
        return readings
    together = " UNION ALL BY NAME ".join(f"FROM {table}" for table in tables)
    stated = checks.read_facts(declared, raw, divided.together)
    controls, problems = checks.check_totals(con, checks.totals_of(declared), stated, f"({together})")
    problems += checks.mismatches(controls, raw.sheet)
    first = replace(readings[0], controls=(*readings[0].controls, *controls))
    return [_with(each, problems, context) for each in (first, *readings[1:])]


def _without_totals(declared: Format) -> Format:
    """The format without what a file of several accounts states of all of them together."""
    footer = replace(declared.footer, under=()) if declared.footer else None
    return replace(declared, totals=(), footer=footer)


def _with(reading: Reading, problems: list[Problem], context: ReadContext) -> Reading:
    """The reading with more to be said of it."""
    return _judge(reading, [*reading.problems, *problems], reading.problems_total + len(problems), context)


def _compile(
    con: duckdb.DuckDBPyConnection, typed: Typed, context: ReadContext, undivided: tuple[Problem, ...] = ()
) -> Reading:
    """The document of a typed table."""
    declared, raw, name = typed.declared, typed.raw, typed.table
    if typed.missing:
        missing = tuple(
            Problem("column.missing", raw.sheet, column=column, severity="refuse") for column in typed.missing
        )
        return _refused(declared, raw, missing)
    below = undivided or checks.tables_below(con, declared, raw, name)
    footer = checks.cut_footer(con, declared, raw, name)
    stated = checks.read_facts(declared, raw, footer)
    unclear = settle(con, declared, name, raw)
    owner = _owner(con, declared, name, stated, context)
    currency = stated.facts.get("currency", "") or _currency_in_rows(con, declared, name)
    unknown = declared.currency_in_rows and not currency and _counts(con, name)[0]
    cut = cut_numbers(con, declared, name, raw)
    of_file = (
        *below,
        *owner.problems,
        *cut,
        *([Problem("currency.unknown", raw.sheet, severity="refuse")] if unknown else []),
    )
    emitted = emit_views(con, declared, typed, raw, context, owner.account, owner.shop, currency)
    rejects, rejected_faults = list_problems(con, name, raw, "faults", typed.rejects)
    rejects += emitted.problems + unclear
    flags, flagged = list_problems(con, name, raw, "flags", typed.flags)
    reading = _assemble(con, declared, raw, stated, footer, typed, owner, emitted)
    listed = [*raw.problems, *of_file, *rejects, *flags, *reading.problems]
    total = len(raw.problems) + len(of_file) + rejected_faults + emitted.faults + flagged + len(unclear)
    total += len(reading.problems)
    return _judge(reading, listed, total, context)


def _refused(declared: Format, raw: RawTable, problems: tuple[Problem, ...]) -> Reading:
    return Reading(
        format=declared.id,
        member=raw.member,
        sheet=raw.sheet,
        order_grain=declared.order_grain,
        problems=problems,
        problems_total=len(problems),
        status="refused",
    )


def _owner(
    con: duckdb.DuckDBPyConnection, declared: Format, typed: str, stated: checks.Stated, context: ReadContext
) -> Owner:
    """The account and shop of the document: given by the user, else stated by the file."""
    problems: list[Problem] = []
    account, shop = stated.facts.get("account", ""), stated.facts.get("shop", "")
    if declared.account_value:
        names = _distinct(con, typed, declared.account_value)
        account = "" if len(names) > 1 else names[0] if names else account
        if len(names) > 1 and not context.account:
            params = {"count": len(names), "names": ", ".join(names[:3])}
            problems.append(Problem("account.several", params=params, severity="refuse"))
    shops = _distinct(con, typed, declared.shop_value) if declared.shop_value else []
    if shops:
        shop = shops[0] if len(shops) == 1 else ""
    needs_account = any("account" in KINDS[emit.kind].key and "account" not in emit.fields for emit in declared.emits)
    if needs_account and not (context.account or account or problems):
        problems.append(Problem("account.unknown", severity="refuse"))
    needs_shop = any("shop" in KINDS[emit.kind].key and "shop" not in emit.fields for emit in declared.emits)
    if needs_shop and not (context.shop or shop or shops):
        problems.append(Problem("shop.unknown", severity="refuse"))
    return Owner(context.account or account, context.shop or shop, account, shop, tuple(problems))


def _distinct(con: duckdb.DuckDBPyConnection, typed: str, value: str) -> list[str]:
    found = con.execute(f"SELECT DISTINCT {value} FROM {typed} WHERE {value} IS NOT NULL ORDER BY 1")
    return [str(row[0]) for row in found.fetchall()]


def _assemble(
    con: duckdb.DuckDBPyConnection,
    declared: Format,
    raw: RawTable,
    stated: checks.Stated,
    footer: Sequence[object],
    typed: Typed,
    owner: Owner,
    emitted: Emitted,
) -> Reading:
    """Counts, totals, controls and period; `problems` are those of the document as a whole."""
    controls, problems = checks.check_totals(con, checks.totals_of(declared), stated, typed.table)
    all_controls = [*raw.controls, *controls]
    problems += checks.mismatches(all_controls, raw.sheet)
    if declared.footer and declared.footer.expected and not (footer and stated.has_table(declared.footer_table)):
        problems.append(Problem("footer.missing", raw.sheet, severity="flag"))
    if declared.balance:
        balance = checks.check_balance(con, typed.table, declared.balance, emitted.direction)
        all_controls += balance.controls
        problems += balance.problems
    if declared.balanced:
        problems += checks.check_groups(con, typed.table, declared.balanced)
    problems += checks.check_proved(con, declared, raw, typed.table, all_controls)
    problems += doubts(con, declared, typed.table, raw)
    rows, accepted, rejected = _counts(con, typed.table)
    if rows == 0 and not raw.controls:
        problems.append(Problem("rows.none", raw.sheet, severity="flag"))
    start, end = _period_in_rows(con, declared, typed.table) or checks.period(stated)
    tables = emitted.tables
    told = [_told(con, kind, table) for kind, table in tables.items()]
    return Reading(
        format=declared.id,
        member=raw.member,
        sheet=raw.sheet,
        account=owner.account if any("account" in KINDS[kind].key for kind in tables) else "",
        shop=owner.shop,
        stated_account=owner.stated_account,
        stated_shop=owner.stated_shop,
        currency=_only_currency(told) or stated.facts.get("currency", "") or declared.currency,
        period_from=start or min((each.first for each in told if each.first), default=None),
        period_to=end or max((each.last for each in told if each.last), default=None),
        period_stated=bool(start and end),
        exported_at=checks.exported_at(stated, declared.stated_timezone),
        order_grain=declared.order_grain,
        rows=rows,
        accepted=accepted,
        rejected=rejected,
        ignored=rows - accepted - rejected,
        totals={name: total for each in told for name, total in each.totals.items()},
        controls=tuple(all_controls),
        problems=tuple(problems),
        tables=tables,
        constants=emitted.constants,
        keys_proved=True,  # by `emit_views`: it counts them, numbers what repeats or sets it aside
    )


def _counts(con: duckdb.DuckDBPyConnection, typed: str) -> tuple[int, int, int]:
    found = con.execute(
        f"SELECT count(*), count(*) FILTER (faults = 0 AND NOT ignored), count(*) FILTER (faults <> 0) FROM {typed}"
    ).fetchone()
    return (found[0], found[1], found[2]) if found else (0, 0, 0)


@dataclass(frozen=True)
class _Told:
    """What the records of one kind come to: their sums by name, the first and last business date, the currencies."""

    totals: dict[str, Decimal]
    first: date | None
    last: date | None
    currencies: frozenset[str | None]


def _told(con: duckdb.DuckDBPyConnection, kind: str, table: str) -> _Told:
    """Look over all records of a kind, once."""
    sums = _sums(kind)
    asked = "".join(f", coalesce({sql}, 0)" for sql in sums.values())
    found = con.execute(
        f"SELECT min(business_date), max(business_date), min(currency), max(currency), count(*), count(currency)"
        f"{asked} FROM {table}"
    ).fetchone()
    if found is None:
        return _Told({}, None, None, frozenset())
    first, last, low, high, rows, with_currency, *summed = found
    currencies: set[str | None] = {low, high} if with_currency else set()
    totals = {name: Decimal(each) for name, each in zip(sums, summed, strict=True)}
    return _Told(totals, first, last, frozenset(currencies | ({None} if rows > with_currency else set())))


def _sums(kind: str) -> dict[str, str]:
    """Total → SQL. Money in and out per kind, both positive; for orders what was paid."""
    if kind in OWN_TOTALS:
        return {f"{kind}.{told}": f"sum({name})" for name, told in OWN_TOTALS[kind].items()}
    if any(field.name == "amount" for field in KINDS[kind].fields):
        return {
            f"{kind}.in": "sum(amount) FILTER (amount > 0)",
            f"{kind}.out": "-sum(amount) FILTER (amount < 0)",
        }
    return {}


def _period_in_rows(
    con: duckdb.DuckDBPyConnection, declared: Format, typed: str
) -> tuple[date | None, date | None] | None:
    """The period that a row of the document states (Amazon); None if the format has no such row."""
    if not declared.period_values:
        return None
    start, end = declared.period_values
    found = con.execute(f"SELECT min({start}), max({end}) FROM {typed} WHERE faults = 0").fetchone()
    return (found[0], found[1]) if found and found[0] and found[1] else None


def _currency_in_rows(con: duckdb.DuckDBPyConnection, declared: Format, typed: str) -> str:
    """The currency that a row of the document states for all of them; "" if none does."""
    if not declared.currency_in_rows:
        return ""
    found = con.execute(f"SELECT {declared.currency_in_rows} FROM {typed}").fetchone()
    return str(found[0]) if found and found[0] else ""


def _only_currency(told: Sequence[_Told]) -> str:
    """The currency of all records; "" where there are none or several currencies."""
    found = frozenset[str | None]().union(*(each.currencies for each in told))
    return next(iter(found)) or "" if len(found) == 1 else ""


def _judge(reading: Reading, problems: list[Problem], total: int, context: ReadContext) -> Reading:
    """Refused if a row is rejected (unless the rest is wanted) or the file cannot be trusted; flagged if anything
    else is to be said, damaged references excepted (design rule 8: told, and imported)."""
    refused = any(problem.severity == "refuse" for problem in problems)
    rejected = reading.rejected > 0 or any(problem.severity == "reject" for problem in problems)
    if rejected and not context.accept_partial:
        refused = True
    flagged = any(problem.code not in DAMAGED for problem in problems)
    status = "refused" if refused else "flagged" if flagged else "imported"
    order = {"refuse": 0, "reject": 1, "flag": 2}
    listed = sorted(problems, key=lambda each: (order[each.severity], each.row or 0))
    return replace(
        reading,
        problems=tuple(listed[:PROBLEMS_LISTED]),
        problems_total=max(total, len(problems)),
        status=status,
        tables={} if refused else reading.tables,
    )
