"""Shopify Payments: its transactions, and the summary of its payouts.

Transactions: facts from a real file of 1,593 rows (not in our hands): Amount − Fee = Net in every row, fee positive;
of a refund the amount is negative and Presentment Amount positive, so that one is never used. There is no number of a
transaction: checkout, type, time and amount name it. Payout ID, else Payout Date, is the batch it is paid with. A row
whose payout was paid gives a line `payout` with its net, so that the payouts' sums can be found in the bank; they count
less than payouts told as such.

Payouts: from documentation. One row per payout, the parts signed; scheduled, pending, failed and cancelled payouts are
no payouts yet.
"""

from __future__ import annotations

from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.spec import (
    ISO_DATES,
    OFFSET,
    About,
    Amount,
    Classified,
    Day,
    Emit,
    Expression,
    Flag,
    Format,
    Identifier,
    Moment,
    Text,
    Total,
)
from huikuan.records.messages import gettext_noop

_SHARED = {
    "flow_no": "flow_no",
    "order_no": "order_no",
    "trade_no": "checkout",
    "batch": "batch",
}
_KEY_STATE = key_state_sql(damaged="order_no_damaged", linked="type_linked")


def _line(component: str, type_sql: str, amount: str, item: str) -> Emit:
    return Emit(
        kind="settlement_line",
        moment="happened",
        where=f"{amount} <> 0",
        fields={
            **_SHARED,
            "component": f"'{component}'",
            "key_state": _KEY_STATE,
            "type": type_sql,
            "item": item,
            "amount": amount,
        },
    )


SHOPIFY_PAYMENTS = Format(
    id="shopify.payments",
    about=About(
        title=gettext_noop("Shopify Payments transactions"),
        where=gettext_noop("Shopify admin → Finance → Payouts → Transactions → Export, as CSV"),
        verified="documentation",
        note=gettext_noop("Each transaction is paid with its payout; the payouts' sums are compared with the bank."),
    ),
    needs=(
        ("Transaction Date",),
        ("Type",),
        ("Order",),
        ("Payout Date",),
        ("Amount",),
        ("Fee",),
        ("Net",),
    ),
    file_name="payment_transactions",
    columns=(
        Moment("happened", ("Transaction Date",), filled=True, tz=OFFSET),
        Text("kind", ("Type",), filled=True),
        Identifier("order_no", ("Order",)),
        Text("payout_state", ("Payout Status",)),
        Day("paid_out", ("Payout Date",), formats=ISO_DATES),
        Identifier("payout_id", ("Payout ID",)),
        Amount("amount", ("Amount",), filled=True),
        Amount("fee", ("Fee",)),
        Amount("net", ("Net",), filled=True),
        Amount("vat", ("VAT",)),
        Identifier("checkout", ("Checkout",)),
        Text("money", ("Currency",), filled=True),
    ),
    values=(
        Expression("wording", "lower(kind)", "text"),
        Classified("type", "wording", "shopify_items"),
        Expression("batch", "coalesce(payout_id, strftime(paid_out_date, '%Y-%m-%d'))", "text"),
        Expression(
            "flow_no",
            "concat_ws('|', coalesce(checkout, order_no), wording, strftime(happened, '%Y%m%dT%H%M%SZ'), amount)",
            "text",
        ),
        # VAT stands beside the fee only where the net says so.
        Expression("rest", "net - (amount - coalesce(fee, 0))", "money"),
        Expression("is_vat", "coalesce(rest <> 0 AND rest = -abs(vat), FALSE)", "bool"),
        Expression("fee_out", "-coalesce(fee, 0)", "money"),
        Expression("net_out", "-net", "money"),
    ),
    flags=(
        Flag("key_damaged", "order_no_damaged", "Order"),
        Flag("row.sum", "rest <> 0 AND NOT is_vat", "Net"),
    ),
    emits=(
        _line("amount", "type", "amount", "wording"),
        _line("fee", "'payment_fee'", "fee_out", "'Fee'"),
        _line("rest", "CASE WHEN is_vat THEN 'tax' ELSE 'unclassified' END", "rest", "'VAT'"),
        Emit(
            kind="settlement_line",
            moment="paid_out",
            where="net <> 0 AND type <> 'payout' AND lower(payout_state) IN ('paid', 'in_transit', 'in transit') "
            "AND paid_out_date IS NOT NULL",
            fields={
                "flow_no": "flow_no",
                "component": "'payout'",
                "key_state": "'none'",
                "type": "'payout'",
                "item": "'Net'",
                "amount": "net_out",
                "batch": "batch",
                "source_rank": "29",
            },
        ),
    ),
    totals=(
        Total(
            "Net",
            "sum(net)",
            "sum(amount) - sum(coalesce(fee, 0)) + coalesce(sum(rest) FILTER (is_vat), 0)",
            in_rows=True,
        ),
    ),
    currency_value="upper(money)",
    rank=30,
)

_PARTS = (
    ("charges", "Charges"),
    ("refunds", "Refunds"),
    ("adjustments", "Adjustments"),
    ("sales_tax", "Marketplace Sales Tax"),
    ("advances", "Advances"),
    ("reserved", "Reserved Funds"),
    ("fees", "Fees"),
    ("retried", "Retried Amount"),
)
_SUM = " + ".join(f"coalesce({name}, 0)" for name, _ in _PARTS)

SHOPIFY_PAYOUTS = Format(
    id="shopify.payouts",
    about=About(
        title=gettext_noop("Shopify Payments payouts"),
        where=gettext_noop("Shopify admin → Finance → Payouts → Export, as CSV"),
        verified="documentation",
    ),
    needs=(("Payout Date",), ("Status",), ("Charges",), ("Refunds",), ("Fees",), ("Total",)),
    file_name="payouts",
    columns=(
        Day("paid_out", ("Payout Date",), filled=True),
        Text("state", ("Status",)),
        *(Amount(name, (header,)) for name, header in _PARTS),
        Amount("total", ("Total",), filled=True),
        Text("money", ("Currency",), filled=True),
        Identifier("payout_id", ("Payout ID",)),
        Text("reference", ("Bank Reference",), scrub=True),
    ),
    values=(
        Expression("batch", "coalesce(payout_id, strftime(paid_out_date, '%Y-%m-%d'))", "text"),
        Expression("parts", _SUM, "money"),
        Expression("total_out", "-total", "money"),
    ),
    flags=(Flag("row.sum", "parts <> total", "Total"),),
    ignored="lower(state) IN ('scheduled', 'pending', 'failed', 'canceled', 'cancelled')",
    emits=(
        Emit(
            kind="settlement_line",
            moment="paid_out",
            fields={
                "flow_no": "batch",
                "component": "'payout'",
                "key_state": "'none'",
                "type": "'payout'",
                "item": "'Total'",
                "amount": "total_out",
                "batch": "batch",
                "text": "reference",
            },
        ),
    ),
    totals=(Total("Total", "sum(total)", "sum(parts)", in_rows=True),),
    currency_value="upper(money)",
    rank=31,
)
