"""The registry of subjects. Who adds a table of facts adds its Subject here."""

from __future__ import annotations

from huikuan.insight.semantic.model import Subject
from huikuan.insight.semantic.movements import ARRIVALS, OPEN_ITEMS, PAYOUTS, SETTLEMENT
from huikuan.insight.semantic.sales import ORDER_LINES, ORDERS
from huikuan.records.errors import UserError

SUBJECTS: dict[str, Subject] = {
    subject.name: subject for subject in (ORDERS, ORDER_LINES, SETTLEMENT, PAYOUTS, ARRIVALS, OPEN_ITEMS)
}


def subject_of(name: str) -> Subject:
    """A subject by name. UserError for an unknown one."""
    if name not in SUBJECTS:
        raise UserError("semantic.unknown", name=name[:60], known=", ".join(SUBJECTS))
    return SUBJECTS[name]
