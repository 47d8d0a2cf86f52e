"""Wallet roll-forward 账户变动表: opening + in by type - out by type = closing, per wallet.

Types are those of `wallet_parts`. Closing is reckoned a second time from the lines alone, and held beside the balance
that the wallet's bill states: what is between them is shown, not hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from huikuan.insight.reports.balance_items import balance_days, opening_and_stated
from huikuan.insight.reports.base import FROM, TO, Parameter, Report, ReportSource, finished, period_fact
from huikuan.insight.reports.listing import conditions, lists_by_currency
from huikuan.insight.reports.tables import Column, Control, Equation, ReportTable, Row, Section
from huikuan.insight.reports.wallet_parts import (
    DIRECTIONS,
    IN,
    MOVEMENT_WORDS,
    ORDER,
    OUT,
    type_word,
    wallet_lines_sql,
    wallet_parts_sql,
)
from huikuan.insight.words import TYPES
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

ZERO = Decimal(0)
DETAIL = "wallet-lines"
LINKED = "settlement-wallet"
MADE_OF = ("wallet_line", "settlement_line", LINKED)
DAYS_SQL = """
CREATE OR REPLACE TEMP TABLE r_wallet_days AS
SELECT account, currency, business_date, type, direction, sum(amount)::DECIMAL(38,5) AS amount
FROM r_wallet_part GROUP BY ALL
"""
FIGURES_SQL = """
SELECT account, currency, type, direction, sum(amount)::DECIMAL(38,5) AS amount FROM r_wallet_days
WHERE ($from::DATE IS NULL OR business_date >= $from) AND ($to::DATE IS NULL OR business_date <= $to)
  AND ($account = '' OR account = $account) GROUP BY ALL
"""
BEFORE_SQL = """
SELECT coalesce(sum(moved), 0)::DECIMAL(38,5) AS amount FROM {days}
WHERE account = $account AND currency = $currency AND business_date < $from
"""


def make(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """A table of all wallets per currency, then each wallet's own statement."""
    _days(source)
    balances = balance_days(source, source.wallet_line)
    last = min(params["to"] or source.as_of, source.as_of)
    found = source.rows(FIGURES_SQL, {**params, "to": last})
    known = source.rows(
        f"""SELECT DISTINCT account, currency FROM {balances}
        WHERE ($account = '' OR account = $account) AND business_date <= $to ORDER BY currency, account""",
        {**params, "to": last},
    )
    sections, statements, controls, equations = [], [], [], []
    for currency in sorted({row["currency"] for row in known}):
        lines, equation = [], dict.fromkeys(("opening", "in", "out", "closing"), ZERO)
        for account in [row["account"] for row in known if row["currency"] == currency]:
            own = [row for row in found if (row["account"], row["currency"]) == (account, currency)]
            opening, closing, stated = _balances(source, balances, account, currency, params["from"], last)
            came = sum((row["amount"] for row in own if row["direction"] == "in"), ZERO)
            went = -sum((row["amount"] for row in own if row["direction"] == "out"), ZERO)
            label = translated(_("%(account)s: opening + in − out")) % {"account": account}
            controls.append(Control(label, opening + came - went, translated(BY_LINES), closing, currency))
            difference = None if stated is None else stated - closing
            lines.append(Row((account, opening, came, went, closing, stated, difference), drill={"account": account}))
            statements.append(_statement(account, currency, opening, own, closing, stated))
            for key, amount in zip(equation, (opening, came, went, closing), strict=True):
                equation[key] += amount
        sections.append(_summary(lines, currency))
        signs = zip(equation.items(), (OPENING, IN, OUT, CLOSING), ("", "+", "−", "="), strict=True)
        terms = tuple((sign, translated(title), amount) for (_key, amount), title, sign in signs)
        equations.append(Equation(translated(_("All wallets")), terms, currency))
    return finished(
        REPORT, source, (period_fact({**params, "to": last}),), [*sections, *statements], notes=NOTES,
        controls=controls, equations=equations,
    )  # fmt: skip


def prepare(source: ReportSource) -> None:
    """Keep what the report reads."""
    _days(source)
    balance_days(source, source.wallet_line)


def _parts(source: ReportSource) -> None:
    """Make `r_wallet_part`."""

    def make() -> None:
        query = wallet_parts_sql(
            source.wallet_line, source.settlement_line, source.all_links.get(LINKED, ""), source.as_of
        )
        source.con.execute(f"CREATE OR REPLACE TEMP TABLE r_wallet_part AS {query}")

    source.keep("r_wallet_part", make, "business_date, account", hold=LINKED not in source.overlaid, of=MADE_OF)


def _days(source: ReportSource) -> None:
    """Make `r_wallet_days`: the parts added up by day."""

    def make() -> None:
        _parts(source)
        source.con.execute(DAYS_SQL)

    source.keep("r_wallet_days", make, hold=LINKED not in source.overlaid, of=MADE_OF)


def _balances(
    source: ReportSource, days: str, account: str, currency: str, first: date | None, last: date
) -> tuple[Decimal, Decimal, Decimal | None]:
    """Opening and closing of the period by the lines, and the balance that the bill states at its end."""
    values = {"account": account, "currency": currency, "as_of": last}
    moved, begun, stated = opening_and_stated(source, days, values)
    before = ZERO
    if first:
        before = source.rows(BEFORE_SQL.format(days=days), {**values, "from": first})[0]["amount"]
    return begun + before, begun + moved, stated


def _summary(lines: list[Row], currency: str) -> Section:
    columns = (
        Column("account", translated(_("Wallet"))),
        Column("opening", translated(OPENING), "money", total=True),
        Column("in", translated(IN), "money", total=True, drill={"direction": "in"}),
        Column("out", translated(OUT), "money", total=True, drill={"direction": "out"}),
        Column("closing", translated(CLOSING), "money", total=True),
        Column("stated", translated(_("Balance of the bill")), "money", definition=translated(STATED)),
        Column("difference", translated(_("Unexplained difference")), "money", definition=translated(DIFFERENCE)),
    )
    title, drill = translated(_("By wallet")), {"currency": currency}
    return Section(
        title, columns, tuple(lines), translated(_("Total")), currency, zero_shown=True, target=DETAIL, drill=drill
    )


def _statement(
    account: str, currency: str, opening: Decimal, found: list[dict[str, Any]], closing: Decimal, stated: Decimal | None
) -> Section:
    columns = (Column("what", translated(_("Movement"))), Column("amount", translated(_("Amount")), "money", drill={}))
    rows, adds = [Row((translated(OPENING), opening), "subtotal")], [(0, 1)]
    for direction, title, sign in (("in", _("Add: %(type)s"), 1), ("out", _("Less: %(type)s"), -1)):
        own = [row for row in found if row["direction"] == direction and row["amount"]]
        for row in sorted(own, key=lambda row: ORDER.index(row["type"]) if row["type"] in ORDER else len(ORDER)):
            adds.append((len(rows), sign))
            drill = {"account": account, "type": row["type"], "direction": direction}
            label = translated(title) % {"type": type_word(row["type"])}
            rows.append(Row((label, sign * row["amount"]), drill=drill, target=DETAIL))
    rows.append(Row((translated(CLOSING), closing), "total", adds=tuple(adds)))
    if stated is not None:
        rows.append(Row((translated(_("Balance of the bill")), stated), "subtotal"))
        if stated != closing:
            rows.append(Row((translated(_("Unexplained difference")), stated - closing), "subtotal"))
    return Section(
        account, columns, tuple(rows), currency=currency, detail=False, zero_shown=True, drill={"currency": currency}
    )  # balances open nothing: they are no sum of lines of the period


def make_list(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """The wallet lines behind a figure, the latest first; a line of several types has a row for each."""
    _parts(source)
    lines = wallet_lines_sql("r_wallet_part", source.wallet_line)
    source.con.execute(f"CREATE OR REPLACE TEMP VIEW r_wallet AS {lines}")
    told = {
        "account": "account = $account", "type": "type = $type", "direction": "direction = $direction",
        "currency": "currency = $currency", "from": "business_date >= $from", "to": "business_date <= $to",
    }  # fmt: skip
    where = conditions(told, params)
    columns = (
        Column("flow_no", translated(_("Flow number"))),
        Column("account", translated(_("Wallet"))),
        Column("date", translated(_("Date")), "date"),
        Column("type", translated(_("Type"))),
        Column("item", translated(_("Wording"))),
        Column("order_no", translated(_("Order"))),
        Column("amount", translated(_("Amount")), "money", total=True),
    )

    def line(row: Mapping[str, Any]) -> Row:
        values = (
            row["flow_no"] or row["record_key"], row["account"], row["business_date"], type_word(row["type"]),
            " ".join(filter(None, (row["item"], row["text"])))[:60], row["order_no"] or "", row["amount"],
        )  # fmt: skip
        return Row(values, drill={"record_key": row["record_key"]}, target="source")

    order = "business_date DESC, record_key, type"
    sections = lists_by_currency(
        source, _("Wallet lines"), "r_wallet", where, order, params, columns, line, counted="r_wallet_part"
    )
    return finished(LINES, source, (period_fact(params),), sections)


OPENING, CLOSING = _("Opening"), _("Closing")
BY_LINES = _("closing by the wallet's lines")
STATED = _("What the last line of the wallet's bill in the period states.")
DIFFERENCE = _("Balance of the bill less closing: lines are missing from the bill, or stand there twice.")
NOTES = (
    _("Opening + in − out = closing, for each wallet and type. A line takes the type of its settlement lines."),
)  # fmt: skip
ACCOUNT = Parameter("account", _("Wallet"))
REPORT = Report(
    "wallet-roll-forward",
    _("Wallet roll-forward"),
    _("How each platform account came from its opening to its closing balance, by type of movement."),
    (FROM, TO, ACCOUNT),
    make,
    needs=("wallet_line",),
    group="accounts",
)
LINES = Report(
    DETAIL,
    _("Wallet lines"),
    _("The lines of the platform accounts behind a figure."),
    (
        FROM, TO, ACCOUNT,
        Parameter("type", _("Type"), choices=("", *ORDER), words={"": _("all")} | TYPES | MOVEMENT_WORDS),
        Parameter("direction", _("Direction"), choices=("", "in", "out"), words={"": _("all")} | DIRECTIONS),
        Parameter("currency", _("Currency"), hidden=True),
    ),
    make_list,
    needs=("wallet_line",),
    group="accounts",
    detail=True,
)  # fmt: skip
