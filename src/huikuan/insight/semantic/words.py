"""What the values of dimensions are called, in the active language."""

from __future__ import annotations

from huikuan.insight.collection.measures import status_title
from huikuan.insight.recon_words import NAMES
from huikuan.insight.reports.wallet_parts import DIRECTIONS, MOVEMENT_WORDS
from huikuan.insight.semantic.model import Dimension
from huikuan.insight.semantic.query import OTHERS
from huikuan.insight.words import TYPES, percent, word_of
from huikuan.records.codes import LINK_STATUSES
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

AGE_TITLES = {
    "0": _("Not overdue"), "1": _("1–3 days"), "2": _("4–7 days"), "3": _("8–15 days"), "4": _("16–30 days"),
    "5": _("31–60 days"), "6": _("Over 60 days"),
}  # fmt: skip
ORDER_TITLES = {
    "unpaid": _("Unpaid"), "paid": _("Paid"), "shipped": _("Shipped"), "received": _("Received"),
    "closed": _("Order closed"), "refunded": _("Refunded"), "cancelled": _("Cancelled"),
}  # fmt: skip
PARTS = {"gross": _("Before fees"), "fee": _("Fees"), "movement": _("Other movements")}
WHAT = {"record": _("Record"), "left_over": _("Left over"), "finding": _("Finding")}
TASK_STATES = {"open": _("To chase"), "promised": _("Promised"), "done": _("Done"), "given_up": _("Given up")}
LATENESS = {
    "late": _("Day has passed"), "to_come": _("Day to come"), "unset": _("No day set"), "ended": _("Ended"),
}  # fmt: skip
MISSING = {
    "late": _("Nothing came"), "short": _("Too little came"), "overcharged": _("Fee too high"),
    "disputed": _("Disputed"),
}  # fmt: skip
TABLES = {
    "age": AGE_TITLES, "order": ORDER_TITLES, "part_of": PARTS, "what": WHAT, "reconciliation": NAMES,
    "direction": DIRECTIONS, "wallet_type": TYPES | MOVEMENT_WORDS,
    "task": TASK_STATES, "lateness": LATENESS, "missing": MISSING,
}  # fmt: skip
BLANK = _("(blank)")
OTHER_ROWS = _("All others")


def word(group: str, code: str) -> str:
    """A code of one of the groups that dimensions name; a code that has no word is shown as itself."""
    if group in TABLES:
        return translated(TABLES[group][code]) if code in TABLES[group] else code
    if group == "rate":
        return percent(code)
    if group == "collection":
        return status_title(code)
    if group == "state":
        return word_of("link" if code in LINK_STATUSES else "class", code)
    return word_of(group, code) if group else code


def label(dimension: Dimension, value: str) -> str:
    """A value of a dimension as people read it."""
    if value == OTHERS:
        return translated(OTHER_ROWS)
    if not value:
        return translated(dimension.blank or BLANK)
    return word(dimension.words, value)
