"""Subjects of money that moved or should have: settlement, payouts, receipts, open items."""

from __future__ import annotations

from huikuan.insight.semantic.dimensions import ACCOUNT, CLASS, ORDER_NO, PLATFORM, SHOP, time_dimensions
from huikuan.insight.semantic.model import Dimension, Measure, RecordColumn, Subject
from huikuan.records.codes import FEE_TYPES, GROSS_TYPES
from huikuan.records.messages import gettext_noop as _

GROSS = f"type IN {GROSS_TYPES}"
FEE = f"type IN {FEE_TYPES}"
MOVE = f"type IN {('payout', 'transfer', 'deposit')}"
DAY = RecordColumn("day", _("Day"), "business_date", "date")
AMOUNT = RecordColumn("amount", _("Amount"), "amount", "money")
KIND = RecordColumn("class", _("Kind"), "class", words="class")

SETTLEMENT = Subject(
    "settlement",
    _("Settlement and fees"),
    _("What the platforms settled, by component: sales, refunds, each kind of fee."),
    _("One component of a settlement flow; components that two files tell are counted once."),
    ("account", "flow_no", "component", "n"),
    f"SELECT *, CASE WHEN {GROSS} THEN 'gross' WHEN {FEE} THEN 'fee' ELSE 'movement' END AS part "
    "FROM {settlement} WHERE NOT corroborating",
    (
        Measure(
            "fees",
            _("Platform fees"),
            _("Fees charged, less those given back."),
            f"CASE WHEN {FEE} THEN -amount ELSE 0 END",
        ),
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
        Dimension(
            "type", _("Fee type"), _("What the component is: sale, refund, commission ..."), "type", words="type"
        ),
        Dimension(
            "part", _("Part of the bill"), _("Sales before fees, fees, or other movements."), "part", words="part_of"
        ),
        Dimension("item", _("Bill item"), _("The platform's own wording."), "item", many=True),
        Dimension("sku", _("Item code"), _("The item, where the bill tells it."), "sku", many=True),
        ORDER_NO,
    ),
    (
        RecordColumn("order_no", _("Order"), "order_no"),
        RecordColumn("shop", _("Shop"), "shop"),
        DAY,
        RecordColumn("type", _("Fee type"), "type", words="type"),
        RecordColumn("item", _("Bill item"), "item"),
        AMOUNT,
    ),
    ("settlement",),
    control=("amount", "SELECT currency, total AS amount FROM {order_statement} WHERE side = 'right'"),
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
        ACCOUNT,
        Dimension("state", _("State"), _("Matched, or why it is open."), "state", words="state"),
    ),
    (
        DAY,
        RecordColumn("account", _("Account"), "account"),
        RecordColumn("state", _("State"), "state", words="state"),
        AMOUNT,
    ),
    ("payouts",),
    control=("amount", "SELECT currency, total AS amount FROM {payout_statement} WHERE side = 'left'"),
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
        Dimension("state", _("State"), _("Matched, or why it is open."), "state", words="state"),
    ),
    (
        DAY,
        RecordColumn("account", _("Account"), "account"),
        RecordColumn("state", _("State"), "state", words="state"),
        AMOUNT,
    ),
    ("payouts",),
    control=("amount", "SELECT currency, total AS amount FROM {payout_statement} WHERE side = 'right'"),
    control_of=_("the reconciliation of payouts"),
)

OPEN_ITEMS = Subject(
    "open_items",
    _("Open items"),
    _("What the reconciliations left open, with its kind and cause."),
    _("One open record, or what is left of a match or found about one."),
    ("reconciliation", "item_id"),
    "SELECT *, CASE WHEN record_key <> '' THEN 'record' WHEN side = 'left' THEN 'left_over' ELSE 'finding' END "
    "AS what, "
    "CASE WHEN needs_work THEN 'true' ELSE 'false' END AS work FROM {open_items}",
    (
        Measure("items", _("Open items"), _("Number of open items."), how="count", type="count"),
        Measure(
            "to_do", _("To do"), _("Number of open items that need a person."), "needs_work", how="count", type="count"
        ),
        Measure(
            "ours",
            _("Ours, missing there"),
            _("Open records of our side: what the other side does not have."),
            "CASE WHEN what = 'record' AND side = 'left' THEN amount ELSE 0 END",
        ),
        Measure(
            "theirs",
            _("Theirs, missing here"),
            _("Open records of the other side: what ours does not have."),
            "CASE WHEN what = 'record' AND side = 'right' THEN amount ELSE 0 END",
        ),
        Measure(
            "left_over",
            _("Left over"),
            _("What matches leave over: ours less theirs."),
            "CASE WHEN what = 'left_over' THEN amount ELSE 0 END",
        ),
        Measure(
            "findings",
            _("Findings"),
            _("Findings about matched records, such as fees that differ; signed as on the other side."),
            "CASE WHEN what = 'finding' THEN amount ELSE 0 END",
        ),
    ),
    (
        Dimension(
            "reconciliation",
            _("Reconciliation"),
            _("Which one left it open."),
            "reconciliation",
            words="reconciliation",
        ),
        CLASS,
        Dimension("cause", _("Cause"), _("Why it is open."), "cause", words="cause"),
        Dimension("side", _("Side"), _("Ours or theirs."), "side", words="side"),
        Dimension("what", _("What it is"), _("A record, what a match left over, or a finding."), "what", words="what"),
        Dimension("work", _("Needs a person"), _("Whether a person has to look at it."), "work", words="yes"),
        Dimension("scope", _("Shop or account"), _("Whose it is."), "scope"),
        *time_dimensions(),
        ORDER_NO,
    ),
    (
        RecordColumn("reconciliation", _("Reconciliation"), "reconciliation", words="reconciliation"),
        RecordColumn("order_no", _("Order"), "order_no"),
        RecordColumn("scope", _("Shop or account"), "scope"),
        DAY,
        KIND,
        RecordColumn("cause", _("Cause"), "cause", words="cause"),
        AMOUNT,
    ),
    ("open_items",),
)
