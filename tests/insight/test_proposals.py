"""Rules learned from hand-made histories: the anchor, the days, the batch, a change; fee rates by category and day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from huikuan.insight.learning.fee_history import FeeProposal, propose_fees
from huikuan.insight.learning.settlement_lags import History, SettlementProposal, change_point, propose_settlement
from huikuan.records.due_dates import next_batch_day
from huikuan.records.rules import FeeRate, Rules, SettlementRule, Shop

AS_OF = date(2026, 10, 31)
START = date(2026, 6, 1)
MONEY = pa.decimal128(18, 5)
SCHEMA = pa.schema(
    [("shop", pa.string()), ("order_no", pa.string()), ("currency", pa.string()), ("business_date", pa.date32())]
    + [(f"{name}_at", pa.timestamp("us")) for name in ("paid", "shipped", "received", "closed")]
    + [("settled_on", pa.date32())]
    + [
        (name, MONEY)
        for name in ("paid", "refunded", "settled", "fees", "not_due", "overdue", "disputed", "written_off")
    ]
)


def noon(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time()) + timedelta(hours=4)


def order(number: int, received_after: int = 3, settled_on: date | None = None, **told: Any) -> dict[str, Any]:
    """An order of a day of its own number, paid at once and received some days later; 100.00, all of it settled."""
    paid = START + timedelta(days=told.pop("day", number % 120))
    row = {
        "shop": "S", "order_no": f"N{number}", "currency": "CNY", "business_date": paid, "paid_at": noon(paid),
        "shipped_at": noon(paid + timedelta(days=1)), "received_at": noon(paid + timedelta(days=received_after)),
        "settled_on": settled_on, "paid": Decimal(100), "settled": Decimal(100 if settled_on else 0),
        "not_due": Decimal(0 if settled_on else 100),
    }  # fmt: skip
    return {name: Decimal(0) for name in SCHEMA.names if pa.types.is_decimal(SCHEMA.field(name).type)} | row | told


def history(rows: Iterable[dict[str, Any]], *rules: SettlementRule, rates: tuple[FeeRate, ...] = ()) -> History:
    con = duckdb.connect()
    con.register("collection", pa.Table.from_pylist(list(rows), schema=SCHEMA))
    known = Rules((Shop("S", currency="CNY"),), settlement_rules=rules, fee_rates=rates)
    return History(con, "collection", known, AS_OF, "Asia/Shanghai")


def settled_after(number: int, days: int, batch: str = "none") -> dict[str, Any]:
    """An order received 2 to 6 days after payment, settled so many days after its receipt."""
    received = 2 + number * 7 % 5
    day = START + timedelta(days=number % 120 + received + days)
    return order(number, received, next_batch_day(day, batch))


def learned(rows: Iterable[dict[str, Any]], *rules: SettlementRule) -> SettlementProposal:
    (found,) = propose_settlement(history(rows, *rules))
    return found


def test_the_anchor_with_the_least_spread_and_its_usual_days_are_found() -> None:
    found = learned(settled_after(number, 7 + (number % 10 == 0)) for number in range(300))
    assert found.rule == SettlementRule("S", START, anchor="received", days=7)
    assert (found.orders, found.late, found.lags) == (300, 0, ((7, 270), (8, 30)))
    assert not found.same


def test_a_weekly_and_a_monthly_batch_are_found() -> None:
    weekly = learned(settled_after(number, 3, "weekly:4") for number in range(300))
    assert weekly.rule is not None and (weekly.rule.anchor, weekly.rule.days, weekly.rule.batch) == (
        "received", 3, "weekly:4",
    )  # fmt: skip
    monthly = learned(settled_after(number, 5, "monthly:31") for number in range(300))
    assert monthly.rule is not None and (monthly.rule.days, monthly.rule.batch) == (5, "monthly:31")


def test_days_rise_until_two_percent_of_the_history_would_be_late() -> None:
    # 90 % after 2 days, 10 % after 20: by 2 days + 2 bank days + 3 of grace too many would be called overdue
    rows = [settled_after(number, 20 if number % 10 == 0 else 2) for number in range(300)]
    found = learned(rows)
    assert found.rule is not None and 13 <= found.rule.days <= 15
    assert found.late <= 6


def test_a_rule_that_changed_is_told_with_its_day() -> None:
    first, second = propose_settlement(history(settled_after(n, 10 if n % 120 < 60 else 4) for n in range(360)))
    assert first.rule is not None and second.rule is not None
    assert (first.rule.days, second.rule.days) == (10, 4)
    assert (first.rule.valid_from, second.rule.valid_from) == (START, START + timedelta(days=60))
    assert first.changed and second.changed


def test_noise_is_no_change_and_a_short_series_tells_none() -> None:
    days = [START + timedelta(days=n) for n in range(60)]
    assert change_point([(day, 7 + n * 7 % 3) for n, day in enumerate(days)]) is None
    assert change_point([(day, 5 if n < 6 else 1) for n, day in enumerate(days[:12])]) is None
    assert change_point([(day, 5) for day in days]) is None


def test_few_orders_teach_nothing() -> None:
    found = learned(settled_after(number, 7) for number in range(29))
    assert found.rule is None and found.orders == 29


def test_what_the_rule_says_already_is_no_news_and_its_effects_are_counted() -> None:
    rows = [settled_after(number, 7) for number in range(60)]
    assert learned(rows, SettlementRule("S", days=7)).same
    assert learned(rows, SettlementRule("S", days=8)).same  # serves as well
    waiting = order(900, 3, day=130)  # received on the 12th of October
    found = learned([*rows, waiting], SettlementRule("S", anchor="paid", days=60))
    assert found.overdue_more.orders == 1 and found.overdue_more.money == (("CNY", Decimal(100)),)
    late = waiting | {"not_due": Decimal(0), "overdue": Decimal(100), "received_at": noon(AS_OF)}
    found = learned([*rows, late], SettlementRule("S", anchor="paid", days=1))
    assert (found.overdue_more.orders, found.overdue_less.orders) == (0, 1)


FEE = pa.schema(
    [("order_no", pa.string()), ("shop", pa.string()), ("currency", pa.string()), ("type", pa.string()),
     ("amount", MONEY), ("corroborating", pa.bool_())]
)  # fmt: skip
LINE = pa.schema([("order_no", pa.string()), ("shop", pa.string()), ("category", pa.string())])


def fees(
    charged: Iterable[tuple[Decimal, str, str]], rates: tuple[FeeRate, ...] = (), paid: str = ""
) -> list[FeeProposal]:
    """Proposals of orders by (gross, category, fee)."""
    orders, lines, costs = [], [], []
    for number, (gross, category, fee) in enumerate(charged):
        told = {"fees": Decimal(fee), "settled": gross - Decimal(fee), "paid": Decimal(paid or gross)}
        orders.append(order(number, 3, START + timedelta(days=number % 120 + 9)) | told)
        lines.append({"order_no": f"N{number}", "shop": "S", "category": category})
        costs.append({"order_no": f"N{number}", "shop": "", "currency": "CNY", "type": "commission",
                      "amount": -Decimal(fee), "corroborating": False})  # fmt: skip
    past = history(orders, rates=rates)
    past.con.register("order_line", pa.Table.from_pylist(lines, schema=LINE))
    past.con.register("settlement_line", pa.Table.from_pylist(costs, schema=FEE))
    return propose_fees(past, "order_line", "settlement_line")


def price(number: int) -> Decimal:
    return Decimal(1_990 + number * 731 % 20_000).scaleb(-2)


def fee(gross: Decimal, rate: str) -> str:
    return str((gross * Decimal(rate)).quantize(Decimal("0.01"), "ROUND_HALF_UP"))


def test_a_rate_to_the_cent_is_found_with_the_money_of_the_rest() -> None:
    prices = [price(number) for number in range(200)]
    (found,) = fees((gross, "", fee(gross, "0.05") if n else str(Decimal(fee(gross, "0.05")) + 3))
                    for n, gross in enumerate(prices))  # fmt: skip
    assert found.rate is not None
    assert (found.rate.rate, found.rate.base, found.rate.category) == (Decimal("0.05"), "gross", "*")
    assert (found.orders, found.explained, found.rest) == (200, 199, Decimal(3))


def test_a_rate_finer_than_a_hundredth_of_a_percent_is_found() -> None:
    (found,) = fees((gross * 10, "", fee(gross * 10, "0.00385")) for gross in map(price, range(200)))
    assert found.rate is not None and found.rate.rate == Decimal("0.00385")


def test_categories_have_rates_of_their_own_where_one_does_not_fit_all() -> None:
    rates = {"shoes": "0.05", "books": "0.02"}
    told = [(price(n), name, fee(price(n), rates[name])) for n in range(120) for name in rates]
    found = {each.category: each.rate and each.rate.rate for each in fees(told)}
    assert found == {"shoes": Decimal("0.05"), "books": Decimal("0.02")}


def test_a_rate_that_rose_is_told_with_its_day() -> None:
    first, second = fees((price(n), "", fee(price(n), "0.05" if n % 120 < 50 else "0.06")) for n in range(240))
    assert first.rate is not None and second.rate is not None
    assert (first.rate.rate, second.rate.rate) == (Decimal("0.05"), Decimal("0.06"))
    assert second.rate.valid_from == START + timedelta(days=50)


def test_a_fee_without_a_rate_and_few_orders_are_no_proposal() -> None:
    odd = [Decimal(60 + n * 37 % 90).scaleb(-2) for n in range(100)]
    (none,) = fees((price(n), "", str(amount)) for n, amount in enumerate(odd))
    assert none.rate is None and none.orders == 100
    (few,) = fees((price(n), "", fee(price(n), "0.05")) for n in range(29))
    assert few.rate is None and few.orders == 29


def test_the_contract_s_own_base_and_tolerance_are_kept_where_they_fit() -> None:
    card = FeeRate("S", "commission", Decimal("0.05"), base="paid", tolerance=Decimal("0.02"))
    (found,) = fees(((price(n), "", fee(price(n), "0.05")) for n in range(60)), (card,))
    assert found.same and found.rate is not None
    (found,) = fees(((price(n), "", fee(price(n), "0.06")) for n in range(60)), (card,))
    assert not found.same and found.rate is not None and found.rate.tolerance == Decimal("0.02")
