"""Amazon settlement report V2 (flat file): all components of one settlement, tab-separated.

Source: five real settlements of one amazon.ca seller. The first data row is the settlement itself (period, deposit
date, total); every following row carries amounts in one or two of nine columns, each a settlement line of its own. The
total is the sum of all amounts: the document's control. A positive total is paid to the bank: one line of type
`payout`, leaving; a total of zero or less is carried forward. Rows have no number: the line number in the file counts.
"""

from __future__ import annotations

from huikuan.formats.spec import (
    OFFSET,
    About,
    Amount,
    Classified,
    Emit,
    Expression,
    Format,
    Identifier,
    Moment,
    Text,
    Total,
)
from huikuan.records.messages import gettext_noop

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
        columns.append(Amount(f"{name}_amount", (amount,)))
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
            "flow_no": "settlement || '-' || source_row",
            "component": f"'{name}'",
            "order_no": "order_id",
            "key_state": f"CASE WHEN order_id IS NOT NULL THEN 'ok' WHEN {name}_type_linked THEN 'missing' "
            "ELSE 'none' END",
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


_SUM = " + ".join(f"coalesce(sum({name}_amount), 0)" for name in _AMOUNTS)

AMAZON_SETTLEMENT = Format(
    id="amazon.settlement",
    about=About(
        title=gettext_noop("Amazon settlement report V2"),
        where=gettext_noop("Seller Central → Payments → Reports repository → Settlement → Flat file V2, as text"),
        verified="real file",
        note=gettext_noop(
            "One settlement per file. Reports with comma decimals or dates of other marketplaces are refused."
        ),
    ),
    needs=(
        ("settlement-id",),
        ("total-amount",),
        ("transaction-type",),
        ("order-id",),
        ("posted-date",),
        ("price-amount",),
    ),
    delimiters=("\t", ","),
    columns=(
        Identifier("settlement", ("settlement-id",), filled=True),
        Moment("started", ("settlement-start-date",), tz=OFFSET),
        Moment("ended", ("settlement-end-date",), tz=OFFSET),
        Moment("deposited", ("deposit-date",), tz=OFFSET),
        Amount("total", ("total-amount",)),
        Text("money", ("currency",)),
        Text("activity", ("transaction-type",)),
        Identifier("order_id", ("order-id",)),
        Identifier("adjustment", ("adjustment-id",)),
        Moment("posted", ("posted-date",), tz=OFFSET),
        Text("sku", ("sku",)),
        *_columns(),
    ),
    values=(
        Expression("currency_of_file", "max(money) OVER ()", "text"),
        *_classes(),
    ),
    emits=(
        *(_line(name) for name in _AMOUNTS),
        _closing("payout", "deposit", "total > 0", "NULL"),
        _closing("transfer", "carried_forward", "total < 0", "'carried forward to the next settlement: ' || total"),
    ),
    totals=(Total("total-amount", "sum(total)", _SUM, in_rows=True),),
    currency_value="currency_of_file",
    short_rows="pad",
    period_values=("started_date", "ended_date"),
    rank=30,
)
