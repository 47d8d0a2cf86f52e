"""Payouts, wallet and receivables roll-forward: recomputed in plain Python over the shared demo, to the cent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from huikuan.insight.collection.collecting import CollectionInputs, build_collection
from huikuan.insight.reports.base import ReportSource
from huikuan.insight.reports.registry import build_report
from huikuan.records.errors import InvariantError

from .demo_source import demo_source
from .test_report_collection_money import cells, total

FIRST, LAST = date(2026, 10, 10), date(2026, 10, 20)
SPAN = {"from": FIRST.isoformat(), "to": LAST.isoformat()}
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def source() -> Iterator[ReportSource]:
    with demo_source() as made:
        yield made


def outstanding_as_of(source: ReportSource, day: date) -> dict[str, D]:
    """The receivable by shop as the collection of an earlier day has it, made anew from the records."""
    inputs = CollectionInputs("order_line", "settlement_line", "wallet_line", "order_links", "payout_links")
    build_collection(source.con, inputs, source.rules, day, timezone=source.timezone, name="earlier")
    query = "SELECT shop, sum(receivable - collected - written_off) AS amount FROM earlier GROUP BY shop"
    return {row["shop"]: row["amount"] for row in source.rows(query)}


def test_the_roll_forward_joins_two_states_of_the_collection(source: ReportSource) -> None:
    report = build_report("receivables-roll-forward", source, SPAN)
    shops, weeks = report.sections
    found = cells(shops, "opening", "closing")
    assert {shop: told[0] for shop, told in found.items()} == outstanding_as_of(source, FIRST - DAY)
    assert {shop: told[1] for shop, told in found.items()} == outstanding_as_of(source, LAST)
    for row in (*shops.rows, *weeks.rows):
        opening, sold, refunded, fees, collected, written_off, closing = row.values[1:]
        assert closing == opening + sold - refunded - fees - collected - written_off
    assert weeks.rows[0].values[1] == total(shops, "opening") != 0
    assert [row.values[1] for row in weeks.rows[1:]] == [row.values[-1] for row in weeks.rows[:-1]]


def test_figures_of_the_roll_forward_open_their_movements(source: ReportSource) -> None:
    (shops, *_others) = build_report("receivables-roll-forward", source, SPAN).sections
    row = shops.rows[0]
    for column in shops.columns[1:]:
        params = {**SPAN, **shops.drill, **row.drill, **column.drill}
        listed = build_report(shops.target, source, params).sections
        key = "effect" if column.key in ("opening", "closing") else "amount"
        found = total(listed[0], key) if listed else 0
        assert found == row.values[shops.index(column.key)], column.key


def test_at_the_runs_day_closing_is_where_the_money_is(source: ReportSource) -> None:
    report = build_report("receivables-roll-forward", source, {"from": FIRST.isoformat()})
    places = report.sections[2]
    assert total(places, "amount") == total(report.sections[0], "closing")
    assert len(report.controls) == 8


def test_a_roll_forward_off_by_a_cent_is_refused(bare: ReportSource) -> None:
    bare.con.execute(
        "CREATE OR REPLACE TEMP TABLE off AS SELECT * REPLACE (CASE WHEN order_no = (SELECT min(order_no) "
        "FROM collection) THEN fees + 0.01 ELSE fees END AS fees) FROM collection"
    )
    with pytest.raises(InvariantError, match="Fees, all days"):
        build_report("receivables-roll-forward", replace(bare, collection="off"))


def test_payouts_are_the_wallets_own_and_each_is_somewhere(source: ReportSource) -> None:
    report = build_report("payouts", source)
    wallets, listed = report.sections
    asked: dict[str, D] = defaultdict(D)
    lines = source.rows("SELECT account, -amount AS amount FROM wallet_line WHERE movement LIKE 'payout%'")
    for line in lines:
        asked[line["account"]] += line["amount"]
    assert {wallet: told[0] for wallet, told in cells(wallets, "asked").items()} == asked
    assert len(listed.rows) == len(lines)
    came = source.rows(
        "SELECT b.account, b.business_date AS day, l.group_id, b.amount FROM payout_links l "
        "JOIN bank_line b USING (record_key) WHERE l.side = 'right'"
    )
    arrived = listed.index("arrived")
    assert sum(row.values[arrived] for row in listed.rows) == sum(row["amount"] for row in came)
    asked_on, arrived_on, days = (listed.index(key) for key in ("asked_on", "arrived_on", "days"))
    for row in listed.rows:
        if row.values[arrived_on]:
            assert row.values[days] == (row.values[arrived_on] - row.values[asked_on]).days
    states = {row.values[listed.index("state")] for row in listed.rows}
    assert {"Arrived", "In transit"} <= states


def test_payouts_of_a_state_add_up_to_the_figure_that_opens_them(source: ReportSource) -> None:
    (wallets, _listed) = build_report("payouts", source, SPAN).sections
    for column in wallets.columns:
        if column.drill and "state" in column.drill:
            opened = build_report("payouts", source, {**SPAN, **column.drill}).sections
            key = column.key if column.key == "difference" else "arrived" if column.key == "arrived" else "asked"
            assert (total(opened[1], key) if opened else 0) == total(wallets, column.key), column.key


def test_payouts_that_do_not_agree_with_the_wallets_are_refused(source: ReportSource) -> None:
    source.con.execute("CREATE OR REPLACE TEMP VIEW fewer AS FROM payout_links WHERE date > DATE '2026-10-05'")
    with pytest.raises(InvariantError, match="payouts less what came back"):
        build_report("payouts", replace(source, payout_links="fewer"))


def test_wallets_roll_forward_to_the_balance_of_their_bills(source: ReportSource) -> None:
    report = build_report("wallet-roll-forward", source, SPAN)
    summary, *statements = report.sections
    lines = source.rows("SELECT * FROM wallet_line ORDER BY account, business_date, occurred_at, seq, record_key")
    for row in summary.rows:
        own = [line for line in lines if line["account"] == row.values[0]]
        before = [line for line in own if line["business_date"] < FIRST]
        until = [line for line in own if line["business_date"] <= LAST]
        inside = until[len(before) :]
        opening = own[0]["balance"] - own[0]["amount"] + sum(line["amount"] for line in before)
        assert row.values[1] == opening
        assert row.values[4] == opening + sum(line["amount"] for line in inside) == until[-1]["balance"]
        assert row.values[2] - row.values[3] == sum(line["amount"] for line in inside)
        assert row.values[6] == 0
    told = {row.values[0]: row.values[1] for row in statements[-1].rows}
    account = statements[-1].title
    sales = source.rows(
        "SELECT sum(amount) AS amount FROM settlement_line WHERE account = $account AND type = 'sale' "
        "AND business_date BETWEEN $from AND $to AND NOT corroborating",
        {"account": account, "from": FIRST, "to": LAST},
    )
    assert told["Add: Sale"] == sales[0]["amount"] > 0
    assert all("Without settlement line" not in row.values[0] for each in statements for row in each.rows)


def test_wallet_lines_of_a_type_add_up_to_it(source: ReportSource) -> None:
    _summary, first, *_rest = build_report("wallet-roll-forward", source, SPAN).sections
    for row in first.rows:
        if row.target:
            listed = build_report(row.target, source, {**SPAN, **row.drill}).sections[0]
            assert abs(total(listed, "amount")) == row.values[1], row.values[0]


def test_a_wallet_is_reconciled_with_its_bill(source: ReportSource) -> None:
    for row in source.rows("SELECT DISTINCT account FROM wallet_line"):
        report = build_report("bank-reconciliation", source, {"account": row["account"]})
        assert report.title == "Wallet reconciliation statement"
        assert report.sections[0].rows[-1].values[1] == report.sections[0].rows[-1].values[3]
