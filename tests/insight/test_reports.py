"""Reports: totals equal the collection, both adjusted balances are equal, wrong parameters say so."""

from __future__ import annotations

from decimal import Decimal as D

import duckdb
import pytest

from huikuan.insight.collection.measures import DIMENSIONS, MEASURES, measure_rows, receipts_by_day
from huikuan.insight.reports.registry import REPORTS, ReportSource, build_report
from huikuan.records.errors import UserError
from huikuan.records.rules import Account, Rules, SettlementRule

from .build import AS_OF, collect, day, order, payout_link, records, settled, wallet

RULES = Rules(settlement_rules=(SettlementRule("A", anchor="shipped", days=7),))


@pytest.fixture
def source():
    con = duckdb.connect()
    orders = [order("1", "100", on="10-01"), order("2", "80", on="10-02"), order("3", "50", on="10-30"),
              order("4", "60", shop="B", on="10-06", received_at=None), order("5", "20", currency="USD", on="10-06")]  # fmt: skip  # noqa: E501
    lines = [settled("1", "1", "100"), settled("1f", "1", "-6", type="commission"), settled("2", "2", "80")]
    flows = [wallet("1", "100"), wallet("1f", "-6"), wallet("2", "80"),
             wallet("9", "-120", movement="payout", payout_id="p", on="10-07")]  # fmt: skip
    collect(orders, lines, flows, payout_link("p", "120"), RULES, con=con)
    return ReportSource(con, "禾屿家居", AS_OF, RULES, collection="collection", collection_share="collection_share")


def section(report, title, currency="CNY"):
    return next(s for s in report.sections if s.title == title and s.currency == currency)


def test_summary_totals_equal_the_collection_in_every_table(source):
    report = build_report("collection-summary", source)
    total = source.con.execute(
        "SELECT count(*), sum(receivable), sum(collected), sum(overdue) FROM collection WHERE currency = 'CNY'"
    ).fetchone()
    for title in ("By shop", "By status", "By day"):
        table = section(report, title)
        totals = table.totals()
        found = tuple(totals[table.index(key)] for key in ("orders", "receivable", "collected", "overdue"))
        assert found == total == (4, D("284"), D("120"), D("60") * 0)


def test_summary_never_adds_currencies(source):
    report = build_report("collection-summary", source)
    assert {s.currency for s in report.sections} == {"CNY", "USD"}
    assert section(report, "By shop", "USD").totals()[1] == 1


def test_summary_by_week_and_month(source):
    weeks = section(build_report("collection-summary", source, {"by": "week"}), "By week")
    assert [row.values[0] for row in weeks.rows] == ["2026-W40", "2026-W41", "2026-W44"]
    months = section(build_report("collection-summary", source, {"by": "month"}), "By month")
    assert [(row.values[0], row.values[1]) for row in months.rows] == [("2026-10", 4)]


def test_summary_of_a_span_and_a_shop(source):
    report = build_report("collection-summary", source, {"from": "2026-10-02", "to": "2026-10-06", "shop": "B"})
    assert [row.values[:2] for row in section(report, "By shop").rows] == [("B", 1)]
    assert report.facts[0] == ("Period", "2026-10-02 – 2026-10-06")


def test_drilling_into_a_row_gives_its_figures(source):
    table = section(build_report("collection-summary", source), "By shop")
    for row in table.rows:
        (count,) = source.con.execute(
            "SELECT count(*) FROM collection WHERE shop = $shop AND currency = $currency", row.drill
        ).fetchone()
        assert row.values[1] == count


def test_fee_rate_of_the_total_is_no_sum(source):
    fees = section(build_report("collection-summary", source), "Fees by shop")
    assert fees.totals()[-1] == D("0.033333")


def test_every_measure_and_dimension_is_defined_and_works(source):
    rows = measure_rows(source.con, "collection", tuple(MEASURES), tuple(DIMENSIONS))
    assert sum(row["orders"] for row in rows) == 5
    assert all(m.definition.endswith(".") for m in (*MEASURES.values(), *DIMENSIONS.values()))


def test_receipts_are_dated_by_the_bank(source):
    assert receipts_by_day(source.con, "collection_share") == [
        {"currency": "CNY", "day": day("10-08"), "collected": D("120")}
    ]


@pytest.mark.parametrize(
    ("name", "params", "message"),
    [
        ("nothing", {}, "no report “nothing”"),
        ("collection-summary", {"by": "year"}, "“year” is no value of “by”"),
        ("collection-summary", {"from": "31.10.2026"}, "“31.10.2026” is no value of “from”"),
        ("bank-reconciliation", {}, "needs “account”"),
        ("bank-reconciliation", {"account": "X"}, "“X” has no lines up to 2026-10-31"),
    ],
)
def test_wrong_parameters_say_so(source, name, params, message):
    with pytest.raises(UserError, match=message):
        build_report(name, source, params)


def bank(ref: str, amount: str, balance: str | None, *, on: str, seq: int, **more):
    return {"account": "B", "ref": ref, "amount": D(amount), "balance": balance and D(balance), "seq": seq,
            "business_date": day(on), **more}  # fmt: skip


def bank_source(lines, flows, links, rules=RULES, classes=()):
    con = duckdb.connect()
    collect([], [], flows, links, rules, con=con)
    con.register("bank_line", records("bank_line", lines))
    con.execute("CREATE TABLE open (record_key VARCHAR, class VARCHAR)")
    for row in classes:
        con.execute("INSERT INTO open VALUES (?, ?)", row)
    return ReportSource(con, "禾屿家居", AS_OF, rules, wallet_line="wallet_line", bank_line="bank_line",
                        payout_links="payout_links", payout_open="open")  # fmt: skip


def statement(report):
    rows = report.sections[0].rows
    return [(row.values[1], row.values[3]) for row in rows]


FLOWS = [wallet("0", "900", balance=D("900"), seq=1),
         wallet("1", "-500", movement="payout", payout_id="p", on="10-07", balance=D("400"), seq=2),
         wallet("2", "-300", movement="payout", payout_id="q", on="10-31", balance=D("100"), seq=3)]  # fmt: skip


def test_bank_reconciliation_with_transit_fee_and_unclaimed():
    lines = [bank("p", "485", "1485", on="10-08", seq=1), bank("x", "70", "1555", on="10-09", seq=2, counterparty="某公司"),  # noqa: E501
             bank("y", "-20", "1535", on="10-10", seq=3), bank("z", "-35", "1500", on="10-11", seq=4)]  # fmt: skip
    links = payout_link("p", "500")
    links[1] |= {"amount": D("485"), "allocated": D("485")}
    classes = [("bank_line:B/z/0", "not_operating"), ("payout:W/q", "payout_in_transit")]
    report = build_report("bank-reconciliation", bank_source(lines, FLOWS, links, classes=classes), {"account": "B"})
    # books: 1000 opening + 500 payout + 300 payout on its way - 35 known
    assert statement(report) == [(D("1765"), D("1500")), (D("70"), D("300")), (D("35"), D("0")), (D("1800"), D("1800"))]
    listed = {s.title: [(r.values[1], r.values[4]) for r in s.rows] for s in report.sections[1:]}
    assert listed == {
        "Received by the bank, not in the books": [("x", D("70"))],
        "Paid by the bank, not in the books": [("p", D("15")), ("y", D("20"))],
        "Received in the books, not by the bank": [("q", D("300"))],
    }


def test_a_missing_line_of_a_statement_is_shown_and_not_hidden():
    lines = [bank("x", "70", "1070", on="10-09", seq=1), bank("z", "-35", "1025", on="10-11", seq=2)]
    report = build_report("bank-reconciliation", bank_source(lines, [], []), {"account": "B"})
    assert statement(report)[-1] == (None, D("-10"))
    assert any("lines are missing" in note for note in report.notes)


def test_a_statement_without_balances_says_so():
    report = build_report(
        "bank-reconciliation", bank_source([bank("x", "70", None, on="10-09", seq=1)], [], []), {"account": "B"}
    )
    assert any("states no balance" in note for note in report.notes)
    assert statement(report)[-1] == (D("70"), D("70"))


def test_as_of_an_earlier_day_the_payout_is_in_transit():
    lines = [bank("o", "10", "1010", on="10-01", seq=1), bank("p", "500", "1510", on="10-08", seq=2)]
    source = bank_source(lines, FLOWS, payout_link("p", "500"))
    report = build_report("bank-reconciliation", source, {"account": "B", "as_of": "2026-10-07"})
    assert statement(report)[1] == (D("10"), D("500"))
    assert statement(report)[-1] == (D("1510"), D("1510"))


def test_a_wallet_has_the_same_statement():
    lines = [bank("p", "500", "1500", on="10-08", seq=1)]
    rules = Rules(accounts=(Account("W", "wallet", pays_into=("B",)),))
    report = build_report(
        "bank-reconciliation", bank_source(lines, FLOWS, payout_link("p", "500"), rules), {"account": "W"}
    )
    assert report.title == "Wallet reconciliation statement"
    assert statement(report) == [(D("400"), D("100")), (D("0"), D("0")), (D("300"), D("0")), (D("100"), D("100"))]


def test_every_report_names_what_it_needs():
    for name, report in REPORTS.items():
        assert report.name == name
        assert report.description.endswith(".")
