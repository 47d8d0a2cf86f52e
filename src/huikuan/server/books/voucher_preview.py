"""What a changed voucher rule would make of the vouchers of a period: the report is made twice and compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from huikuan.insight.reports.tables import ReportTable
from huikuan.pipeline.reporting import reports_by
from huikuan.server.books.models import Book
from huikuan.server.books.services import rules_of
from huikuan.server.workbench.services import decisions_of, results
from huikuan.server.workbench.what_if import changed_rules

ZERO = Decimal(0)
LINES = 60  # entries that are shown
Line = tuple[str, str, str, str, str, Decimal | None, Decimal | None]


@dataclass(frozen=True)
class Account:
    """An account whose sum would change: debit less credit now and then."""

    currency: str
    code: str
    name: str
    now: Decimal
    then: Decimal

    @property
    def change(self) -> Decimal:
        """By how much."""
        return self.then - self.now


@dataclass(frozen=True)
class Preview:
    """Vouchers of the period, those that would differ, their accounts, and entries that go (`gone`) or come, each as
    (voucher, currency, summary, code, account, debit, credit); `more` entries are not shown."""

    vouchers: int
    changed: int
    accounts: tuple[Account, ...]
    lines: tuple[tuple[bool, Line], ...]
    more: int


def voucher_preview(
    book: Book, data: Mapping[str, Any], pk: int | None, first: date, last: date, language: str
) -> Preview:
    """What a rule (its form's data; `pk`: of an existing one) would change. Nothing is saved. UserError before the
    first run, or where the rule cannot be."""
    found, decisions = results(book), decisions_of(book)
    params = {"from": first.isoformat(), "to": last.isoformat()}
    sets = (rules_of(book), changed_rules(book, {"rule": "voucher", "pk": pk, "data": data}))
    return compared(*reports_by(found, "vouchers", params, sets, decisions, language))


def compared(now: ReportTable, then: ReportTable) -> Preview:
    """The difference of two reports of vouchers."""
    before, after = _lines(now), _lines(then)
    gone, come = before - after, after - before
    changed = {(line[0], line[1]) for line in (*gone, *come)}
    told = sorted([(True, each) for each in gone.elements()] + [(False, each) for each in come.elements()], key=_order)
    every = {(line[0], line[1]) for line in (*before, *after)}
    return Preview(len(every), len(changed), _accounts(now, then), tuple(told[:LINES]), max(0, len(told) - LINES))


def _order(each: tuple[bool, Line]) -> tuple[Any, ...]:
    is_gone, (voucher, currency, summary, code, account, debit, _credit) = each
    return voucher, currency, not is_gone, debit is None, code, account, summary


def _lines(table: ReportTable) -> Counter[Line]:
    names = ("voucher", "summary", "code", "account", "debit", "credit")
    found: Counter[Line] = Counter()
    for section in table.sections:
        if section.columns[0].key == "voucher":
            places = [section.index(name) for name in names]
            for row in section.rows:
                voucher, *rest = (row.values[place] for place in places)
                found[(voucher, section.currency, *rest)] += 1  # type: ignore[index]
    return found


def _accounts(now: ReportTable, then: ReportTable) -> tuple[Account, ...]:
    before, after = _sums(now), _sums(then)
    rows = (Account(*key, before.get(key, ZERO), after.get(key, ZERO)) for key in sorted({*before, *after}))
    return tuple(each for each in rows if each.change)


def _sums(table: ReportTable) -> dict[tuple[str, str, str], Decimal]:
    return {
        (section.currency, row.values[section.index("code")], row.values[section.index("account")]): row.values[
            section.index("balance")
        ]
        for section in table.sections
        if section.columns[0].key == "code"
        for row in section.rows
    }


def preview_period(book: Book, data: Mapping[str, Any]) -> tuple[date, date]:
    """The days a preview is asked for (`preview_from`, `preview_to`); else the month that documents reach last."""
    try:
        first, last = (date.fromisoformat(data.get(name, "")) for name in ("preview_from", "preview_to"))
    except ValueError:
        last = min(book.data_until or book.today(), book.today())
        first = last.replace(day=1)
    return first, last
