"""First in, first out through a wallet, against a plain walk over the money that is left."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal as D

from hypothesis import given, settings
from hypothesis import strategies as st

from huikuan.insight.collection.fifo import Payout, days_of, pair_returns, touches_of

from .build import collect, day, order, payout_link, settled, wallet

START = date(2026, 10, 1)


def oracle(
    opening: D, movements: list[tuple[date, str, D]], payouts: list[tuple[date, str, D]]
) -> dict[tuple[str, str], D]:
    """(order, payout) -> amount. What is left in the wallet after a payout is the newest money: walk back from the
    end until what is left is used up; everything older is paid out. Blank order: other money."""
    money = [(date.min, 2, "", opening)]
    money += [(on, 0 if amount < 0 else 1, no, amount) for on, no, amount in movements]
    money.sort(key=lambda item: item[:3])
    gone = [D(0)] * len(money)  # how much of each has been paid out
    shares: dict[tuple[str, str], D] = defaultdict(D)
    paid_out = D(0)
    for on, payout, amount in sorted(payouts):
        paid_out += amount
        here = [index for index, item in enumerate(money) if item[0] <= on]
        left = sum((money[index][3] for index in here), D(0)) - paid_out
        target = list(gone)
        while here and left > 0:
            index = here.pop()
            left -= money[index][3]
            target[index] = -left if left <= 0 else D(0)
        for index in here:
            target[index] = money[index][3]
        for index, value in enumerate(target):
            shares[money[index][2], payout] += value - gone[index]
        gone = target
    return {key: value for key, value in shares.items() if value}


cents = st.integers(1, 30_000).map(lambda n: D(n) / 100)
offsets = st.integers(0, 8)


@st.composite
def wallets(draw):
    """A wallet whose balance never falls below zero at the end of a day."""
    opening = draw(st.one_of(st.just(D(0)), cents))
    balance = opening
    movements, payouts, sold = [], [], []
    for n in range(draw(st.integers(1, 8))):
        on = START + timedelta(days=n)
        for _ in range(draw(st.integers(0, 4))):
            no = f"{len(sold):03}"
            sold.append(no)
            amount = draw(cents)
            movements.append((on, no, amount))
            balance += amount
        if sold and draw(st.booleans()):
            amount = min(draw(cents), balance)
            no = draw(st.sampled_from(sold))
            same_day = [m for m in movements if m[:2] == (on, no)]
            if amount and not same_day:
                movements.append((on, no, -amount))
                balance -= amount
        for k in range(draw(st.integers(0, 2))):
            amount = balance if draw(st.booleans()) else min(draw(cents), balance)
            if amount:
                payouts.append((on, f"p{n}{k}", amount))
                balance -= amount
    return opening, movements, payouts


@settings(max_examples=40, deadline=None)
@given(wallets())
def test_shares_agree_with_the_oracle(case):
    opening, movements, payouts = case
    if not movements:
        return
    orders = [order(no, "1000", on="10-01") for no in sorted({no for _, no, _ in movements})]
    lines = [
        settled(f"{on}{no}", no, str(amount), on=on.isoformat(), type="sale" if amount > 0 else "refund")
        for on, no, amount in movements
    ]
    flows = [wallet(f"{on}{no}{amount}", str(amount), on=on.isoformat()) for on, no, amount in movements]
    flows += [
        wallet(f"{on}{p}", str(-amount), on=on.isoformat(), movement="payout", payout_id=p, occurred_at=None)
        for on, p, amount in payouts
    ]
    import duckdb

    from huikuan.records.rules import Rules

    con = duckdb.connect()
    links = [row for on, p, amount in payouts for row in payout_link(p, str(amount), on=on.isoformat())]
    collect(orders, lines, flows, links, Rules(opening_balances={"W": opening}), con=con)
    found = con.execute("SELECT order_no, split_part(payout, '/', 2), amount FROM collection_share").fetchall()
    mine = {(no, flow[-len("p00") :]): amount for no, flow, amount in found}
    theirs = {key: value for key, value in oracle(opening, movements, payouts).items() if key[0]}
    assert mine == theirs


def payout(key: str, on: str, amount: str, payout_id: str = "") -> Payout:
    return Payout(key, key, ("W", "CNY"), payout_id, "", day(on), None, key, D(amount))


def test_opening_balance_is_the_oldest_money():
    flows = [
        wallet("1", "100", balance=D("150"), seq=1),
        wallet("2", "-80", movement="payout", payout_id="p", on="10-07"),
    ]
    row = collect([order("1", "100")], [settled("1", "1", "100")], flows, payout_link("p", "80"))["1"]
    assert row["collected"] == D("30")


def test_an_order_may_straddle_two_payouts():
    flows = [wallet("1", "100"), wallet("2", "100"), wallet("3", "-150", movement="payout", payout_id="p", on="10-07"),
             wallet("4", "-50", movement="payout", payout_id="q", on="10-09")]  # fmt: skip
    lines = [settled("1", "1", "100"), settled("2", "2", "100")]
    orders = [order("1", "100"), order("2", "100")]
    first = collect(orders, lines, flows, payout_link("p", "150"))
    assert [(first[no]["collected"], first[no]["in_transit"]) for no in "12"] == [(D(100), D(0)), (D(50), D(50))]
    both = collect(orders, lines, flows, payout_link("p", "150") + payout_link("q", "50", on="10-10"))
    assert (both["2"]["collected"], both["2"]["status"], both["2"]["collected_on"]) == (
        D(100),
        "collected",
        day("10-10"),
    )


def test_a_payout_that_names_its_batch_takes_that_batch():
    lines = [settled("1", "1", "100", batch="b1"), settled("2", "2", "100", batch="b2")]
    flows = [wallet("1", "100"), wallet("2", "100"), wallet("3", "-100", movement="payout", payout_id="b2", on="10-07")]
    rows = collect([order("1", "100"), order("2", "100")], lines, flows, payout_link("b2", "100"))
    assert [rows[no]["collected"] for no in "12"] == [D(0), D(100)]


def test_a_payout_that_names_its_order_takes_that_order():
    lines = [settled("1", "1", "100"), settled("2", "2", "100")]
    flows = [wallet("1", "100"), wallet("2", "100"),
             wallet("3", "-100", movement="payout", payout_id="p", order_no="2", on="10-07")]  # fmt: skip
    rows = collect([order("1", "100"), order("2", "100")], lines, flows, payout_link("p", "100"))
    assert [rows[no]["collected"] for no in "12"] == [D(0), D(100)]


def test_a_settlement_batch_paid_straight_to_a_bank():
    lines = [settled("1", "1", "100", account="Z", batch="s1"), settled("2", "1", "-15", type="commission", account="Z", batch="s1"),  # noqa: E501
             settled("3", "", "-85", type="payout", account="Z", batch="s1", on="10-06")]  # fmt: skip
    assert collect([order("1", "100")], lines)["1"]["in_transit"] == D("85")
    row = collect([order("1", "100")], lines, payouts=payout_link("s1", "85", account="Z"))["1"]
    assert (row["receivable"], row["collected"], row["status"]) == (D("85"), D("85"), "collected")


def test_a_returned_payout_never_was():
    standing, unpaired = pair_returns(
        [payout("1", "10-01", "50"), payout("2", "10-02", "50"), payout("3", "10-05", "50")],
        [payout("r", "10-04", "50")],
    )
    assert [p.key for p in standing] == ["1", "3"]
    assert unpaired == []
    assert pair_returns([payout("1", "10-05", "50")], [payout("r", "10-04", "50")])[1][0].key == "r"


def test_returned_money_is_in_the_wallet_again():
    flows = [wallet("1", "100"), wallet("2", "-100", movement="payout", payout_id="p", on="10-07"),
             wallet("3", "100", movement="payout_returned", on="10-08"),
             wallet("4", "-100", movement="payout", payout_id="q", on="10-09")]  # fmt: skip
    row = collect([order("1", "100")], [settled("1", "1", "100")], flows, payout_link("q", "100", on="10-11"))["1"]
    assert (row["collected"], row["collected_on"]) == (D("100"), day("10-11"))


def test_more_paid_out_than_known_takes_nobodys_money():
    days = days_of(D(0), [(day("10-01"), D(0), D(100), D(0)), (day("10-05"), D(0), D(100), D(0))])
    touches = touches_of(days, [payout("p", "10-02", "130"), payout("q", "10-06", "40")])
    assert [(t.payout.key, t.day, t.lo, t.hi) for t in touches][-2:] == [
        ("q", day("10-01"), D(100), None),
        ("q", day("10-05"), None, D(140)),
    ]
