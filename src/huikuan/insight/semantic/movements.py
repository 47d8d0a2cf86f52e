"""Subjects of money that moved: settlement, payouts, receipts, wallet lines."""

from __future__ import annotations

from dataclasses import replace

from huikuan.insight.semantic.dimensions import (
    ACCOUNT,
    AMOUNT,
    CAUSE,
    DAY,
    FEE_TYPE,
    ITEM,
    ORDER,
    ORDER_NO,
    OWN_PLATFORM,
    OWN_SHOP,
    PLATFORM,
    SHOP,
    SKU,
    STATE,
    shown,
    time_dimensions,
)
from huikuan.insight.semantic.model import Dimension, Measure, Subject
from huikuan.records.codes import FEE_TYPES, GROSS_TYPES
from huikuan.records.messages import gettext_noop as _

GROSS = f"type IN {GROSS_TYPES}"
FEE = f"type IN {FEE_TYPES}"
MOVE = f"type IN {('payout', 'transfer', 'deposit')}"

FEES = Measure(
    "fees", _("Platform fees"), _("Fees charged, less those given back."), f"CASE WHEN {FEE} THEN -amount ELSE 0 END"
)
WALLET_TYPE = Dimension(
    "type", _("Type"), _("What its settlement lines or its bill say it is."), "type", words="wallet_type"
)


def side_total(name: str, side: str) -> str:
    """The query of what a reconciliation's statement says a side adds up to, by currency."""
    return f"SELECT currency, total AS amount FROM {{statements}} WHERE name = '{name}' AND side = '{side}'"


SETTLEMENT = Subject(
    "settlement",
    _("Settlement and fees"),
    _("What the platforms settled, by component: sales, refunds, each kind of fee."),
    _("One component of a settlement flow; components that two files tell are counted once."),
    ("account", "flow_no", "component", "n"),
    f"SELECT *, CASE WHEN {GROSS} THEN 'gross' WHEN {FEE} THEN 'fee' ELSE 'movement' END AS part "
    "FROM {settlement} WHERE NOT corroborating",
    (
        FEES,
        Measure(
            "fee_rate",
            _("Fee rate"),
            _("Platform fees of what was settled before fees, less refunds."),
            how="ratio",
            type="rate",
            ratio=("fees", "gross"),
            against=("type", "part", "item"),
        ),
        Measure(
            "amount",
            _("Settled"),
            _("Sales and the like less refunds and fees; positive is to the shop."),
            f"CASE WHEN {MOVE} THEN 0 ELSE amount END",
        ),
        Measure(
            "moved",
            _("Moved in the bill"),
            _("Payouts, transfers and deposits that stand in the bill; positive is to the shop."),
            f"CASE WHEN {MOVE} THEN amount ELSE 0 END",
        ),
        Measure(
            "gross",
            _("Settled before fees"),
            _("Sales, subsidies and freight, less refunds."),
            f"CASE WHEN {GROSS} THEN amount ELSE 0 END",
        ),
        Measure(
            "sales",
            _("Sales settled"),
            _("Components of sales alone."),
            "CASE WHEN type = 'sale' THEN amount ELSE 0 END",
        ),
        Measure(
            "refunds",
            _("Refunds settled"),
            _("Taken back for refunds, positive."),
            "CASE WHEN type = 'refund' THEN -amount ELSE 0 END",
        ),
        Measure("components", _("Components"), _("Number of settlement components."), how="count", type="count"),
        Measure(
            "orders",
            _("Orders"),
            _("Number of different orders; an order is counted once in each line it occurs in."),
            "CASE WHEN order_no <> '' THEN (shop, order_no) END",
            how="distinct",
            type="count",
            apart=("type", "part", "item", "account", "sku", "year", "quarter", "month", "week", "day"),
        ),
    ),
    (
        *time_dimensions(),
        PLATFORM,
        SHOP,
        ACCOUNT,
        FEE_TYPE,
        Dimension(
            "part", _("Part of the bill"), _("Sales before fees, fees, or other movements."), "part", words="part_of"
        ),
        ITEM,
        SKU,
        ORDER_NO,
    ),
    (
        ORDER,
        shown(SHOP),
        DAY,
        shown(FEE_TYPE),
        shown(ITEM),
        AMOUNT,
    ),
    ("settlement",),
    controls=(("amount", side_total("order-settlement", "right")),),
    control_of=_("the reconciliation of orders and settlement"),
    named=(("shop", "settlement", "settlement_of_shops"),),
)

PAYOUTS = Subject(
    "payouts",
    _("Payouts"),
    _("What the platforms say they paid out, and how much of it is in the bank."),
    _("One payout, or the part of one that is in one match."),
    ("record_key", "group_id"),
    "SELECT * FROM {payouts} WHERE side = 'left'",
    (
        Measure("amount", _("Paid out"), _("Payouts, returned ones negative."), "amount"),
        Measure(
            "arrived",
            _("Arrived"),
            _("Payouts matched with a bank line, a difference included."),
            "CASE WHEN matched THEN amount ELSE 0 END",
        ),
        Measure(
            "not_arrived",
            _("Not arrived"),
            _("Payouts without a bank line."),
            "CASE WHEN matched THEN 0 ELSE amount END",
        ),
        Measure(
            "payouts",
            _("Payouts"),
            _("Number of payouts."),
            "record_key",
            how="distinct",
            type="count",
            apart=("class", "state"),
        ),
        Measure(
            "arrival_rate",
            _("Arrival rate"),
            _("Arrived of paid out."),
            how="ratio",
            type="rate",
            ratio=("arrived", "amount"),
        ),
        Measure(
            "days_to_arrive",
            _("Days to arrive, median"),
            _("Days from the payout to the bank's day: half of those arrived took no longer."),
            "CASE WHEN matched THEN other_day - business_date END",
            how="median",
            type="count",
        ),
    ),
    (
        *time_dimensions(),
        OWN_PLATFORM,
        OWN_SHOP,
        ACCOUNT,
        STATE,
    ),
    (
        DAY,
        shown(ACCOUNT),
        shown(STATE),
        AMOUNT,
    ),
    ("payouts",),
    controls=(("amount", side_total("payout-bank", "left")),),
    control_of=_("the reconciliation of payouts"),
)

ARRIVALS = Subject(
    "arrivals",
    _("Bank movements"),
    _("What the bank accounts received and paid, and what of it is a platform's payout."),
    _("One bank line, or the part of one that is in one match."),
    ("record_key", "group_id"),
    "SELECT * FROM {payouts} WHERE side = 'right'",
    (
        Measure("amount", _("Bank movement"), _("Receipts less payments."), "amount"),
        Measure(
            "from_payouts", _("From payouts"), _("Matched with a payout."), "CASE WHEN matched THEN amount ELSE 0 END"
        ),
        Measure("received", _("Received"), _("Receipts alone."), "greatest(amount, 0)"),
        Measure("paid", _("Payments"), _("Payments alone, positive."), "greatest(-amount, 0)"),
        Measure(
            "lines",
            _("Bank lines"),
            _("Number of bank lines."),
            "record_key",
            how="distinct",
            type="count",
            apart=("class", "state"),
        ),
    ),
    (
        *time_dimensions(),
        ACCOUNT,
        STATE,
    ),
    (
        DAY,
        shown(ACCOUNT),
        shown(STATE),
        AMOUNT,
    ),
    ("payouts",),
    controls=(("amount", side_total("payout-bank", "right")),),
    control_of=_("the reconciliation of payouts"),
)

WALLET = Subject(
    "wallet",
    _("Wallet lines"),
    _("What came into the platform accounts and went out of them, by type of movement."),
    _("One wallet line, or the part of it that is of one type where its settlement lines tell several."),
    ("record_key", "type"),
    "SELECT * FROM {wallet}",
    (
        Measure("amount", _("Wallet movement"), _("In less out."), "amount"),
        Measure("received", _("In"), _("What came in."), "greatest(amount, 0)"),
        Measure("paid", _("Out"), _("What went out, positive."), "greatest(-amount, 0)"),
        FEES,
        Measure(
            "paid_out",
            _("Paid out"),
            _("Payouts to the bank, less those that came back."),
            "CASE WHEN type IN ('payout', 'payout_returned') THEN -amount ELSE 0 END",
        ),
        Measure(
            "transfers",
            _("Transfers"),
            _("Transfers, top-ups and deposits; positive is into the wallet."),
            "CASE WHEN type IN ('transfer', 'topup', 'deposit') THEN amount ELSE 0 END",
        ),
        Measure(
            "compared",
            _("Held against settlement"),
            _("What the reconciliation of settlement and wallet compares: no payouts, transfers or deposits."),
            "CASE WHEN state <> '' THEN amount ELSE 0 END",
        ),
        Measure(
            "parts", _("Parts of lines"), _("Number of wallet lines and parts of them."), how="count", type="count"
        ),
        Measure(
            "lines",
            _("Wallet lines"),
            _("Number of wallet lines; one of several types is counted once for each."),
            "record_key",
            how="distinct",
            type="count",
            apart=("type", "direction"),
        ),
    ),
    (
        *time_dimensions(),
        OWN_PLATFORM,
        OWN_SHOP,
        ACCOUNT,
        WALLET_TYPE,
        Dimension("direction", _("Direction"), _("In or out."), "direction", words="direction"),
        replace(STATE, blank=_("Not compared")),
        replace(CAUSE, blank=_("Not open")),
        ITEM,
        ORDER_NO,
    ),
    (ORDER, DAY, shown(ACCOUNT), shown(WALLET_TYPE), shown(ITEM), AMOUNT),
    ("wallet",),
    controls=(("compared", side_total("settlement-wallet", "right")),),
    control_of=_("the reconciliation of settlement and wallet"),
)
