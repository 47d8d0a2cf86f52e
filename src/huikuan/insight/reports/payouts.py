"""Payouts and arrivals 提现到账表: each payout from a wallet to a bank, when it was expected there and what arrived.

    asked = arrived + lost on the way + in transit + returned + missing

Rows are the left side of payout-bank: payouts of wallets and settlement batches paid straight to a bank. A payout that
several bank lines paid, or of which a part is open, has a row for each part. What one match of several payouts leaves
stands with the first of them. The sum asked for is reckoned a second time from the wallets' own lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from huikuan.insight.day_tables.by_day import table
from huikuan.insight.reports.base import FROM, TO, Parameter, Report, ReportSource, finished, period_fact, unit_text
from huikuan.insight.reports.listing import conditions, list_rows
from huikuan.insight.reports.tables import Chart, Column, Control, ReportTable, Row, Section, Series
from huikuan.recons.payout_entries import bank_days
from huikuan.records.bank_days import add_business_days, calendar_of
from huikuan.records.kind import record_key_parts
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated
from huikuan.records.rules import BEGINNING, SettlementRule

ZERO = Decimal(0)
STATES = {
    "arrived": _("Arrived"),
    "in_transit": _("In transit"),
    "returned": _("Came back"),
    "missing": _("Not arrived"),
    "other_period": _("Another period's"),
}
TABLE = "r_payout"
PARTS = ("arrived", "difference", "in_transit", "returned", "missing", "other_period")
LINKS = "(SELECT '' AS group_id, '' AS side, '' AS scope, '' AS record_key, DATE '1900-01-01' AS date, '' AS currency, 0 AS allocated WHERE false)"  # noqa: E501
OPEN = "(SELECT '' AS side, '' AS scope, '' AS record_key, DATE '1900-01-01' AS date, '' AS currency, 0 AS amount, '' AS \"class\" WHERE false)"  # noqa: E501
ROWS_SQL = """
(WITH grouped AS (
    SELECT group_id, max(date) FILTER (side = 'right') AS arrived_on,
        arg_min(scope, record_key) FILTER (side = 'right') AS bank,
        arg_min(record_key, (date, record_key)) FILTER (side = 'right') AS bank_line,
        coalesce(sum(allocated) FILTER (side = 'left'), 0) - coalesce(sum(allocated) FILTER (side = 'right'), 0) AS lost
    FROM {links} GROUP BY group_id
), linked AS (
    SELECT l.scope AS wallet, l.record_key, l.date AS asked_on, l.currency, l.allocated AS asked, g.arrived_on, g.bank,
        g.bank_line, CASE WHEN row_number() OVER (PARTITION BY l.group_id ORDER BY l.date, l.record_key) = 1
            THEN g.lost ELSE 0 END AS lost
    FROM {links} l JOIN grouped g USING (group_id) WHERE l.side = 'left'
)
SELECT * REPLACE (CASE WHEN arrived_on IS NULL THEN 0 ELSE lost END AS lost),
    CASE WHEN arrived_on IS NULL THEN 'returned' ELSE 'arrived' END AS state,
    CASE WHEN arrived_on IS NULL THEN 0 ELSE linked.asked - linked.lost END AS arrived FROM linked
UNION ALL BY NAME
SELECT scope AS wallet, record_key, date AS asked_on, currency, amount AS asked, 0 AS arrived, 0 AS lost,
    CASE "class" WHEN 'payout_in_transit' THEN 'in_transit' WHEN 'payout_returned' THEN 'returned'
        WHEN 'other_period' THEN 'other_period' ELSE 'missing' END AS state
FROM {opened} WHERE side = 'left' AND record_key <> '')
"""
SUMS = """count(*) AS payouts, sum(asked)::DECIMAL(38,5) AS asked, sum(arrived)::DECIMAL(38,5) AS arrived,
    sum(lost)::DECIMAL(38,5) AS difference,
    coalesce(sum(asked) FILTER (state = 'in_transit'), 0)::DECIMAL(38,5) AS in_transit,
    coalesce(sum(asked) FILTER (state = 'returned'), 0)::DECIMAL(38,5) AS returned,
    coalesce(sum(asked) FILTER (state = 'missing'), 0)::DECIMAL(38,5) AS missing,
    coalesce(sum(asked) FILTER (state = 'other_period'), 0)::DECIMAL(38,5) AS other_period,
    quantile_disc(arrived_on - asked_on, 0.5) AS median_days"""
# A payout's own line is negative; one that came back stands in the books again, which takes its payout away.
CONTROL_SQL = """
SELECT coalesce(-sum(amount), 0)::DECIMAL(38,5) AS asked FROM (
    SELECT account, currency, business_date, amount FROM {wallet_line} WHERE movement IN ('payout', 'payout_returned')
    UNION ALL SELECT account, currency, nullif(day, DATE '{beginning}'), amount FROM {settled_days}
    WHERE type = 'payout' AND account NOT IN (SELECT DISTINCT account FROM {wallet_line} WHERE movement = 'payout')
) WHERE currency = $currency AND (business_date IS NULL OR business_date <= $as_of)
  AND ($account = '' OR account = $account)
  AND ($from::DATE IS NULL OR business_date >= $from) AND ($to::DATE IS NULL OR business_date <= $to)
"""


def make(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """Per currency: by wallet, then payout by payout."""
    links, opened = source.payout_links or LINKS, source.payout_open or OPEN
    query = ROWS_SQL.format(links=links, opened=opened)
    source.con.execute(f"CREATE OR REPLACE TEMP TABLE {TABLE} AS SELECT * FROM {query}")
    rows, where = TABLE, conditions(ASKED, params)
    known = source.rows(f"SELECT DISTINCT currency FROM {rows} WHERE {where} ORDER BY 1", params)
    sections, charts, controls = [], [], []
    for currency in [row["currency"] for row in known]:
        values = {**params, "currency": currency, "as_of": source.as_of}
        wallets = _wallets(source, rows, where, values, currency)
        listed = _list(source, rows, where, values, currency)
        sections += [wallets, listed]
        charts += _chart(wallets)
        totals = wallets.totals() or ()
        parts = sum((totals[n] for n, column in enumerate(wallets.columns) if column.key in PARTS), ZERO)
        asked = totals[wallets.index("asked")]
        controls.append(Control(translated(_("Asked for")), asked, translated(ADDED_UP), parts, currency))
        if not params["state"]:
            told = source.rows(_control_sql(source), values)[0]["asked"]
            controls.append(Control(translated(_("Asked for")), asked, translated(OWN_LINES), told, currency))
    return finished(REPORT, source, (period_fact(params),), sections, notes=NOTES, controls=controls, charts=charts)


def _control_sql(source: ReportSource) -> str:
    settled = table(source, "settled_days")
    return CONTROL_SQL.format(wallet_line=source.wallet_line, settled_days=settled, beginning=BEGINNING)


def _wallets(source: ReportSource, rows: str, where: str, values: Mapping[str, Any], currency: str) -> Section:
    query = f"""SELECT wallet, {SUMS} FROM {rows} WHERE {where} AND currency = $currency
        GROUP BY wallet ORDER BY wallet"""
    found = source.rows(query, values)

    def money(key: str, title: str, definition: str, **drill: str) -> Column:
        return Column(key, translated(title), "money", total=True, definition=translated(definition), drill=drill)

    columns = [
        Column("wallet", translated(_("Wallet"))),
        Column("payouts", translated(_("Payouts")), "count", total=True, drill={}),
        money("asked", _("Asked for"), ASKED_FOR),
        money("arrived", _("Arrived"), ARRIVED, state="arrived"),
        money("difference", _("Lost on the way"), DIFFERENCE, state="arrived"),
        money("in_transit", _("In transit"), IN_TRANSIT, state="in_transit"),
        money("returned", _("Came back"), RETURNED, state="returned"),
        money("missing", _("Not arrived"), MISSING, state="missing"),
        money("other_period", _("Another period's"), OTHER_PERIOD, state="other_period"),
        Column("median_days", translated(_("Half within (days)")), "count", definition=translated(MEDIAN)),
    ]
    if not any(row["other_period"] for row in found):
        columns = [column for column in columns if column.key != "other_period"]
    lines = tuple(
        Row(tuple(row[column.key] for column in columns), drill={"account": row["wallet"] or ""}) for row in found
    )
    title = translated(_("By wallet"))
    drill = {"currency": currency}
    return Section(title, tuple(columns), lines, translated(_("Total")), currency, target="payouts", drill=drill)


def _list(source: ReportSource, rows: str, where: str, values: Mapping[str, Any], currency: str) -> Section:
    columns = (
        Column("payout", translated(_("Payout"))),
        Column("wallet", translated(_("Wallet"))),
        Column("state", translated(_("State"))),
        Column("asked_on", translated(_("Asked on")), "date"),
        Column("asked", translated(_("Asked for")), "money", total=True),
        Column("expected", translated(_("Expected in the bank")), "date", definition=translated(EXPECTED)),
        Column("arrived_on", translated(_("Arrived on")), "date"),
        Column("days", translated(_("Days")), "count", definition=translated(DAYS)),
        Column("bank", translated(_("Bank account"))),
        Column("arrived", translated(_("Arrived")), "money", total=True),
        Column("difference", translated(_("Lost on the way")), "money", total=True),
    )
    days, calendar = bank_days(source.rules), calendar_of(source.rules, currency)
    default = SettlementRule("").bank_days

    def line(row: Mapping[str, Any]) -> Row:
        asked_on, arrived_on = row["asked_on"], row["arrived_on"]
        due = add_business_days(asked_on, days.get(row["wallet"], default), calendar) if asked_on else None
        taken = (arrived_on - asked_on).days if arrived_on and asked_on else None
        values_ = (
            record_key_parts(row["record_key"])[1][1], row["wallet"], translated(STATES[row["state"]]), asked_on,
            row["asked"], due, arrived_on, taken, row["bank"] or "", row["arrived"], row["difference"],
        )  # fmt: skip
        return Row(values_, drill={"record_key": row["bank_line"] or ""}, target="source")

    query = (
        f"SELECT *, lost AS difference FROM {rows} WHERE {where} AND currency = $currency "
        "ORDER BY asked_on, record_key, arrived_on"
    )
    lines = list_rows(source, query, values, columns, line)
    return Section(translated(_("Payout by payout")), columns, lines, translated(_("Total")), currency)


def _chart(wallets: Section) -> list[Chart]:
    colours = {"arrived": "#5BBFB3", "in_transit": "#2F6FB5", "returned": "#E8B04A", "missing": "--overdue"}
    series = [
        Series(wallets.columns[n].title, tuple(row.values[n] for row in wallets.rows), colours[column.key])
        for n, column in enumerate(wallets.columns)
        if column.key in colours and any(row.values[n] for row in wallets.rows)
    ]
    names = tuple(str(row.values[0]) for row in wallets.rows)
    drills = tuple({**wallets.drill, **row.drill} for row in wallets.rows)
    title, unit = translated(_("Where the payouts are")), unit_text(wallets.currency)
    return [Chart(title, "stacked", names, tuple(series), unit=unit, target="payouts", drills=drills)]


ASKED = {
    "from": "asked_on >= $from", "to": "asked_on <= $to", "account": "wallet = $account", "state": "state = $state",
    "currency": "currency = $currency",
}  # fmt: skip
ADDED_UP = _("arrived, lost, in transit, came back and not arrived")
OWN_LINES = _("payouts less what came back, by the wallets' own lines")
ASKED_FOR = _("What was to leave the wallet in the period; a payout that came back takes itself away again.")
ARRIVED = _("Found in a bank account.")
DIFFERENCE = _("What a payout lost on its way, such as a fee: asked for less arrived.")
IN_TRANSIT = _("Not yet in the bank, within the wallet's bank days.")
RETURNED = _("Came back to the wallet: the payout and its return add up to nothing.")
MISSING = _("Not in the bank though its bank days have passed.")
OTHER_PERIOD = _("From before the book begins.")
MEDIAN = _("Half of the payouts that arrived did so within so many days.")
EXPECTED = _("The day of the payout and the wallet's bank days, by the calendar of the currency's country.")
DAYS = _("From the payout to the bank, in calendar days.")
NOTES = (_("Asked for = arrived + lost on the way + in transit + came back + not arrived."),)
REPORT = Report(
    "payouts",
    _("Payouts and arrivals"),
    _("Each payout from a wallet to a bank: asked for, expected, arrived, and what is on its way or has not arrived."),
    (
        FROM, TO, Parameter("account", _("Wallet")),
        Parameter("state", _("State"), choices=("", *STATES), words={"": _("all")} | STATES),
        Parameter("currency", _("Currency"), hidden=True),
    ),
    make,
    needs=("payout_links", "payout_open"),
    group="accounts",
)  # fmt: skip
