"""Sales comparison and net income: figures recomputed in plain Python over the shared demo and a small book."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal as D
from fractions import Fraction
from typing import Any

import duckdb
import pytest

from huikuan.insight.reports.base import ReportSource
from huikuan.insight.reports.order_income import FEE_GROUPS
from huikuan.insight.reports.registry import build_report
from huikuan.insight.reports.sales_effects import Sold, effects
from huikuan.records.codes import FEE_TYPES
from huikuan.records.errors import UserError

from .build import AS_OF, collect, order, records, settled
from .demo_source import demo_source

BASE, NOW = (date(2026, 10, 1), date(2026, 10, 15)), (date(2026, 10, 16), date(2026, 10, 31))


@pytest.fixture(scope="module")
def source() -> Iterator[ReportSource]:
    with demo_source() as made:
        yield made


def section(report: Any, title: str) -> Any:
    return next(each for each in report.sections if each.title == title)


def named(table: Any, *keys: str) -> list[dict[str, Any]]:
    return [{c.key: v for c, v in zip(table.columns, row.values, strict=True)} for row in table.rows]


def cents(value: Fraction) -> D:
    return (D(value.numerator) / D(value.denominator)).quantize(D("0.01"))


def test_effects_of_the_demo_are_those_of_a_plain_reckoning(source: ReportSource) -> None:
    """Every effect from order lines in fractions; the parts add up to the change of net sales to the cent."""
    days = {"from": str(NOW[0]), "to": str(NOW[1]), "base_from": str(BASE[0]), "base_to": str(BASE[1])}
    report = build_report("sales-comparison", source, days)
    orders = {(r["shop"], r["order_no"]): r for r in source.rows(f"SELECT * FROM {source.collection}")}
    sold: dict[tuple[str, str], list[Fraction]] = defaultdict(lambda: [Fraction(0)] * 4)
    for line in source.rows(f"SELECT * FROM {source.order_line}"):
        order_ = orders.get((line["shop"], line["order_no"]))
        if order_ is None or order_["status"] in ("unpaid", "cancelled") or not line["paid"]:
            continue
        side = next(
            (n for n, (first, last) in enumerate((BASE, NOW)) if first <= order_["business_date"] <= last), None
        )
        if side is not None:
            sums = sold[line["shop"], line["title"]]
            sums[side] += Fraction(line["qty"])
            sums[2 + side] += Fraction(line["paid"]) + Fraction(line["platform_borne"] or 0)
    kept = {key: each for key, each in sold.items() if each[0] and each[1]}
    quantities: dict[str, list[Fraction]] = defaultdict(lambda: [Fraction(0)] * 2)
    for (shop, _product), each in kept.items():
        quantities[shop] = [quantities[shop][0] + each[0], quantities[shop][1] + each[1]]
    expected = {}
    for (shop, product), (q0, q1, r0, r1) in kept.items():
        growth = quantities[shop][1] / quantities[shop][0]
        expected[shop, product] = (
            cents(r0 * (growth - 1)), cents((q1 - q0 * growth) * r0 / q0), cents(r1 - q1 * r0 / q0)
        )  # fmt: skip
    rows = named(section(report, "Products sold on both sides"))
    assert {(r["shop"], r["product"]): (r["volume"], r["mix"], r["price"]) for r in rows} == expected
    assert len(expected) > 20
    for row in rows:
        assert row["volume"] + row["mix"] + row["price"] + row["rounding"] == row["change"]
        assert abs(row["rounding"]) <= D("0.02")
    parts = {row.values[0]: row.values[1] for row in section(report, "Effects").rows}
    assert sum(list(parts.values())[:-1]) == parts["Net sales compared"]
    assert parts["New products"] == sum(r["sales"] for r in named(section(report, "New products")))
    net = [
        sum(o["paid"] + o["platform_borne"] - o["refunded"] for o in orders.values() if f <= o["business_date"] <= t)
        for f, t in (BASE, NOW)
    ]
    assert [parts["Net sales of the base"], parts["Net sales compared"]] == net
    shops = section(report, "By shop")
    assert shops.totals()[shops.index("change")] == net[1] - net[0]


def test_shops_and_products_are_compared_too(source: ReportSource) -> None:
    first, second = sorted({row["shop"] for row in source.rows(f"SELECT DISTINCT shop FROM {source.collection}")})[:2]
    report = build_report("sales-comparison", source, {"between": "shops", "shop": first, "base": second})
    assert ("Base side", second) in report.facts
    assert all(control.found == control.expected for control in report.controls)
    with pytest.raises(UserError, match="two different ones"):
        build_report("sales-comparison", source, {"between": "shops", "shop": first, "base": first})


def test_products_without_a_quantity_are_apart() -> None:
    told = effects(
        [Sold("A", "x", "", 1, D(0), D(10), 1, D(2), D(30)), Sold("A", "y", "", 0, D(0), D(0), 1, D(1), D(5))], 2
    )
    assert [(each.sold.state, each.other) for each in told] == [("untold", D(20)), ("new", D(5))]


def test_net_income_of_the_demo_is_the_collections(source: ReportSource) -> None:
    report = build_report("net-income", source)
    orders = {r["order_no"]: r for r in source.rows(f"SELECT * FROM {source.collection}")}
    rows = named(section(report, "By order, least income first"))
    for row in rows:
        told = orders[row["order_no"]]
        net = told["paid"] + told["platform_borne"] - told["refunded"]
        income = net - told["fees"] - (row["freight"] or 0)
        assert (row["net"], row["fees"], row["income"]) == (net, told["fees"], income)
        assert row["mark"] == ("Loss" if income < 0 else "")
    assert [row["income"] for row in rows] == sorted(row["income"] for row in rows)
    by_shop, by_type = section(report, "By shop"), section(report, "Fees by type")
    loose = by_shop.totals()[by_shop.index("loose")]
    assert by_type.totals()[by_type.index("amount")] == sum(r["fees"] for r in orders.values()) + loose
    assert loose > 0
    charged = source.rows("SELECT sum(amount) AS amount FROM courier_charge")[0]["amount"]
    without = section(report, "Couriers' charges without an order").totals()[-1]
    assert by_shop.totals()[by_shop.index("freight")] == sum(row["freight"] or 0 for row in rows) == charged - without
    untold = sum(row["freight"] is None for row in rows)
    assert untold > 0 and f"the freight of {untold} orders: it is blank" in report.notes[0]


def test_fees_and_freight_are_allocated_to_the_cent() -> None:
    con = duckdb.connect()
    lines = [
        order("1", "10", line_no="1", sku="x", qty=D(1)), order("1", "10", line_no="2", sku="y", qty=D(1)),
        order("1", "10", line_no="3", sku="z", qty=D(1)), order("2", "40", sku="w", qty=D(4), refunded=D(40)),
    ]  # fmt: skip
    bills = [settled("1", "1", "30"), settled("2", "1", "-1", type="commission"),
             settled("3", "2", "-2", type="marketing"), settled("4", "", "-0.5", type="service_fee")]  # fmt: skip
    collect(lines, bills, [], [], con=con)
    charges = [
        {
            "account": "C",
            "tracking_no": "P",
            "charge": "freight",
            "amount": D("10"),
            "business_date": date(2026, 10, 3),
        },
        {"account": "C", "tracking_no": "Q", "charge": "freight", "amount": D("7"), "business_date": date(2026, 10, 3)},
    ]
    parcels = [
        {"shop": "A", "tracking_no": "P", "order_no": "1", "sku": "x", "qty": D(1)},
        {"shop": "A", "tracking_no": "P", "order_no": "2", "sku": "x", "qty": D(2)},
        {"shop": "A", "tracking_no": "P", "order_no": "1,2", "sku": "y", "qty": D(4)},  # a line for both: half each
    ]
    con.register("courier", records("courier_charge", charges))
    con.register("parcel", records("shipment_line", parcels))
    source = ReportSource(
        con, "x", AS_OF, collection="collection", order_line="order_line", settlement_line="settlement_line",
        courier_charge="courier", shipment_line="parcel",
    )  # fmt: skip
    report = build_report("net-income", source)
    orders = {row["order_no"]: row for row in named(section(report, "By order, least income first"))}
    assert {no: row["freight"] for no, row in orders.items()} == {"1": D("4.28"), "2": D("5.72")}
    assert orders["2"]["income"] == D("-7.72")
    products = {row["product"]: row for row in named(section(report, "By product, least income first"))}
    assert sorted(products[each]["commission"] for each in "xyz") == [D("0.33"), D("0.33"), D("0.34")]
    assert sum(row["freight"] for row in products.values()) == D("10")
    assert (products["w"]["mark"], products["x"]["mark"]) == ("Loss", "")
    (charge,) = named(section(report, "Couriers' charges without an order"))
    assert (charge["charges"], charge["amount"]) == (1, D(7))
    (shop,) = named(section(report, "By shop"))
    assert (shop["loose"], shop["left"]) == (D("0.5"), shop["income"] - D("0.5"))


def test_every_fee_type_is_in_one_group() -> None:
    grouped = [type_ for types in FEE_GROUPS.values() for type_ in types]
    assert sorted(grouped) == sorted((*FEE_TYPES, "freight"))
