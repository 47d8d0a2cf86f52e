"""Net income 净收入 of shops, products and orders: net sales after refunds, less fees, less freight.

Fees are those of the collection, so the totals are its; freight is what couriers charged, blank where no bill tells it.
Nothing is known here of what the goods cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from huikuan.insight.day_tables.by_day import table
from huikuan.insight.reports import order_income
from huikuan.insight.reports.base import FROM, SHOP, TO, Report, ReportSource, finished, period_fact, unit_text
from huikuan.insight.reports.order_income import FEE_GROUPS, GROUP_TITLES
from huikuan.insight.reports.sold import DETAIL as SOLD
from huikuan.insight.reports.sold import UNTOLD
from huikuan.insight.reports.tables import Chart, Column, Control, ReportTable, Row, Section, Series, ratio_of
from huikuan.insight.words import word_of
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

ZERO = Decimal(0)
ORDERS_MAX = 5_000
NO_PRODUCT = _("(no product told)")
IDENTITY = _(
    "Net income = net sales (paid and borne by the platform, less refunds) − fees − freight. What goods cost is no "
    "part of it. A loss is marked."
)
BASIS = _("Orders belong to the day they were placed; fees and freight are all that was charged for them so far.")
ALLOCATED = _("Fees and freight of an order with several lines are allocated by what each line sold, to the cent.")
NO_FREIGHT = _(
    "No courier's bill tells the freight of %(count)s orders: it is blank, and their income is before freight."
)
LOOSE = _("Fees without an order are in no order's and no product's income.")

SUMS = ", ".join(f"sum({name})" for name in order_income.SUMS)


class Figures:
    """Net sales, fees by group and freight of some orders; freight of None: nobody told it."""

    def __init__(self, net: Decimal, groups: Sequence[Decimal], freight: Decimal | None) -> None:
        self.net, self.groups, self.freight = net, list(groups), freight

    @property
    def fees(self) -> Decimal:
        """All fees."""
        return sum(self.groups, ZERO)

    @property
    def income(self) -> Decimal:
        """What is left; before freight where nobody told it."""
        return self.net - self.fees - (self.freight or ZERO)


def make(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """Per currency: by shop, fees by type, by product, by order; then what belongs to no order."""
    where, values = _filter(params)
    order_income.build_days(source, where, values)
    loose = order_income.loose_fees(source, *_filter(params, "s."))
    charges = _loose_charges(source, *_filter({**params, "shop": ""}))
    known = _rows(source, "SELECT DISTINCT currency FROM i_day ORDER BY 1")
    currencies = sorted({*(row[0] for row in known), *(row[3] for row in loose), *(row[1] for row in charges)})
    sections: list[Section] = []
    controls: list[Control] = []
    charts: list[Chart] = []
    for currency in currencies:
        controls += _controls(source, currency, where, values)
        sections += _sections(source, currency, [row for row in loose if row[3] == currency])
        charts += _chart(source, currency)
        sections += _charge_list([row for row in charges if row[1] == currency], currency)
    (untold,) = _rows(source, "SELECT coalesce(sum(orders - told), 0) FROM i_day")[0]
    notes = [IDENTITY, BASIS, ALLOCATED, *([LOOSE] if loose else [])] if sections else []
    told = translated(NO_FREIGHT) % {"count": f"{untold:,}"}
    made = finished(REPORT, source, (period_fact(params),), sections, notes=notes, controls=controls, charts=charts)
    return replace(made, notes=(told, *made.notes)) if untold else made


def _filter(params: Mapping[str, Any], table: str = "") -> tuple[str, dict[str, Any]]:
    told = {"from": f"{table}business_date >= $from_day", "to": f"{table}business_date <= $to_day"}
    told["shop"] = f"{table}shop = $shop"
    chosen = {condition: params[name] for name, condition in told.items() if params[name]}
    return " AND ".join(["true", *chosen]), {name.rpartition("$")[2]: value for name, value in chosen.items()}


def _rows(source: ReportSource, query: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    return list(source.con.execute(query, dict(values or {})).fetchall())


def _controls(source: ReportSource, currency: str, where: str, values: Mapping[str, Any]) -> list[Control]:
    """Orders and lines make the collection's net sales and fees."""
    told = _rows(
        source,
        f"""SELECT coalesce(sum(paid + platform_borne - refunded), 0), coalesce(sum(fees), 0)
        FROM {table(source, "cube")} WHERE {where} AND currency = $currency""",
        {**values, "currency": currency},
    )[0]
    fees = " + ".join(FEE_GROUPS)
    words = {"i_day": translated(_("by order")), "i_product": translated(_("by product"))}
    made = {}
    for name in words:
        query = f"""SELECT coalesce(sum(net), 0), coalesce(sum({fees}), 0), coalesce(sum(freight), 0)
            FROM {name} WHERE currency = $currency"""
        made[name] = _rows(source, query, {"currency": currency})[0]
    controls = []
    agrees = translated(_("the collection's"))
    for name, word in words.items():
        for title, found, expected in zip((_("Net sales"), _("Fees")), made[name], told, strict=False):
            controls.append(Control(f"{translated(title)} {word}", found, agrees, expected, currency))
    if made["i_day"][2]:
        label = f"{translated(_('Freight'))} {words['i_product']}"
        controls.append(Control(label, made["i_product"][2], words["i_day"], made["i_day"][2], currency))
    return controls


def _chart(source: ReportSource, currency: str) -> list[Chart]:
    """Where each shop's net sales go."""
    found = _rows(
        source, f"SELECT shop, {SUMS} FROM i_day WHERE currency = $currency GROUP BY shop ORDER BY shop",
        {"currency": currency},
    )  # fmt: skip
    figures = [_figures(row) for row in found]
    parts = [(translated(_("Net income")), [each.income for each in figures])]
    parts += [(translated(title), [each.groups[n] for each in figures])
              for n, title in enumerate(GROUP_TITLES[name] for name in FEE_GROUPS)]  # fmt: skip
    parts.append((translated(_("Freight")), [each.freight or ZERO for each in figures]))
    series = tuple(Series(name, tuple(values)) for name, values in parts if any(values))
    title = translated(_("Where net sales go"))
    return [Chart(title, "stacked", tuple(row[0] for row in found), series, unit=unit_text(currency))] if series else []


def _sections(source: ReportSource, currency: str, loose: Sequence[tuple[Any, ...]]) -> list[Section]:
    values = {"currency": currency}
    used = _rows(source, f"SELECT {SUMS} FROM i_day WHERE currency = $currency", values)[0]
    shown = [name for name, amount in zip(FEE_GROUPS, used[1:-1], strict=True) if amount]
    told = used[-1] is not None
    return [
        _by_shop(source, currency, shown, told, loose),
        _by_type(source, currency, loose),
        _by_product(source, currency, shown, told),
        _by_order(source, currency, shown, told),
    ]


def _money_columns(
    shown: Sequence[str], freight_told: bool, drill: Mapping[str, str] | None = None, fees: str = ""
) -> tuple[Column, ...]:
    """Net sales to income. `drill`: what net sales ask for of the sold lines; `fees`: what fees open."""
    return (
        Column("net", translated(_("Net sales")), "money", total=True, drill=drill, target=SOLD),
        *(Column(name, translated(GROUP_TITLES[name]), "money", total=True) for name in shown),
        Column("fees", translated(_("Fees")), "money", total=True, drill={"m": "fees"} if fees else None, target=fees),
        Column("freight", translated(_("Freight")), "money", total=freight_told),
        Column("income", translated(_("Net income")), "money", total=True),
        Column("margin", translated(_("Of net sales")), "rate", ratio=("income", "net")),
        Column("mark", translated(_("Mark"))),
    )


def _figures(row: Sequence[Any]) -> Figures:
    """The figures of a row that ends with `SUMS`."""
    width = len(FEE_GROUPS) + 2
    net, *groups, freight = row[-width:]
    return Figures(net, groups, freight)


def _money(figures: Figures, shown: Sequence[str]) -> tuple[Any, ...]:
    groups = dict(zip(FEE_GROUPS, figures.groups, strict=True))
    mark = translated(_("Loss")) if figures.income < ZERO else ""
    margin = ratio_of(figures.income, figures.net) if figures.net > ZERO else None
    return (
        figures.net, *(groups[name] for name in shown), figures.fees, figures.freight, figures.income,
        margin, mark,
    )  # fmt: skip


def _by_shop(
    source: ReportSource, currency: str, shown: Sequence[str], told: bool, loose: Sequence[tuple[Any, ...]]
) -> Section:
    """By shop, with the fees that belong to no order and what is left after them."""
    query = f"""SELECT shop, sum(orders)::BIGINT, sum(losses)::BIGINT, {SUMS} FROM i_day
        WHERE currency = $currency GROUP BY shop ORDER BY shop"""
    found = _rows(source, query, {"currency": currency})
    without: dict[str, Decimal] = {}
    for row in loose:
        shop = row[0] or _shop_of(source, row[1])
        without[shop] = without.get(shop, ZERO) + row[5]
    columns = (
        Column("shop", translated(_("Shop"))),
        Column("orders", translated(_("Orders")), "count", total=True),
        *_money_columns(shown, told, {}, "records/orders")[:-1],
        Column("losses", translated(_("Orders with a loss")), "count", total=True),
        *((Column("loose", translated(_("Fees without an order")), "money", total=True),
           Column("left", translated(_("Income after these")), "money", total=True)) if without else ()),
    )  # fmt: skip
    rows = []
    for shop, orders, losses, *sums in found:
        figures = _figures(sums)
        own = without.pop(shop, ZERO)
        more = (own, figures.income - own) if len(columns) > len(shown) + 8 else ()
        rows.append(Row((shop, orders, *_money(figures, shown)[:-1], losses, *more), drill={"shop": shop}))
    for shop, amount in sorted(without.items()):
        name = shop or translated(_("(no shop told)"))
        blank = _money(Figures(ZERO, [ZERO] * len(FEE_GROUPS), None), shown)[:-1]
        rows.append(Row((name, 0, *blank, 0, amount, -amount)))
    return Section(
        translated(_("By shop")), columns, tuple(rows), translated(_("Total")), currency, target="collection",
        drill={"currency": currency},
    )  # fmt: skip


def _shop_of(source: ReportSource, account: str) -> str:
    """The only shop of an account, else blank."""
    shops = next((each.shops for each in source.rules.accounts if each.name == account), ())
    return shops[0] if len(shops) == 1 else ""


def _by_type(source: ReportSource, currency: str, loose: Sequence[tuple[Any, ...]]) -> Section:
    query = """SELECT shop, type, sum(orders)::BIGINT, sum(amount) FROM i_type WHERE currency = $currency
        GROUP BY ALL ORDER BY 1, 4 DESC, 2"""
    base = dict(
        _rows(
            source, "SELECT shop, sum(net) FROM i_day WHERE currency = $currency GROUP BY ALL", {"currency": currency}
        )
    )
    columns = (
        Column("shop", translated(_("Shop"))),
        Column("type", translated(_("Fee"))),
        Column("orders", translated(_("Orders")), "count"),
        Column("amount", translated(_("Amount")), "money", total=True),
        Column("rate", translated(_("Of the shop's net sales")), "rate"),
        Column("belongs", translated(_("Belongs to"))),
    )
    rows = [
        Row((shop, word_of("type", type_), orders, amount, ratio_of(amount, base.get(shop)), translated(_("orders"))))
        for shop, type_, orders, amount in _rows(source, query, {"currency": currency})
    ]
    rows += [
        Row(
            (row[0] or _shop_of(source, row[1]), word_of("type", row[2]), None, row[5], None, translated(_("no order")))
        )
        for row in loose
    ]
    return Section(translated(_("Fees by type")), columns, tuple(rows), translated(_("Total")), currency)


def _by_product(source: ReportSource, currency: str, shown: Sequence[str], told: bool) -> Section:
    query = f"""SELECT shop, product, max(title), sum(orders)::BIGINT, sum(quantity), {SUMS} FROM i_product
        WHERE currency = $currency GROUP BY shop, product"""
    columns = (
        Column("shop", translated(_("Shop"))),
        Column("product", translated(_("Product"))),
        Column("orders", translated(_("Orders")), "count"),
        Column("pieces", translated(_("Pieces")), "count", total=True, drill={}, target=SOLD),
        *_money_columns(shown, told, {}),
    )
    found = [(row, _figures(row)) for row in _rows(source, query, {"currency": currency})]
    found.sort(key=lambda each: (each[1].income, each[0][0], each[0][1]))
    rows = []
    for (shop, product, title, orders, pieces, *_sums), figures in found:
        name = product or translated(NO_PRODUCT)
        name = f"{name} {title}" if title and title != product else name
        whole = int(pieces) if pieces == int(pieces) else pieces.normalize()
        drill = {"shop": shop, "product": product} if product else {"shop": shop, "product": UNTOLD}
        rows.append(Row((shop, name, orders, whole, *_money(figures, shown)), drill=drill))
    return Section(
        translated(_("By product, least income first")), columns, tuple(rows), translated(_("Total")), currency,
        drill={"currency": currency},
    )  # fmt: skip


def _by_order(source: ReportSource, currency: str, shown: Sequence[str], told: bool) -> Section:
    """The orders with the least income one by one, all others in one row."""
    values = {"currency": currency}
    # How much the last of them brings is found first, by that column alone.
    most = _rows(
        source, f"""SELECT max(income) FROM (
            SELECT income FROM i_order WHERE currency = $currency ORDER BY income LIMIT {ORDERS_MAX})""", values
    )[0][0]  # fmt: skip
    one = ", ".join(("sales - refunded", *FEE_GROUPS, "freight"))
    listed = _rows(
        source, f"""SELECT order_no, shop, business_date, {one} FROM i_order
        WHERE currency = $currency AND income <= $most ORDER BY income, shop, order_no LIMIT {ORDERS_MAX}""",
        {**values, "most": most},
    )  # fmt: skip
    columns = (
        Column("order_no", translated(_("Order"))),
        Column("shop", translated(_("Shop"))),
        Column("date", translated(_("Date")), "date"),
        *_money_columns(shown, told),
    )
    rows = [Row((order_no, shop, day, *_money(_figures(sums), shown))) for order_no, shop, day, *sums in listed]
    orders, told, *whole = _rows(
        source, f"SELECT sum(orders)::BIGINT, sum(told)::BIGINT, {SUMS} FROM i_day WHERE currency = $currency", values
    )[0]  # fmt: skip
    if orders and orders > len(listed):
        label = translated(_("%(count)s further orders")) % {"count": f"{orders - len(listed):,}"}
        rows.append(Row(("", label, None, *_money(_others(whole, told, listed), shown)[:-1], "")))
    return Section(
        translated(_("By order, least income first")), columns, tuple(rows), translated(_("Total")), currency
    )


def _others(whole: Sequence[Any], told: int, listed: Sequence[tuple[Any, ...]]) -> Figures:
    """The figures of all orders less those of some. Freight is null where it is told of none of the others."""
    width = len(whole)
    rest = [
        None if amount is None else amount - sum((row[n - width] or ZERO for row in listed), ZERO)
        for n, amount in enumerate(whole)
    ]
    others_told = told - sum(row[-1] is not None for row in listed)
    return _figures([*rest[:-1], rest[-1] if others_told else None])


def _loose_charges(source: ReportSource, where: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Couriers' charges for no order that is known: account, currency, charges, amount."""
    query = f"""SELECT account, currency, count(DISTINCT record_key), sum(amount) FROM i_charged
        WHERE oid IS NULL AND {where} GROUP BY ALL ORDER BY ALL"""
    return _rows(source, query, values)


def _charge_list(charges: Sequence[tuple[Any, ...]], currency: str) -> list[Section]:
    if not charges:
        return []
    columns = (
        Column("account", translated(_("Account"))),
        Column("charges", translated(_("Charges")), "count", total=True),
        Column("amount", translated(_("Amount")), "money", total=True),
    )
    rows = tuple(Row((account, count, amount)) for account, _currency, count, amount in charges)
    title = translated(_("Couriers' charges without an order"))
    return [Section(title, columns, rows, translated(_("Total")), currency)]


REPORT = Report(
    "net-income",
    _("Net income"),
    _("What orders, products and shops bring after refunds, all fees and freight; losses first."),
    (FROM, TO, SHOP),
    make,
    needs=("collection", "order_line"),
    group="sales",
)
