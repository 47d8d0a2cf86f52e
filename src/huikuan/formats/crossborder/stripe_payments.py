"""Stripe: payments, and the balance with its payouts.

Payments (unified payments export, full and reduced layout): checked against a real file. A refund is two columns of the
charge's row. Charges are in many currencies, the account settles in one: the converted amounts count where there are
any. Fees are positive; Taxes On Fee come on top of Fee in the files seen. Codes of currencies are lower case.

Balance (itemised balance change, itemised payout reconciliation): checked against a small real file. Every row is a
movement of the balance, gross − fee = net. `automatic_payout_id` is the payout a movement is paid with. It tells the
charges and fees again, mostly without the shop's order number: its settlement lines count less than those of payments.
The dashboard's list of all activity (id, Type, Source, Amount, Fee, Net) tells the same movements with the same ids;
its columns and kinds are known from third parties' code. So does its list of payouts, each with the id of its movement
of the balance (Balance Transaction), known from third parties' tests: amounts are positive where money leaves the
balance; what is pending, canceled or failed never reached a bank.
"""

from __future__ import annotations

from dataclasses import replace

from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.spec import (
    BOOK,
    About,
    Amount,
    Classified,
    Emit,
    Expression,
    Flag,
    Format,
    Identifier,
    Moment,
    Person,
    Reject,
    Text,
    Total,
)
from huikuan.records.messages import gettext_noop

_ORDER = (
    "order_id (metadata)", "Order ID (metadata)", "orderId (metadata)", "order_number (metadata)",
    "order_no (metadata)", "payment_metadata[order_id]", "payment_metadata[orderId]", "payment_metadata[order_number]",
)  # fmt: skip
_UNPAID = (
    "failed", "canceled", "cancelled", "blocked", "incomplete", "uncaptured", "pending", "processing", "expired",
    "requires_payment_method", "requires_action", "requires_confirmation", "requires_capture",
)  # fmt: skip
_KEY_STATE = key_state_sql(damaged="order_damaged")


def _payment(component: str, type_name: str, amount: str, item: str, moment: str = "created") -> Emit:
    return Emit(
        kind="settlement_line",
        moment=moment,
        where=f"{amount} <> 0",
        fields={
            "flow_no": "charge",
            "component": f"'{component}'",
            "order_no": "order_no",
            "key_state": _KEY_STATE,
            "type": f"'{type_name}'",
            "item": f"'{item}'",
            "amount": amount,
            "trade_no": "intent",
            "batch": "transfer",
            "text": "description",
        },
    )


STRIPE_PAYMENTS = Format(
    id="stripe.payments",
    about=About(
        title=gettext_noop("Stripe payments"),
        where=gettext_noop("dashboard.stripe.com → Payments → Export, as CSV"),
        verified="real file",
        note=gettext_noop(
            "The order number is taken from metadata, Client Reference ID or Invoice Number, in this order. A lost "
            "dispute is told where charge and settlement have one currency; else only the balance report tells it."
        ),
    ),
    needs=(
        ("id",),
        ("Created date (UTC)", "Created (UTC)"),
        ("Amount",),
        ("Amount Refunded", "Converted Amount Refunded"),
        ("Currency", "Converted Currency"),
    ),
    file_name="unified_payments|payments",
    columns=(
        Identifier("charge", ("id",), filled=True),
        Moment("created", ("Created date (UTC)", "Created (UTC)"), filled=True, tz="UTC"),
        Amount("amount", ("Amount",), decimal_comma="seen"),
        Amount("amount_back", ("Amount Refunded",), decimal_comma="seen"),
        Text("charged_in", ("Currency",)),
        Text("captured", ("Captured",)),
        Amount("converted", ("Converted Amount",), decimal_comma="seen"),
        Amount("converted_back", ("Converted Amount Refunded",), decimal_comma="seen"),
        Text("settled_in", ("Converted Currency",)),
        Text("description", ("Description",), scrub=True),
        Amount("fee", ("Fee",), decimal_comma="seen"),
        Amount("fee_tax", ("Taxes On Fee",), decimal_comma="seen"),
        Identifier("intent", ("PaymentIntent ID",)),
        Moment("refunded_at", ("Refunded date (UTC)",), tz="UTC"),
        Text("status", ("Status",)),
        Identifier("named_order", _ORDER),
        Identifier("reference", ("Client Reference ID",)),
        Identifier("invoice", ("Invoice Number",)),
        Amount("disputed", ("Disputed Amount",), decimal_comma="seen"),
        Text("dispute_state", ("Dispute Status",)),
        Identifier("transfer", ("Transfer",)),
    ),
    values=(
        Expression("money", "upper(coalesce(settled_in, charged_in))", "text"),
        Expression("in_one_currency", "coalesce(upper(coalesce(charged_in, settled_in)) = money, FALSE)", "bool"),
        Expression("sale", "CASE WHEN settled_in IS NULL THEN amount ELSE converted END", "money"),
        Expression("back", "-CASE WHEN settled_in IS NULL THEN amount_back ELSE converted_back END", "money"),
        Expression("refund_time", "CASE WHEN refunded_at_date IS NULL THEN created ELSE refunded_at END", "time"),
        Expression("refund_time_date", "coalesce(refunded_at_date, created_date)", "date"),
        Expression("fee_out", "-coalesce(fee, 0)", "money"),
        Expression("tax_out", "-coalesce(fee_tax, 0)", "money"),
        Expression(
            "lost",
            "CASE WHEN lower(dispute_state) = 'lost' AND in_one_currency THEN -coalesce(disputed, 0) ELSE 0 END",
            "money",
        ),
        Expression("order_no", "coalesce(named_order, reference, invoice)", "text"),
        Expression("order_damaged", "order_no IS NULL AND (named_order_damaged OR reference_damaged)", "bool"),
    ),
    flags=(Flag("key_damaged", "order_damaged", _ORDER[0]),),
    rejects=(
        Reject("cell.empty", "money IS NULL", "Currency"),
        Reject("cell.empty", "sale IS NULL", "Amount"),
    ),
    ignored=f"lower(status) IN ({', '.join(repr(word) for word in _UNPAID)}) OR lower(captured) = 'false'",
    emits=(
        _payment("sale", "sale", "sale", "Amount"),
        _payment("refund", "refund", "back", "Amount Refunded", "refund_time"),
        _payment("fee", "payment_fee", "fee_out", "Fee"),
        _payment("fee_tax", "tax", "tax_out", "Taxes On Fee"),
        _payment("dispute", "refund", "lost", "Disputed Amount"),
    ),
    currency_value="money",
    rank=30,
)

STRIPE_BALANCE = Format(
    id="stripe.balance",
    about=About(
        title=gettext_noop("Stripe balance (itemised)"),
        where=gettext_noop(
            "dashboard.stripe.com → Reports → Balance, or Payout reconciliation → Download, itemised, as CSV"
        ),
        verified="real file",
        note=gettext_noop("Times without UTC in their header are read in the book's time zone."),
    ),
    needs=(
        ("balance_transaction_id",),
        ("gross",),
        ("fee",),
        ("net",),
        ("reporting_category",),
    ),
    file_name="stripe|balance|payout",
    columns=(
        Identifier("flow_no", ("balance_transaction_id",), filled=True),
        Moment("created_utc", ("created_utc",), tz="UTC"),
        Moment("created_here", ("created",), tz=BOOK),
        Text("money", ("currency",), filled=True),
        Amount("gross", ("gross",), filled=True),
        Amount("fee", ("fee",)),
        Amount("net", ("net",), filled=True),
        Text("category", ("reporting_category",), filled=True),
        Text("description", ("description",), scrub=True),
        Identifier("payout", ("automatic_payout_id",)),
        Identifier("source", ("source_id",)),
        Identifier("intent", ("payment_intent_id",)),
        Identifier("charge", ("charge_id",)),
        Identifier("order_no", _ORDER),
        Person("buyer", ("customer_email",)),
    ),
    values=(
        Expression("created", "coalesce(created_utc, created_here)", "time"),
        Expression("created_date", "coalesce(created_utc_date, created_here_date)", "date"),
        Expression("wording", "lower(category)", "text"),
        Classified("type", "wording", "stripe_items"),
        Expression("fee_out", "-coalesce(fee, 0)", "money"),
        Expression(
            "key_state",
            key_state_sql(damaged="order_no_damaged", linked="type_linked"),
            "text",
        ),
    ),
    flags=(
        Flag("key_damaged", "order_no_damaged", _ORDER[0]),
        Flag("row.sum", "gross - coalesce(fee, 0) <> net", "net"),
    ),
    emits=(
        Emit(
            kind="wallet_line",
            moment="created",
            fields={
                "flow_no": "flow_no",
                "component": "''",
                "amount": "net",
                "movement": "type_movement",
                "item": "wording",
                "order_no": "order_no",
                "trade_no": "coalesce(charge, source, intent)",
                "payout_id": "CASE WHEN type_movement = 'payout' THEN coalesce(payout, source, flow_no) END",
                "counterparty_hash": "buyer_hash",
                "counterparty_mask": "buyer_mask",
                "text": "description",
            },
        ),
        *(
            Emit(
                kind="settlement_line",
                moment="created",
                where=f"type_movement IS NULL AND {amount} <> 0",
                fields={
                    "flow_no": "flow_no",
                    "component": f"'{component}'",
                    "order_no": "order_no",
                    "key_state": "key_state",
                    "type": type_sql,
                    "item": item,
                    "amount": amount,
                    "batch": "payout",
                    "trade_no": "coalesce(charge, source, intent)",
                    "text": "description",
                },
            )
            for component, type_sql, item, amount in (
                ("gross", "type", "wording", "gross"),
                ("fee", "'payment_fee'", "'fee'", "fee_out"),
            )
        ),
    ),
    totals=(Total("net", "sum(net)", "sum(gross) - sum(coalesce(fee, 0))", in_rows=True),),
    currency_value="upper(money)",
    rank=20,
)

STRIPE_HISTORY = replace(
    STRIPE_BALANCE,
    about=replace(
        STRIPE_BALANCE.about,
        where=gettext_noop("dashboard.stripe.com → Balances → All activity → Export, as CSV"),
        verified="documentation",
        note=gettext_noop("The movements as the dashboard lists them, each with the kind of its balance transaction."),
    ),
    needs=(("id",), ("Type",), ("Source",), ("Amount",), ("Fee",), ("Net",), ("Currency",), ("Available On (UTC)",)),
    file_name="balance|history|activity",
    columns=(
        Identifier("flow_no", ("id",), filled=True),
        Moment("created_utc", ("Created (UTC)", "Created date (UTC)"), filled=True, tz="UTC"),
        Moment("created_here", ("Created",), tz=BOOK),
        Text("money", ("Currency",), filled=True),
        Amount("gross", ("Amount",), filled=True, decimal_comma="seen"),
        Amount("fee", ("Fee",), decimal_comma="seen"),
        Amount("net", ("Net",), filled=True, decimal_comma="seen"),
        Text("category", ("Type",), filled=True),
        Text("description", ("Description",), scrub=True),
        Identifier("payout", ("Transfer",)),
        Identifier("source", ("Source",)),
        Identifier("intent", ("PaymentIntent ID",)),
        Identifier("charge", ("Charge ID",)),
        Identifier("order_no", _ORDER),
        Person("buyer", ("Customer Email",)),
    ),
)

STRIPE_PAYOUTS = Format(
    id="stripe.payouts",
    about=About(
        title=gettext_noop("Stripe payouts"),
        where=gettext_noop("dashboard.stripe.com → Balances → Payouts → Export, as CSV, with all columns"),
        verified="documentation",
        note=gettext_noop("The same movements as in the balance: imported both, they count once."),
    ),
    needs=(("id",), ("Amount",), ("Created (UTC)",), ("Arrival Date (UTC)",), ("Status",), ("Balance Transaction",)),
    file_name="payouts",
    columns=(
        Identifier("payout", ("id",), filled=True),
        Identifier("flow_no", ("Balance Transaction",), filled=True),
        Moment("created", ("Created (UTC)",), filled=True, tz="UTC"),
        Amount("amount", ("Amount",), filled=True, decimal_comma="seen"),
        Text("money", ("Currency",), filled=True),
        Text("state", ("Status",), filled=True),
        Text("description", ("Description", "Statement Descriptor"), scrub=True),
    ),
    values=(Expression("amount_out", "-amount", "money"),),
    ignored="lower(state) IN ('pending', 'canceled', 'cancelled', 'failed')",
    emits=(
        Emit(
            kind="wallet_line",
            moment="created",
            fields={
                "flow_no": "flow_no",
                "component": "''",
                "amount": "amount_out",
                "movement": "'payout'",
                "item": "'payout'",
                "trade_no": "payout",
                "payout_id": "payout",
                "text": "description",
            },
        ),
    ),
    currency_value="upper(money)",
    rank=20,
)
