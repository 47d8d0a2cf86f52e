"""Ledgers made to fool the matching: equal amounts, sums of zero, twice-used numbers, limits of types and windows."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import ibis
import pytest

from huikuan.engine import Classes, Definition, Outcome, Passes, Sides, reconcile
from huikuan.engine.model import ENTRY
from huikuan.engine.pass5_subset import CANDIDATES_AT_MOST
from huikuan.recons.order_settlement import ORDER_SETTLEMENT
from huikuan.recons.payout_bank import PAYOUT_BANK
from huikuan.records.decisions import Decisions, NotThese
from huikuan.records.rules import Account, Rules
from tests.engine.build import AS_OF, banked, classes, day, groups, order, rows, run, settled
from tests.engine.test_payout_bank import payout

LIMIT = "9999999999999.99999"  # DECIMAL(18,5)


def taken(outcome: Outcome) -> list[tuple[str, list[str], list[str]]]:
    """Groups of matched records as (pass, left keys, right keys)."""
    return [(one, left, right) for one, status, left, right in groups(outcome) if status == "matched"]


def test_subset_apart_in_time_is_found_and_says_why() -> None:
    line = banked(100, business_date=day(13))
    given = [payout(60, 10, "A"), payout(23, 10, "B"), payout(19, 11, "C"), payout(40, 12, "D"), line]
    outcome = run(PAYOUT_BANK, given)
    both = ["payout:W/A", "payout:W/D"]
    assert taken(outcome) == [("subset", both, [line["record_key"]])]
    assert {row["evidence"] for row in rows(outcome.links)} == {'{"code": "subset", "among": 4}'}


def test_subset_of_bank_lines_that_are_one_payout() -> None:
    lines = [banked(amount, business_date=day(11)) for amount in ("70.01", "30.02")]
    outcome = run(PAYOUT_BANK, [payout("100.03", 10, "A"), *lines, banked(55)])
    assert taken(outcome) == [("subset", ["payout:W/A"], sorted(line["record_key"] for line in lines))]


def test_subset_with_a_second_solution_is_not_taken() -> None:
    amounts = {"A": 60, "B": 11, "C": 40, "D": 12, "E": 75, "F": 14, "G": 25}
    outcome = run(PAYOUT_BANK, [*(payout(a, 10, key) for key, a in amounts.items()), banked(100)])
    assert groups(outcome) == []


def test_subset_beside_equal_single_amounts_is_not_taken() -> None:
    singles = [payout(100, 10, "A"), payout(100, 11, "B")]
    outcome = run(PAYOUT_BANK, [*singles, payout(60, 9, "C"), payout(40, 12, "D"), banked(100, business_date=day(12))])
    assert groups(outcome) == []


def test_subset_whose_record_another_line_claims_is_not_taken() -> None:
    amounts = {"A": 60, "B": 5, "C": 40, "D": 7, "E": 31}
    lines = [banked(100), banked(91)]  # A + C, A + E
    assert groups(run(PAYOUT_BANK, [*(payout(a, 10, key) for key, a in amounts.items()), *lines])) == []


@pytest.mark.parametrize(("others", "found"), [(CANDIDATES_AT_MOST - 2, 1), (CANDIDATES_AT_MOST - 1, 0)])
def test_subset_among_at_most_twenty(others: int, found: int) -> None:
    many = [payout(f"{1000 + 2 * n}.10", 9 + n % 3, f"P{n:02}") for n in range(others)]
    two = [payout("3333.33", 9, "A"), payout("2222.22", 11, "B")]
    assert len(groups(run(PAYOUT_BANK, [*many, *two, banked("5555.55", business_date=day(12))]))) == found


def test_subset_that_may_be_coincidence_is_not_taken() -> None:
    cents = [3, 5, 9, 17, 33, 65]  # 3 + 9 + 33 is the only sum of 45, but among sums up to 132 hardly surprising
    outcome = run(PAYOUT_BANK, [*(payout(f"0.{c:02}", 10, f"P{c:02}") for c in cents), banked("0.45")])
    assert groups(outcome) == []


def test_subset_that_somebody_took_apart_is_not_taken_again() -> None:
    line = banked(100)
    given = [payout(60, 10, "A"), payout(23, 10, "B"), payout(40, 10, "C"), line]
    apart = Decisions(not_these=(NotThese("payout-bank", ("payout:W/A", "payout:W/C", line["record_key"])),))
    assert len(groups(run(PAYOUT_BANK, given))) == 1
    assert groups(run(PAYOUT_BANK, given, decisions=apart)) == []


def test_subset_only_of_accounts_that_belong_together() -> None:
    rules = Rules(accounts=(Account("W", "wallet", pays_into=("B",)), Account("V", "wallet", pays_into=("C",))))
    line = banked(100)
    mine = [payout(60, 10, "A"), payout(23, 10, "B"), payout(40, 10, "C")]
    other = [payout(75, 10, "A", account="V"), payout(25, 10, "B", account="V"), payout(9, 10, "C", account="V")]
    outcome = run(PAYOUT_BANK, [*mine, *other, line], rules)
    assert taken(outcome) == [("subset", ["payout:W/A", "payout:W/C"], [line["record_key"]])]


def test_thirteen_equal_amounts_in_five_days_do_not_explode() -> None:
    payouts = [payout(100, 10 + n % 5, f"P{n:02}") for n in range(13)]
    pairs = [banked(200, business_date=day(11 + n % 5)) for n in range(6)]
    started = time.process_time()
    outcome = run(PAYOUT_BANK, [*payouts, *pairs])
    assert groups(outcome) == []
    assert len(classes(outcome)) == 19
    assert time.process_time() - started < 10


def test_sum_zero_groups_of_bank_lines_fool_no_subset() -> None:
    line = banked(100, business_date=day(12))
    round_trip = [banked(7, business_date=day(11)), banked(-7, business_date=day(11))]
    given = [payout(60, 10, "A"), payout(23, 10, "B"), payout(40, 11, "C"), line, *round_trip]
    outcome = run(PAYOUT_BANK, given)
    assert taken(outcome) == [("subset", ["payout:W/A", "payout:W/C"], [line["record_key"]])]
    assert {row["record_key"] for row in round_trip} <= set(classes(outcome))


def test_sum_zero_groups_of_settlements_are_no_order_and_no_match() -> None:
    unknown = [settled("X", 50), settled("X", -50, "refund")]
    waiting = [order("A", 50), settled("A", 50), settled("A", -50, "refund")]
    outcome = run(ORDER_SETTLEMENT, [*unknown, *waiting, order("Z", 1)])
    assert {classes(outcome)[row["record_key"]] for row in unknown} == {"missing_left"}
    assert taken(outcome) == []
    assert {(status, len(left), len(right)) for _, status, left, right in groups(outcome)} == {("difference", 1, 2)}


def test_zero_amount_lines_match_nothing_and_add_nothing() -> None:
    nothing = [banked(0), banked(0), payout(0, 10, "N")]
    line = banked(100)
    given = [payout(60, 10, "A"), payout(23, 10, "B"), payout(40, 10, "C"), line, *nothing]
    outcome = run(PAYOUT_BANK, given)
    assert taken(outcome) == [("subset", ["payout:W/A", "payout:W/C"], [line["record_key"]])]
    assert {row["record_key"] for row in nothing[:2]} | {"payout:W/N", "payout:W/B"} == set(classes(outcome))


def test_a_key_that_two_shops_use_meets_only_its_own() -> None:
    one, other = order("A", 10), order("A", 20, shop="T")
    lines = [settled("A", 20, shop="T"), settled("A", 10)]
    outcome = run(ORDER_SETTLEMENT, [one, other, *lines])
    assert taken(outcome) == sorted(
        [
            ("key", [one["record_key"]], [lines[1]["record_key"]]),
            ("key", [other["record_key"]], [lines[0]["record_key"]]),
        ]
    )


def test_one_order_with_twenty_eight_sub_orders_and_five_parcels() -> None:
    paid = [Decimal(n * n + 7) / 100 for n in range(1, 29)]
    parcels = [paid[0:3], paid[3:9], paid[9:10], paid[10:25], paid[25:28]]
    lines = [order("A", str(amount), line_no=str(n)) for n, amount in enumerate(paid)]
    sales = [settled("A", str(sum(parcel)), business_date=day(8 + n)) for n, parcel in enumerate(parcels)]
    fees = [settled("A", "-0.13", "commission") for _ in parcels]
    ((one, status, left, right),) = groups(run(ORDER_SETTLEMENT, [*lines, *sales, *fees]))
    assert (one, status, len(left), len(right)) == ("key", "matched", 28, 10)


def test_currencies_within_one_order_are_never_added() -> None:
    lines = [order("A", 60), order("A", 40, line_no="2", currency="USD")]
    outcome = run(ORDER_SETTLEMENT, [*lines, settled("A", 100), settled("A", 40, currency="USD")])
    told = {(row["currency"], row["status"], str(row["residual"])) for row in rows(outcome.links)}
    assert told == {("CNY", "difference", "-40.00000"), ("USD", "matched", "0.00000")}


def test_currencies_within_a_sum_of_payouts_are_never_added() -> None:
    given = [payout(60, 10, "A"), payout(23, 10, "B"), payout(40, 10, "C", currency="USD"), banked(100)]
    assert groups(run(PAYOUT_BANK, given)) == []


def test_amounts_at_the_limit_of_the_type() -> None:
    amounts = {"A": "4999999999999.99999", "B": "3333333333333.33333", "C": "5000000000000.00000", "D": LIMIT}
    line, other = banked(LIMIT), banked(LIMIT, business_date=day(30))
    payouts = [payout(a, 29 if key == "D" else 10, key) for key, a in amounts.items()]
    outcome = run(PAYOUT_BANK, [*payouts, line, other])
    assert taken(outcome) == [
        ("amount", ["payout:W/D"], [other["record_key"]]),
        ("subset", ["payout:W/A", "payout:W/C"], [line["record_key"]]),
    ]


def test_sums_beyond_the_limit_of_the_type_are_no_failure() -> None:
    lines = [order("A", LIMIT), order("A", LIMIT, line_no="2")]
    outcome = run(ORDER_SETTLEMENT, [*lines, settled("A", LIMIT), settled("A", LIMIT)])
    assert [(status, len(left), len(right)) for _, status, left, right in groups(outcome)] == [("matched", 2, 2)]


@pytest.mark.parametrize(("came", "status"), [("99.50", "matched"), ("99.49", "difference"), ("100.51", "difference")])
def test_tolerance_counts_its_last_cent_and_no_more(came: str, status: str) -> None:
    outcome = run(ORDER_SETTLEMENT, [order("A", 100), settled("A", came)], tolerance=Decimal("0.50"))
    assert [row[1] for row in groups(outcome)] == [status]


@pytest.mark.parametrize(("line_day", "found"), [(14, 1), (15, 0), (9, 1), (8, 0)])
def test_window_of_a_subset_counts_its_first_and_last_day(line_day: int, found: int) -> None:
    payouts = [payout(60, 9, "A"), payout(23, 9, "B"), payout(40, 10, "C")]
    if line_day < 10:
        payouts[0] = payout(60, 10, "A")
    assert len(groups(run(PAYOUT_BANK, [*payouts, banked(100, business_date=day(line_day))]))) == found


HOT = Definition(
    "hot",
    prepare=lambda *_: Sides(None, None),
    passes=Passes(key="applies", reference="applies", amount="applies", batch="applies", subset="applies"),
    classes=Classes(elsewhere=""),
    across=True,
    lead_days=1,
)
MILLION = 1_000_000


def hot_side(side: str, scope: str, count: int, amount: str, days: int) -> str:
    """SQL of entries that all name the same key."""
    told = {
        "record_key": f"'{side}' || i", "scope": f"'{scope}'", "target": "'*'", "key": "'SAMEKEY123'",
        "reference": "'SAMEKEY123'", "currency": "'CNY'", "date": f"DATE '2026-10-01' + (i % {days})::INT",
        "amount": amount, "compared": amount, "document_id": "'d'", "source_row": "i",
    }  # fmt: skip
    types = {"string": "VARCHAR", "int64": "BIGINT", "date": "DATE", "timestamp(6)": "TIMESTAMP"}
    columns = [
        f"({told.get(name, 'NULL')})::{types.get(kind, 'DECIMAL(18,5)')} AS {name}" for name, kind in ENTRY.items()
    ]
    return f"CREATE TABLE {side} AS SELECT {', '.join(columns)} FROM range({count}) AS r(i)"


def hot(definition: Definition, left: int, right: int, amount: str = "1") -> tuple[Outcome, float]:
    backend: Any = ibis.duckdb.connect(threads=2)
    for side, count in (("left", left), ("right", right)):
        scope = f"{side}_side" if definition.across else "shop"
        backend.raw_sql(hot_side(f"{side}_side", scope, count, amount, 20))
    sides = Sides(backend.table("left_side"), backend.table("right_side"))
    started = time.process_time()
    outcome = reconcile(backend, definition, sides, Decisions(), AS_OF)
    return outcome, time.process_time() - started


@pytest.mark.slow
@pytest.mark.parametrize("left", [1, MILLION])
def test_one_hot_key_in_a_million_lines_of_one_order(left: int) -> None:
    outcome, seconds = hot(Definition("hot", prepare=HOT.prepare), left, MILLION)
    assert outcome.links.count().to_pyarrow().as_py() == left + MILLION
    assert seconds < 15


@pytest.mark.slow
@pytest.mark.parametrize("amount", ["1", "1 + i % 7", "(i % 1000) / 100.0"])
def test_one_hot_key_and_text_on_either_side_of_accounts_apart(amount: str) -> None:
    many = 200_000
    outcome, seconds = hot(HOT, many, many, amount)
    linked, left_open = (table.count().to_pyarrow().as_py() for table in (outcome.links, outcome.open))
    assert linked + left_open == 2 * many
    assert seconds < 15
