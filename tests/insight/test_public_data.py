"""Olist (a marketplace of Brazil) and UCI Online Retail (a British wholesaler) in one book: what real data come to in
the reports, beside a plain reading of their files with `csv` and Decimal, to the cent. Nothing that is tried is shared.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal as D
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from huikuan.insight.reports.base import ReportSource
from huikuan.insight.reports.registry import build_report
from huikuan.insight.semantic.answer import ask
from huikuan.insight.semantic.question import question_of
from huikuan.pipeline.asking import source_of
from huikuan.pipeline.book import Book
from huikuan.pipeline.documents.importing import ImportOptions, import_file
from huikuan.pipeline.reporting import report_source
from huikuan.pipeline.results.results import Results
from huikuan.pipeline.runs.reconciling import Asked, run
from huikuan.records.decisions import Decisions
from huikuan.records.rules import Account, Rules, Shop
from tests.formats.support import sample
from tests.shared import made_once

RULES = Rules(
    shops=(Shop("Olist", "other", "BRL"), Shop("Wholesale", "other", "GBP")),
    accounts=(Account("Payments", "wallet", "BRL", ("Olist",)),),
)
OLIST, UCI = "Olist", "Wholesale"
OLIST_BASE, OLIST_NOW = ("2017-01-01", "2017-06-30"), ("2018-01-01", "2018-06-30")
DECEMBER, JANUARY = ("2010-12-01", "2010-12-31"), ("2011-01-01", "2011-01-31")
BRAZIL, LONDON = ZoneInfo("America/Sao_Paulo"), ZoneInfo("Europe/London")


def public_book(folder: Path) -> Book:
    keys = {"hash_key": b"k" * 32, "installation_key": b"i" * 32}
    return Book(folder / "book", "Public data", currency="GBP", timezone="Europe/London",
                fixed_today=date(2018, 12, 31), **keys)  # type: ignore[arg-type]  # fmt: skip


def olist_files() -> list[Path]:
    folder = sample("olist/sample_3k")
    return [folder / f"olist_{name}_dataset.csv" for name in ("orders", "order_items", "order_payments")]


def uci_files() -> list[Path]:
    return sorted(sample("uci_online_retail/by_day").glob("*.csv"))


def make_public(folder: Path) -> None:
    """Both data sets in one book; the days of UCI as one file, as the whole data set is."""
    book = public_book(folder)
    book.create()
    for path in olist_files():
        import_file(book, path, ImportOptions(shop="Olist", account="Payments"), RULES)
    whole = folder / "online_retail.csv"
    days = [path.read_text("utf-8").splitlines() for path in uci_files()]
    whole.write_text("\n".join([days[0][0], *(line for day in days for line in day[1:])]) + "\n", "utf-8")
    import_file(book, whole, ImportOptions(shop="Wholesale"), RULES)
    run(book, RULES, Decisions(), Asked(names=("order-settlement",)))


@pytest.fixture(scope="module")
def results() -> Results:
    olist_files()
    uci_files()
    return Results.of(public_book(made_once("public", make_public)), Decisions())


@pytest.fixture(scope="module")
def source(results: Results) -> Iterator[ReportSource]:
    with report_source(results, RULES, Decisions()) as made:
        yield made


def plain(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def sums(pairs: Iterable[tuple[str, D]]) -> dict[str, D]:
    made: dict[str, D] = defaultdict(D)
    for name, amount in pairs:
        made[name] += amount
    return dict(made)


def table(report: Any, title: str) -> list[dict[str, Any]]:
    section = next(each for each in report.sections if each.title == title)
    return [dict(zip((c.key for c in section.columns), row.values, strict=True)) for row in section.rows]


def by(rows: list[dict[str, Any]], name: str, *keys: str) -> dict[Any, tuple[Any, ...]]:
    return {row[name]: tuple(row[key] for key in keys) for row in rows}


# ---------------------------------------------------------------- Olist, read plainly


def in_london(moment: str) -> str:
    """The day of a moment in Brazil as the book's time zone has it; blank where it is not told."""
    return datetime.fromisoformat(moment).replace(tzinfo=BRAZIL).astimezone(LONDON).date().isoformat() if moment else ""


class Marketplace:
    """The three tables: of each order its row, what its items come to, what its payments brought."""

    def __init__(self) -> None:
        orders, items, payments = (plain(path) for path in olist_files())
        self.orders = {row["order_id"]: row for row in orders}
        self.items = [row for row in items if self.orders[row["order_id"]]["order_status"] != "canceled"]
        self.told = sums((row["order_id"], D(row["price"]) + D(row["freight_value"])) for row in items)
        self.sold = sums((row["order_id"], D(row["price"]) + D(row["freight_value"])) for row in self.items)
        self.paid = sums((row["order_id"], D(row["payment_value"])) for row in payments)

    def day(self, order: str) -> str:
        return in_london(self.orders[order]["order_purchase_timestamp"])


@pytest.fixture(scope="module")
def marketplace() -> Marketplace:
    return Marketplace()


def test_olist_orders_and_sales_by_month(source: ReportSource, marketplace: Marketplace) -> None:
    """A cancelled order sold nothing, nor one without items; what was paid for it is not in the sales."""
    orders: Counter[str] = Counter()
    sales: dict[str, D] = defaultdict(D)
    for order in marketplace.orders:
        orders[marketplace.day(order)[:7]] += 1
        sales[marketplace.day(order)[:7]] += marketplace.sold.get(order, D(0))
    report = build_report("collection-summary", source, {"shop": OLIST, "by": "month"})
    found = by(table(report, "By month"), "month", "orders", "gross", "receivable")
    assert found == {month: (orders[month], sales[month], sales[month]) for month in orders}
    states = by(table(report, "By status"), "status", "orders")
    cancelled = [o for o, row in marketplace.orders.items() if row["order_status"] == "canceled"]
    assert states["Cancelled"] == (len(cancelled),) == (24,)
    assert sum(sales.values()) == D("458360.49")


def test_olist_sales_by_the_day_they_were_paid(source: ReportSource, marketplace: Marketplace) -> None:
    sold: dict[str, D] = defaultdict(D)
    orders: Counter[str] = Counter()
    for order, amount in marketplace.sold.items():
        month = max(marketplace.day(order), in_london(marketplace.orders[order]["order_approved_at"]))[:7]
        sold[month] += amount
        orders[month] += 1
    report = build_report("refunds", source, {"shop": OLIST, "by": "month"})
    found = by(table(report, "By month"), "month", "sold_orders", "sold", "refunded")
    assert found == {month: (orders[month], amount, 0) for month, amount in sold.items()}


def test_olist_settlement_against_orders(source: ReportSource, marketplace: Marketplace) -> None:
    """Payments of cancelled orders were not expected; those of orders without items have none to settle."""
    report = build_report("settlement-differences", source, {"shop": OLIST})
    (shop,) = table(report, "By shop")
    known = marketplace.told.keys()
    assert shop["should"] == sum(marketplace.sold.values())
    assert shop["settled"] == sum(marketplace.paid[order] for order in known)
    dead = [order for order in known if order not in marketplace.sold]
    short = {o: d for o in marketplace.sold if (d := marketplace.sold[o] - marketplace.paid[o])}
    told: dict[str, D] = defaultdict(D)
    for row in table(report, "By kind and cause"):
        told[row["class"]] += row["amount"]
    assert told == {
        "Settlement not expected": -sum((marketplace.paid[order] for order in dead), D(0)),
        "Too little": sum(d for d in short.values() if d > 0),
        "Too much": sum(d for d in short.values() if d < 0),
    }
    (loose,) = table(report, "Settled without an order")
    without = [order for order in marketplace.paid if order not in known]
    lines = sum(marketplace.paid[order] for order in without)
    assert (loose["lines"], loose["amount"]) == (len(without), lines) == (24, D("6703.65"))
    assert shop["settled"] + loose["amount"] == sum(marketplace.paid.values()) == D("468087.37")


def test_olist_sales_compared_by_product(source: ReportSource, marketplace: Marketplace) -> None:
    sold = [(marketplace.day(row["order_id"]), row["product_id"], D(1), D(row["price"]) + D(row["freight_value"]))
            for row in marketplace.items]  # fmt: skip
    compare(source, OLIST, sold, OLIST_BASE, OLIST_NOW)


def compare(
    source: ReportSource, shop: str, sold: list[tuple[str, str, D, D]], base: tuple[str, str], now: tuple[str, str]
) -> dict[str, D]:
    """Hold the comparison of two periods against sales (day, product, pieces, amount); its effects."""
    days = {"base_from": base[0], "base_to": base[1], "from": now[0], "to": now[1], "shop": shop}
    report = build_report("sales-comparison", source, days)
    sums: dict[str, list[D]] = defaultdict(lambda: [D(0)] * 4)
    for day, product, pieces, amount in sold:
        for side, (first, last) in enumerate((base, now)):
            if first <= day <= last:
                sums[product][side] += pieces
                sums[product][2 + side] += amount

    def names(title: str, *keys: str) -> dict[str, tuple[D, ...]]:
        return {row["product"].partition(" ")[0]: tuple(row[key] for key in keys) for row in table(report, title)}

    code = {product: product.partition(" ")[0] for product in sums}
    columns = ("quantity_base", "quantity", "sales_base", "sales")
    kept = {code[product]: tuple(each) for product, each in sums.items() if each[0] and each[1]}
    assert names("Products sold on both sides", *columns) == kept and len(kept) > 20
    new = {code[product]: (each[1], each[3]) for product, each in sums.items() if each[1] and not each[0]}
    assert names("New products", "quantity", "sales") == new
    gone = {code[product]: (each[0], each[2]) for product, each in sums.items() if each[0] and not each[1]}
    assert names("Products no longer sold", "quantity", "sales_base") == gone
    told = {row["what"]: row["amount"] for row in table(report, "Effects")}
    effects = [told[name] for name in ("Volume effect", "Mix effect", "Price effect", "Rounding")]
    assert sum(effects) == sum(each[3] - each[2] for each in kept.values())
    return told


# ---------------------------------------------------------------- UCI, read plainly


class Wholesale:
    """Rows of all days: day, invoice, product, pieces, amount, country; amounts of cancellations are negative."""

    def __init__(self) -> None:
        self.sold: list[tuple[str, str, str, D, D, str]] = []
        self.cancelled: list[tuple[str, str, str, D, D, str]] = []
        for path in uci_files():
            for row in plain(path):
                pieces, price = D(row["Quantity"]), D(row["UnitPrice"])
                told = (row["InvoiceDate"][:10], row["InvoiceNo"], row["StockCode"], pieces, pieces * price)
                if row["InvoiceNo"].startswith("C"):
                    self.cancelled.append((*told, row["Country"]))
                elif price or (pieces > 0 and (row["CustomerID"] or is_goods(row["Description"]))):
                    self.sold.append((*told, row["Country"]))


def is_goods(description: str) -> bool:
    """Names of goods are capitals; what else stands there without a price is a note of the stock keepers."""
    return bool(description) and description == description.upper()


@pytest.fixture(scope="module")
def wholesale() -> Wholesale:
    return Wholesale()


def test_uci_sales_and_cancellations_by_month(source: ReportSource, wholesale: Wholesale) -> None:
    expected: dict[str, tuple[int, D, int, D]] = {}
    for first, _last in (DECEMBER, JANUARY):
        sold, back = (
            [row for row in rows if row[0][:7] == first[:7]] for rows in (wholesale.sold, wholesale.cancelled)
        )
        expected[first[:7]] = (
            len({row[1] for row in sold if row[4]}), sum((row[4] for row in sold), D(0)),
            len({row[1] for row in back}), -sum((row[4] for row in back), D(0)),
        )  # fmt: skip
    report = build_report("refunds", source, {"shop": UCI, "by": "month"})
    assert by(table(report, "By month"), "month", "sold_orders", "sold", "orders", "refunded") == expected
    assert [sum(each[n] for each in expected.values()) for n in (1, 3)] == [D("1515110.70"), D("206153.42")]
    rolled = build_report(
        "receivables-roll-forward", source, {"shop": UCI, "from": DECEMBER[0], "to": JANUARY[1], "by": "month"}
    )
    assert by(table(rolled, "By month"), "period", "sold", "refunded") == {
        month: (each[1], each[3]) for month, each in expected.items()
    }


def test_uci_net_sales_by_country_and_month(results: Results, wholesale: Wholesale) -> None:
    net: dict[tuple[str, str], D] = defaultdict(D)
    for day, _invoice, _product, _pieces, amount, country in (*wholesale.sold, *wholesale.cancelled):
        net[country, day[:7]] += amount
    asked = {"subject": "order_lines", "rows": ["province"], "columns": ["month"], "measures": ["net_sales"],
             "filters": [{"dimension": "shop", "values": [UCI]}]}  # fmt: skip
    (block,) = ask(source_of(results, RULES), question_of(asked)).blocks
    found = {(row[0], key[0]): value["net_sales"] for (row, key), value in block.cells.items() if row and key}
    assert found == dict(net)
    assert len({country for country, _month in net}) > 20
    assert block.figures()["net_sales"] == D("1308957.28")


def test_uci_sales_compared_by_product(source: ReportSource, wholesale: Wholesale) -> None:
    """Gifts are pieces without sales; a product that was only given back is neither new nor gone."""
    sold = [(row[0], row[2], row[3], row[4]) for row in wholesale.sold]
    effects = compare(source, UCI, sold, DECEMBER, JANUARY)
    back = [-sum(r[4] for r in wholesale.cancelled if f <= r[0] <= t) for f, t in (DECEMBER, JANUARY)]
    assert effects["Refunds"] == back[0] - back[1]
    assert "Quantity not told" not in effects or effects["Quantity not told"] == 0


def test_uci_net_income_by_product(source: ReportSource, wholesale: Wholesale) -> None:
    """What a product brought is its sales less what was cancelled of it; one that was given back brings a loss."""
    net: dict[str, D] = defaultdict(D)
    for row in (*wholesale.sold, *wholesale.cancelled):
        net[row[2]] += row[4]
    rows = table(build_report("net-income", source, {"shop": UCI}), "By product, least income first")
    found = {row["product"].partition(" ")[0]: row["net"] for row in rows}
    assert {name: found[name.partition(" ")[0]] for name in net} == dict(net)
    assert rows[0]["product"].startswith("AMAZONFEE") and rows[0]["mark"] == "Loss" and rows[0]["margin"] is None
