"""The collection of single orders: each status, each amount, each bucket."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import duckdb
import pytest

from huikuan.insight.collection.collecting import prove
from huikuan.records.codes import COLLECTION_STATUSES
from huikuan.records.decisions import Decisions, ManualMatch, Member
from huikuan.records.errors import InvariantError
from huikuan.records.rules import ReconciliationRule, Rules, SettlementRule

from .build import AS_OF, collect, day, noon, order, order_links, payout_link, records, settled, wallet

RULES = Rules(settlement_rules=(SettlementRule("A", anchor="shipped", days=7),))


def decided(no: str, reason: str) -> Decisions:
    member = Member("left", f"order_line:A/{no}/1", D("100"), D("100"))
    return Decisions(matches=(ManualMatch("m", "order-settlement", (member,), reason),))


def status_cases() -> dict[str, dict]:
    sale = [settled("1", "1", "100")]
    paid_out = {"wallets": [wallet("1", "100"), wallet("2", "-100", movement="payout", payout_id="p", on="10-07")],
                "payouts": payout_link("p", "100")}  # fmt: skip
    part = {"wallets": [wallet("1", "100"), wallet("2", "-40", movement="payout", payout_id="p", on="10-07")],
            "payouts": payout_link("p", "40")}  # fmt: skip
    return {
        "written_off": {"orders": [order("1", "100")], "lines": [], "decisions": decided("1", "write_off")},
        "disputed": {"orders": [order("1", "100")], "lines": [], "decisions": Decisions(disputed_orders=(("A", "1"),))},
        "cancelled": {"orders": [order("1", "0", status="cancelled", paid_at=None)], "lines": []},
        "unpaid": {"orders": [order("1", "0", status="unpaid", paid_at=None)], "lines": []},
        "refunded": {"orders": [order("1", "100", status="refunded", refunded=D("100"))], "lines": []},
        "collected": {"orders": [order("1", "100")], "lines": sale, **paid_out},
        "overdue": {"orders": [order("1", "100", on="10-01")], "lines": []},
        "not_shipped": {"orders": [order("1", "100", on="10-30", shipped_at=None, status="paid")], "lines": []},
        "partly_collected": {"orders": [order("1", "100")], "lines": sale, **part},
        "settled": {"orders": [order("1", "100")], "lines": sale, "wallets": [wallet("1", "100")]},
        "awaiting": {"orders": [order("1", "100", on="10-30")], "lines": []},
    }


def test_every_status_has_a_case():
    assert tuple(status_cases()) == COLLECTION_STATUSES


@pytest.mark.parametrize("status", COLLECTION_STATUSES)
def test_status(status):
    row = collect(rules=RULES, **status_cases()[status])["1"]
    assert row["status"] == status


def test_amounts_of_a_collected_order_with_fees():
    lines = [
        settled("1", "1", "110"),
        settled("2", "1", "-6.6", type="commission"),
        settled("3", "1", "-0.66", type="payment_fee"),
    ]
    wallets = [wallet("1", "110"), wallet("2", "-6.6"), wallet("3", "-0.66"),
               wallet("4", "-102.74", movement="payout", payout_id="p", on="10-06")]  # fmt: skip
    row = collect([order("1", "100", platform_borne=D("10"))], lines, wallets, payout_link("p", "102.74"), RULES)["1"]
    assert (row["fees"], row["receivable"], row["settled"], row["collected"]) == (
        D("7.26"),
        D("102.74"),
        D("102.74"),
        D("102.74"),
    )
    assert row["status"] == "collected"
    assert row["collected_on"] == day("10-08")


def test_due_date_is_anchor_days_bank_days_and_grace():
    row = collect([order("1", "100", on="10-16")], [], rules=RULES)["1"]
    # 10-16 + 7 = Friday 10-23; two business days later is Tuesday 10-27; three days of grace
    assert (row["expected_date"], row["due_date"], row["status"]) == (day("10-27"), day("10-30"), "overdue")
    assert row["overdue_days"] == 1
    on_time = collect([order("1", "100", on="10-16")], [], rules=RULES, as_of=day("10-30"))["1"]
    assert (on_time["status"], on_time["not_due"], on_time["overdue"]) == ("awaiting", D("100"), D("0"))


def test_a_rule_holds_from_its_date():
    rules = Rules(settlement_rules=(SettlementRule("A", anchor="paid", days=1, bank_days=0, grace=0),
                                    SettlementRule("A", day("10-15"), anchor="paid", days=30, bank_days=0, grace=0)))  # fmt: skip  # noqa: E501
    rows = collect([order("1", "1", on="10-14"), order("2", "1", on="10-15")], [], rules=rules)
    assert (rows["1"]["due_date"], rows["2"]["due_date"]) == (day("10-15"), date(2026, 11, 14))


def test_without_its_anchor_an_order_is_not_due():
    row = collect([order("1", "100", on="2026-01-05")], [])["1"]  # default rule: receipt
    assert (row["status"], row["due_date"], row["not_due"]) == ("awaiting", None, D("100"))


def test_as_of_hides_what_came_later():
    orders = [order("1", "100", on="10-02", refunded=D("30"), refunded_at=noon("10-20"), received_at=noon("10-18")),
              order("2", "50", on="10-12")]  # fmt: skip
    lines = [settled("1", "1", "100", on="10-15")]
    rows = collect(orders, lines, rules=RULES, as_of=day("10-10"))
    assert list(rows) == ["1"]
    assert (rows["1"]["refunded"], rows["1"]["settled"], rows["1"]["received_at"]) == (D("0"), D("0"), None)


def test_short_settlement_past_due_is_overdue_and_too_much_is_not():
    rows = collect(
        [order("1", "100"), order("2", "100")], [settled("1", "1", "90"), settled("2", "2", "110")], rules=RULES
    )
    assert (rows["1"]["overdue"], rows["1"]["status"]) == (D("10"), "overdue")
    assert (rows["2"]["overdue"], rows["2"]["not_due"], rows["2"]["status"]) == (D("0"), D("-10"), "settled")


def test_partly_refunded_and_the_rest_received_is_collected():
    lines = [settled("1", "1", "100"), settled("2", "1", "-30", type="refund", on="10-06")]
    wallets = [
        wallet("1", "100"),
        wallet("2", "-30", on="10-06"),
        wallet("3", "-70", movement="payout", payout_id="p", on="10-07"),
    ]
    row = collect([order("1", "100", refunded=D("30"))], lines, wallets, payout_link("p", "70"), RULES)["1"]
    assert (row["receivable"], row["collected"], row["status"]) == (D("70"), D("70"), "collected")


def test_payout_without_bank_line_is_in_transit():
    wallets = [wallet("1", "100"), wallet("2", "-100", movement="payout", payout_id="p", on="10-07")]
    row = collect([order("1", "100")], [settled("1", "1", "100")], wallets, [], RULES)["1"]
    assert (row["collected"], row["in_transit"], row["settled_not_collected"], row["status"]) == (
        D(0),
        D(100),
        D(100),
        "settled",
    )


def test_a_difference_closed_by_a_person_is_no_longer_overdue():
    row = collect([order("1", "100")], [settled("1", "1", "99")], rules=RULES, decisions=decided("1", "fee"))["1"]
    assert (row["written_off"], row["overdue"], row["status"]) == (D("1"), D("0"), "settled")
    still = collect([order("1", "100")], [settled("1", "1", "99")], rules=RULES, decisions=decided("1", "timing"))["1"]
    assert (still["written_off"], still["overdue"]) == (D("0"), D("1"))


def test_within_tolerance_is_rounding_exactly_at_the_edge():
    rules = Rules(
        settlement_rules=RULES.settlement_rules,
        reconciliations=(ReconciliationRule("order-settlement", tolerance=D("0.01")),),
    )
    rows = collect(
        [order("1", "100"), order("2", "100")], [settled("1", "1", "99.99"), settled("2", "2", "99.98")], rules=rules
    )
    assert [rows[no]["overdue"] for no in "12"] == [D("0"), D("0.02")]
    assert rows["1"]["written_off"] == D("0.01")


def test_cancelled_after_payment_owes_nothing():
    row = collect([order("1", "100", status="cancelled")], [], rules=RULES)["1"]
    assert (row["status"], row["receivable"]) == ("cancelled", D("0"))


def test_links_decide_whose_a_settlement_line_is():
    orders = [order("1", "100"), order("2", "100")]
    lines = [settled("1", "1", "100"), settled("2", "x", "100", shop=None)]
    links = order_links(orders[:1], lines[:1])
    rows = collect(orders, lines, rules=RULES, links=links)
    assert [rows[no]["settled"] for no in "12"] == [D("100"), D("0")]
    by_hand = order_links(orders[1:], [lines[1]])
    by_hand[1]["group_id"] = "2"
    rows = collect(orders, lines, rules=RULES, links=links + by_hand)
    assert [rows[no]["settled"] for no in "12"] == [D("100"), D("100")]


def test_a_group_of_two_orders_is_filled_in_turn():
    orders = [order("1", "100"), order("2", "60")]
    lines = [settled("1", "x", "150", shop=None)]
    links = [{**row, "group_id": "m"} for row in order_links(orders, lines)]
    rows = collect(orders, lines, rules=RULES, links=links)
    assert [(rows[no]["settled"], rows[no]["overdue"]) for no in "12"] == [(D("100"), D("0")), (D("50"), D("10"))]


def test_corroborating_lines_are_never_totalled():
    con = duckdb.connect()
    collect([order("1", "100")], [settled("1", "1", "100"), settled("2", "1", "100")], rules=RULES, con=con)
    con.execute("CREATE TABLE marked AS SELECT *, flow_no = '2' AS corroborating FROM settlement_line")
    from huikuan.insight.collection.collecting import CollectionInputs, build_collection

    build_collection(con, CollectionInputs(settlement_line="marked"), RULES, AS_OF)
    assert con.execute("SELECT settled FROM collection").fetchone() == (D("100"),)


def test_currencies_are_never_summed():
    con = duckdb.connect()
    collect(
        [order("1", "100")], [settled("1", "1", "100"), settled("2", "1", "20", currency="USD")], rules=RULES, con=con
    )
    rows = con.execute("SELECT currency, paid, settled, not_due FROM collection ORDER BY currency").fetchall()
    assert rows == [("CNY", D(100), D(100), D(0)), ("USD", D(0), D(20), D(-20))]


def test_a_wrong_figure_is_refused():
    con = duckdb.connect()
    collect([order("1", "100")], [], rules=RULES, con=con)
    con.execute("CREATE TEMP TABLE broken AS SELECT * REPLACE (overdue + 0.01 AS overdue) FROM collection")
    with pytest.raises(InvariantError, match="does not add up"):
        prove(con, "broken")


def test_shuffled_lines_give_the_same():
    orders = [order(str(n), "10") for n in range(9)]
    lines = [settled(str(n), str(n), "10", on=f"10-0{n % 3 + 4}") for n in range(9)]
    wallets = [wallet(str(n), "10", on=f"10-0{n % 3 + 4}") for n in range(9)] + [
        wallet("p", "-45", movement="payout", payout_id="p", on="10-06")
    ]
    one = collect(orders, lines, wallets, payout_link("p", "45"), RULES)
    other = collect(orders[::-1], lines[::-1], wallets[::-1], payout_link("p", "45"), RULES)
    assert one == other
    assert sum(row["collected"] for row in one.values()) == D("45")


def test_an_order_known_by_its_header_only_owes_nothing():
    row = collect([order("1", "100", line_no="")], [], rules=RULES)["1"]
    assert (row["status"], row["receivable"]) == ("unpaid", D("0"))


def test_freight_charged_is_a_fee_and_freight_paid_is_income():
    lines = [settled("1", "1", "95"), settled("2", "1", "5", type="freight"), settled("3", "1", "-3", type="freight")]
    row = collect([order("1", "100")], lines, rules=RULES)["1"]
    assert (row["fees"], row["settled"], row["overdue"]) == (D("3"), D("97"), D("0"))


def test_the_same_over_ibis_tables():
    import ibis

    from huikuan.engine.model import Facts
    from huikuan.insight.collection.collecting import collection

    backend = ibis.duckdb.connect()
    tables = {"order_line": ibis.memtable(records("order_line", [order("1", "100")])),
              "settlement_line": ibis.memtable(records("settlement_line", [settled("1", "1", "100")]))}  # fmt: skip
    table = collection(Facts(backend, tables), None, None, RULES, AS_OF)
    assert table.select("status", "settled").to_pyarrow().to_pylist() == [
        {"status": "settled", "settled": D("100.00000")}
    ]


def undated(row: dict) -> dict:
    return row | {"business_date": None, "occurred_at": None}


def test_money_without_a_date_is_settled_as_of_any_day():
    orders, lines = [order("1", "100")], [undated(settled("1", "1", "100"))]
    for links in (None, order_links(orders, lines)):
        row = collect(orders, lines, rules=RULES, as_of=day("10-02"), links=links)["1"]
        assert (row["status"], row["settled"], row["settled_on"]) == ("settled", D("100"), None)


def test_money_without_a_date_is_the_newest_of_its_wallet():
    orders = [order("1", "100"), order("2", "100")]
    lines = [undated(settled("1", "1", "100")), settled("2", "2", "100")]
    wallets = [undated(wallet("1", "100")), wallet("2", "100"), wallet("3", "-100", movement="payout", payout_id="p")]
    found = collect(orders, lines, wallets, payout_link("p", "100"), RULES)
    assert (found["1"]["collected"], found["2"]["collected"]) == (D("0"), D("100"))


def test_a_payout_without_a_date_comes_last():
    lines = [settled("1", "1", "100", batch="p")]
    wallets = [wallet("1", "100"), undated(wallet("2", "-100", movement="payout", payout_id="p"))]
    row = collect([order("1", "100")], lines, wallets, payout_link("p", "100"), RULES)["1"]
    assert row["collected"] == D("100")
