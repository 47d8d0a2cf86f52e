"""Amazon settlement report V2 (flat file): all components of one settlement, tab-separated.

Two layouts. The older has an amount column for each kind of component; source: five real settlements of one amazon.ca
seller. The newer has one amount in each row, with amount-type and amount-description; source: documentation of the
report GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2. In both, the first data row is the settlement itself (period, deposit
date, total, currency); every following row carries amounts, each a settlement line of its own. The total is the sum of
all amounts: the document's control. A positive total is paid to the bank: one line of type `payout`, leaving; a total
of zero or less is carried forward. Rows have no number: the line number counts, as if the header stood on line 1.

Marketplaces differ in decimals (`19,99`) and dates (`28.08.2020 05:33:11 UTC`).
"""

from __future__ import annotations

from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.spec import (
    ISO_DATES,
    OFFSET,
    About,
    Amount,
    Classified,
    Column,
    Emit,
    Expression,
    Format,
    Identifier,
    Moment,
    Reject,
    Text,
    Total,
)
from huikuan.records.messages import gettext_noop

# As the marketplaces write a date alone.
_DATES = (*ISO_DATES, "%d.%m.%Y")
# name of the value: (amount column, column that says what it is)
_AMOUNTS: dict[str, tuple[str, str]] = {
    "shipment": ("shipment-fee-amount", "shipment-fee-type"),
    "order": ("order-fee-amount", "order-fee-type"),
    "price": ("price-amount", "price-type"),
    "fee": ("item-related-fee-amount", "item-related-fee-type"),
    "misc": ("misc-fee-amount", ""),
    "other": ("other-fee-amount", "other-fee-reason-description"),
    "promotion": ("promotion-amount", "promotion-type"),
    "direct": ("direct-payment-amount", "direct-payment-type"),
    "adjust": ("other-amount", ""),
}


def _columns() -> tuple[Amount | Text, ...]:
    columns: list[Amount | Text] = []
    for name, (amount, kind) in _AMOUNTS.items():
        columns.append(Amount(f"{name}_amount", (amount,), decimal_comma="seen"))
        if kind:
            columns.append(Text(f"{name}_kind", (kind,)))
    return tuple(columns)


def _classes() -> tuple[Expression | Classified, ...]:
    values: list[Expression | Classified] = []
    for name, (_, kind) in _AMOUNTS.items():
        words = f"coalesce({name}_kind, '')" if kind else "''"
        item = f"CASE WHEN {name}_amount IS NOT NULL THEN coalesce(activity, '') || '|{name}|' || {words} END"
        values += [
            Expression(f"{name}_wording", item, "text"),
            Classified(f"{name}_type", f"{name}_wording", "amazon_items"),
        ]
    return tuple(values)


def _line(name: str) -> Emit:
    return Emit(
        kind="settlement_line",
        moment="posted",
        where=f"{name}_amount <> 0",
        fields={
            "flow_no": "settlement || '-' || (source_row - header_row + 1)",
            "component": f"'{name}'",
            "order_no": "order_id",
            "key_state": key_state_sql("order_id", linked=f"{name}_type_linked"),
            "type": f"{name}_type",
            "item": f"{name}_wording",
            "amount": f"{name}_amount",
            "batch": "settlement",
            "trade_no": "adjustment",
            "sku": "sku",
        },
    )


def _closing(type_name: str, component: str, where: str, text: str) -> Emit:
    return Emit(
        kind="settlement_line",
        moment="deposited",
        where=where,
        fields={
            "flow_no": "settlement",
            "component": f"'{component}'",
            "key_state": "'none'",
            "type": f"'{type_name}'",
            "item": "'total-amount'",
            "amount": "-total",
            "batch": "settlement",
            "text": text,
        },
    )


_ABOUT = About(
    title=gettext_noop("Amazon settlement report V2"),
    where=gettext_noop("Seller Central → Payments → Reports repository → Settlement → Flat file V2, as text"),
    verified="real file",
    note=gettext_noop(
        "One settlement per file. Comma decimals and the dates of other marketplaces are read; the layout with "
        "amount-type and amount-description follows documentation."
    ),
)
_SETTLEMENT: tuple[Column, ...] = (
    Identifier("settlement", ("settlement-id",), filled=True),
    Moment("started", ("settlement-start-date",), tz=OFFSET, date_formats=_DATES),
    Moment("ended", ("settlement-end-date",), tz=OFFSET, date_formats=_DATES),
    Moment("deposited", ("deposit-date",), tz=OFFSET, date_formats=_DATES),
    Amount("total", ("total-amount",), decimal_comma="seen"),
    Text("money", ("currency",)),
    Text("activity", ("transaction-type",)),
    Identifier("order_id", ("order-id",)),
    Identifier("adjustment", ("adjustment-id",)),
    Moment("posted", ("posted-date-time", "posted-date"), tz=OFFSET, date_formats=_DATES),
    Text("sku", ("sku",)),
)
_NEEDS = (("settlement-id",), ("total-amount",), ("transaction-type",), ("order-id",))
_NO_DATE = Reject("cell.empty", "posted_date IS NULL AND activity IS NOT NULL", "posted-date-time")
# Of several settlements put into one file by hand, each line's currency would be a guess where they differ.
_CURRENCY = "CASE WHEN min(money) = max(money) THEN max(money) END"
_CLOSINGS = (
    _closing("payout", "deposit", "total > 0", "NULL"),
    _closing("transfer", "carried_forward", "total < 0", "'carried forward to the next settlement: ' || total"),
)
_SUM = " + ".join(f"coalesce(sum({name}_amount), 0)" for name in _AMOUNTS)

AMAZON_SETTLEMENT = Format(
    id="amazon.settlement",
    about=_ABOUT,
    needs=(
        *_NEEDS,
        ("posted-date",),
        ("price-amount",),
    ),
    columns=(*_SETTLEMENT, *_columns()),
    values=_classes(),
    rejects=(_NO_DATE,),
    emits=(*(_line(name) for name in _AMOUNTS), *_CLOSINGS),
    totals=(Total("total-amount", "sum(total)", _SUM, in_rows=True),),
    currency_in_rows=_CURRENCY,
    short_rows="pad",
    period_values=("started_date", "ended_date"),
    rank=30,
)

# The same words as in the older layout, so that one table classifies both: `Order|price|Principal`.
_WORDING = (
    "CASE WHEN line_amount IS NULL THEN NULL "
    "WHEN kind = 'ItemPrice' THEN concat_ws('|', activity, 'price', description) "
    "WHEN kind IN ('ItemFees', 'Item Fee Adjustment') THEN concat_ws('|', activity, 'fee', description) "
    "WHEN kind = 'Promotion' THEN concat_ws('|', activity, 'promotion', description) "
    "WHEN kind = 'ItemWithheldTax' THEN concat_ws('|', activity, 'withheld', description) "
    "WHEN kind = 'Cost of Advertising' THEN concat_ws('|', activity, 'fee', kind) "
    "ELSE concat_ws('|', description, 'adjust', kind) END"
)

AMAZON_SETTLEMENT_LINES = Format(
    id="amazon.settlement",
    about=_ABOUT,
    needs=(
        *_NEEDS,
        ("amount-type",),
        ("amount-description",),
        ("amount",),
    ),
    columns=(
        *_SETTLEMENT,
        Text("kind", ("amount-type",)),
        Text("description", ("amount-description",)),
        Amount("line_amount", ("amount",), decimal_comma="seen"),
    ),
    values=(
        Expression("line_wording", _WORDING, "text"),
        Classified("line_type", "line_wording", "amazon_items"),
    ),
    rejects=(_NO_DATE,),
    emits=(_line("line"), *_CLOSINGS),
    totals=(Total("total-amount", "sum(total)", "sum(line_amount)", in_rows=True),),
    currency_in_rows=_CURRENCY,
    short_rows="pad",
    period_values=("started_date", "ended_date"),
    rank=31,  # where a settlement came in both layouts, this one counts
)
