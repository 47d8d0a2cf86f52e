"""Wallet roll-forward 账户变动表: opening + in by type - out by type = closing, per wallet.

A wallet line is of the type that the settlement lines of the same flow say (one flow may hold a sale and its fee: the
line is parted), a payout or transfer of the movement the platform says. Closing is reckoned a second time from the
lines alone, and held beside the balance that the wallet's bill states: what is between them is shown, not hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from huikuan.insight.balance_items import opening_and_stated
from huikuan.insight.listing import conditions, lists_by_currency
from huikuan.insight.report_base import FROM, TO, Parameter, Report, ReportSource, finished, period_fact
from huikuan.insight.tables import Column, Control, Equation, ReportTable, Row, Section
from huikuan.insight.words import TYPES, word_of
from huikuan.records.codes import SETTLEMENT_TYPES, WALLET_MOVEMENTS
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

ZERO = Decimal(0)
DETAIL = "wallet-lines"
OTHER = "other"
MOVEMENT_WORDS = {
    "payout": _("Payout"), "payout_returned": _("Payout that came back"), "topup": _("Top-up"),
    "transfer": _("Transfer"), "deposit": _("Deposit"), OTHER: _("Without settlement line"),
}  # fmt: skip
ORDER = (*SETTLEMENT_TYPES[:-4], "unclassified", *WALLET_MOVEMENTS, OTHER)
# Parts of the wallets' lines by type. The settlement lines that a wallet line meets (in a match of settlement-wallet,
# else in its flow) tell its type: the one of its own amount, else the only one, else all where they add up to it.
PARTS_SQL = """
CREATE OR REPLACE TEMP TABLE r_wallet AS
WITH matched AS (SELECT side, record_key, min(group_id) AS group_id FROM {links} GROUP BY ALL),
line AS (
    SELECT w.*, coalesce(m.group_id, w.flow_no) AS meets,
        count(*) OVER (PARTITION BY account, currency, coalesce(m.group_id, w.flow_no)) AS lines
    FROM {wallet_line} w LEFT JOIN matched m ON m.record_key = w.record_key AND m.side = 'right'
    WHERE w.business_date IS NULL OR w.business_date <= $as_of
), settled AS (
    SELECT s.account, s.currency, coalesce(m.group_id, s.flow_no) AS meets, s.type, s.amount
    FROM {settlement_line} s LEFT JOIN matched m ON m.record_key = s.record_key AND m.side = 'left'
    WHERE NOT coalesce(s.corroborating, false) AND coalesce(m.group_id, s.flow_no, '') <> ''
      AND s.type NOT IN ('payout', 'transfer')
), same AS (
    SELECT account, currency, meets, amount, min(type) AS type FROM settled GROUP BY ALL HAVING count(DISTINCT type) = 1
), told AS (
    SELECT account, currency, meets, type, sum(amount) AS amount, sum(sum(amount)) OVER flow AS whole,
        count(*) OVER flow AS types
    FROM settled GROUP BY account, currency, meets, type WINDOW flow AS (PARTITION BY account, currency, meets)
), single AS (SELECT account, currency, meets, type FROM told WHERE types = 1),
named AS (
    SELECT l.*, coalesce(nullif(l.movement, ''), e.type, o.type) AS named,
        CASE WHEN named IS NULL AND l.lines = 1 THEN l.meets END AS meets_whole
    FROM line l
    LEFT JOIN same e ON e.account = l.account AND e.currency = l.currency AND e.meets = l.meets AND e.amount = l.amount
    LEFT JOIN single o ON o.account = l.account AND o.currency = l.currency AND o.meets = l.meets
), parted AS (
    SELECT n.*, coalesce(n.named, t.type, '{other}') AS type, coalesce(t.amount, n.amount) AS part
    FROM named n LEFT JOIN told t ON t.account = n.account AND t.currency = n.currency AND t.meets = n.meets_whole
      AND t.whole = n.amount
)
SELECT account, currency, business_date, occurred_at, flow_no, record_key, order_no, item, text, type, part AS amount,
    CASE WHEN part < 0 THEN 'out' ELSE 'in' END AS direction FROM parted
"""
NO_LINKS = "(SELECT '' AS side, '' AS record_key, '' AS group_id WHERE false)"
FIGURES_SQL = """
SELECT account, currency, type, direction, sum(amount)::DECIMAL(38,5) AS amount FROM r_wallet
WHERE ($from::DATE IS NULL OR business_date >= $from) AND ($to::DATE IS NULL OR business_date <= $to)
  AND ($account = '' OR account = $account) GROUP BY ALL
"""
BEFORE_SQL = """
SELECT coalesce(sum(amount), 0)::DECIMAL(38,5) AS amount FROM {wallet_line}
WHERE account = $account AND currency = $currency AND business_date < $from
"""


def make(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """A table of all wallets per currency, then each wallet's own statement."""
    _parts(source)
    last = min(params["to"] or source.as_of, source.as_of)
    found = source.rows(FIGURES_SQL, {**params, "to": last})
    known = source.rows(
        f"""SELECT DISTINCT account, currency FROM {source.wallet_line}
        WHERE ($account = '' OR account = $account) AND business_date <= $to ORDER BY currency, account""",
        {**params, "to": last},
    )
    sections, statements, controls, equations = [], [], [], []
    for currency in sorted({row["currency"] for row in known}):
        lines, equation = [], dict.fromkeys(("opening", "in", "out", "closing"), ZERO)
        for account in [row["account"] for row in known if row["currency"] == currency]:
            own = [row for row in found if (row["account"], row["currency"]) == (account, currency)]
            opening, closing, stated = _balances(source, account, currency, params["from"], last)
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


def _parts(source: ReportSource) -> None:
    links = source.all_links.get("settlement-wallet", NO_LINKS)
    query = PARTS_SQL.format(**vars(source), links=links, other=OTHER)
    source.con.execute(query, {"as_of": source.as_of})


def _balances(
    source: ReportSource, account: str, currency: str, first: date | None, last: date
) -> tuple[Decimal, Decimal, Decimal | None]:
    """Opening and closing of the period by the lines, and the balance that the bill states at its end."""
    values = {"account": account, "currency": currency, "as_of": last}
    moved, begun, stated = opening_and_stated(source, source.wallet_line, values)
    before = ZERO
    if first:
        before = source.rows(BEFORE_SQL.format(wallet_line=source.wallet_line), {**values, "from": first})[0]["amount"]
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
            rows.append(Row((label, sign * row["amount"]), drill=drill))
    rows.append(Row((translated(CLOSING), closing), "total", adds=tuple(adds)))
    if stated is not None:
        rows.append(Row((translated(_("Balance of the bill")), stated), "subtotal"))
        if stated != closing:
            rows.append(Row((translated(_("Unexplained difference")), stated - closing), "subtotal"))
    return Section(
        account, columns, tuple(rows), currency=currency, detail=False, zero_shown=True, target=DETAIL,
        drill={"currency": currency},
    )  # fmt: skip


def type_word(code: str) -> str:
    """What a type of wallet line is called."""
    return translated(MOVEMENT_WORDS[code]) if code in MOVEMENT_WORDS else word_of("type", code)


def make_list(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """The wallet lines behind a figure, the latest first; a line of several types has a row for each."""
    _parts(source)
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
    sections = lists_by_currency(source, _("Wallet lines"), "r_wallet", where, order, params, columns, line)
    return finished(LINES, source, (period_fact(params),), sections)


OPENING, IN, OUT, CLOSING = _("Opening"), _("In"), _("Out"), _("Closing")
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
        Parameter("direction", _("Direction"), choices=("", "in", "out"), words={"": _("all"), "in": IN, "out": OUT}),
        Parameter("currency", _("Currency"), hidden=True),
    ),
    make_list,
    needs=("wallet_line",),
    group="accounts",
    detail=True,
)  # fmt: skip
