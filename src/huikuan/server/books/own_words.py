"""What is wrong with a reconciliation of the book's own, in the words of its form."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from huikuan.records.messages import text_of
from huikuan.records.user_reconciliation_file import Fault
from huikuan.server.core.statuses import word_of


def fault_words(fault: Fault) -> str:
    """A fault as a sentence that names the field by its label."""
    params = dict(fault.params)
    if "pass" in params:
        params["pass"] = word_of("pass", params["pass"])
    return text_of(fault.code, {"where": label_of(fault.where), **params})


def label_of(where: str) -> str:
    """The label of a path (`left.key.1`, `passes.amount`, `tolerance`); a path that has none stays as it is."""
    first, *rest = where.split(".")
    if first in ("left", "right"):
        side = _("Left side") if first == "left" else _("Right side")
        return _("%(side)s, %(field)s") % {"side": side, "field": _of_side(rest)} if rest else side
    if first in ("passes", "called") and rest:
        return str(word_of("pass", rest[0])) if first == "passes" else _called().get(rest[0], where)
    return _single().get(first, where)


def _of_side(parts: list[str]) -> str:
    labels = {
        "kind": _("Kind of record"), "plus": _("Amount"), "minus": _("less"), "date": _("Date"),
        "scope": _("Only within the same"), "key": _("Key"), "texts": _("Text"), "where": _("Conditions"),
        "field": _("Field"), "test": _("Test"), "value": _("Value"),
    }  # fmt: skip
    return " ".join(labels.get(part, part) for part in parts)


def _called() -> dict[str, Any]:
    return {
        "waiting": _("Still waiting"), "overdue": _("Overdue on the left"),
        "unknown": _("Without counterpart on the right"), "short": _("Less on the right"),
        "over": _("More on the right"),
    }  # fmt: skip


def _single() -> dict[str, Any]:
    return {
        "title": _("What it is called"), "name": _("Short name"), "tolerance": _("Tolerance"),
        "window_days": _("Window in days"), "lead_days": _("Days the right side may come before"),
        "waiting_days": _("Days until it is overdue"), "grouping": _("Sums compared"), "passes": _("How they meet"),
        "no_work": _("No work"),
    }  # fmt: skip
