"""The registry of subjects. Who adds a table of facts adds its Subject here."""

from __future__ import annotations

from huikuan.insight.semantic.fee_audit import FEE_AUDIT
from huikuan.insight.semantic.followup import FOLLOWUP
from huikuan.insight.semantic.matches import MATCHES, OPEN_ITEMS
from huikuan.insight.semantic.model import Subject
from huikuan.insight.semantic.movements import ARRIVALS, PAYOUTS, SETTLEMENT, WALLET
from huikuan.insight.semantic.sales import ORDER_LINES, ORDERS
from huikuan.records.errors import UserError

SUBJECTS: dict[str, Subject] = {
    subject.name: subject
    for subject in (
        ORDERS,
        ORDER_LINES,
        SETTLEMENT,
        FEE_AUDIT,
        WALLET,
        PAYOUTS,
        ARRIVALS,
        MATCHES,
        OPEN_ITEMS,
        FOLLOWUP,
    )
}


def subject_of(name: str) -> Subject:
    """A subject by name. UserError for an unknown one."""
    if name not in SUBJECTS:
        raise UserError("semantic.unknown", name=name[:60], known=", ".join(SUBJECTS))
    return SUBJECTS[name]
