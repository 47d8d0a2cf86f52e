"""The lists that can be taken away row by row: orders' collection, open items, links. Columns with their titles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from huikuan.insight.collection.measures import DIMENSIONS, MEASURES, status_title
from huikuan.insight.reports.tables import Column, ColumnType
from huikuan.insight.words import changed_value, word_of
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated


@dataclass(frozen=True)
class Detail:
    """A list. `columns`: (key, msgid of the title, type, added up); `words`: how codes of a column are said;
    `printed`: the columns that a printed page has room for (none: all); `masked`: texts shown only in part."""

    name: str
    title: str
    columns: tuple[tuple[str, str, ColumnType, bool], ...]
    words: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    printed: tuple[str, ...] = ()
    masked: frozenset[str] = frozenset()

    def shown(self) -> tuple[Column, ...]:
        """The columns in the active language."""
        return tuple(Column(key, translated(title), kind, total) for key, title, kind, total in self.columns)


def _measure(name: str) -> tuple[str, str, ColumnType, bool]:
    return (name, MEASURES[name].title, "money", True)


COLLECTION = Detail(
    "collection",
    _("Collection by order"),
    (
        ("order_no", _("Order number"), "text", False),
        ("shop", DIMENSIONS["shop"].title, "text", False),
        ("currency", DIMENSIONS["currency"].title, "text", False),
        ("status", DIMENSIONS["status"].title, "text", False),
        ("business_date", _("Date"), "date", False),
        *(
            _measure(name)
            for name in ("paid", "platform_borne", "refunded", "fees", "receivable", "settled", "collected")
        ),
        *(_measure(name) for name in ("in_transit", "not_due", "overdue", "disputed", "written_off")),
        ("expected_date", _("Expected on"), "date", False),
        ("due_date", _("Due on"), "date", False),
        ("overdue_days", _("Days overdue"), "count", False),
        ("collected_on", _("Collected on"), "date", False),
    ),
    {"status": status_title},
    (
        "order_no", "shop", "status", "business_date", "receivable", "collected", "in_transit", "not_due", "overdue",
        "due_date",
    ),
)  # fmt: skip
OPEN_ITEMS = Detail(
    "open",
    _("Open items"),
    (
        ("order_no", _("Order number"), "text", False),
        ("side", _("Side"), "text", False),
        ("class", _("Kind"), "text", False),
        ("cause", _("Cause"), "text", False),
        ("date", _("Date"), "date", False),
        ("currency", DIMENSIONS["currency"].title, "text", False),
        ("amount", _("Amount"), "money", True),
        ("due_date", _("Due on"), "date", False),
        ("age_days", _("Days"), "count", False),
        ("corrected", _("Corrected by hand"), "text", False),
        ("record_key", _("Record"), "text", False),
        ("document", _("Document"), "text", False),
        ("source_row", _("Row"), "count", False),
    ),
    {"side": partial(word_of, "side"), "class": partial(word_of, "class"), "cause": partial(word_of, "cause")},
    ("order_no", "side", "class", "cause", "date", "currency", "amount", "due_date", "age_days"),
)
LINKS = Detail(
    "links",
    _("Matches"),
    (
        ("group_id", _("Match"), "text", False),
        ("side", _("Side"), "text", False),
        ("order_no", _("Order number"), "text", False),
        ("date", _("Date"), "date", False),
        ("currency", DIMENSIONS["currency"].title, "text", False),
        ("amount", _("Amount"), "money", False),
        ("allocated", _("Allocated"), "money", False),
        ("pass", _("Matched by"), "text", False),
        ("status", _("Status"), "text", False),
        ("class", _("Kind"), "text", False),
        ("residual", _("Difference"), "money", False),
        ("reason", _("Reason"), "text", False),
        ("corrected", _("Corrected by hand"), "text", False),
        ("record_key", _("Record"), "text", False),
        ("document", _("Document"), "text", False),
        ("source_row", _("Row"), "count", False),
    ),
    {
        "side": partial(word_of, "side"),
        "class": partial(word_of, "class"),
        "pass": partial(word_of, "pass"),
        "status": partial(word_of, "link"),
    },
    ("group_id", "side", "order_no", "date", "currency", "amount", "pass", "status", "class", "residual"),
)
CHANGES = Detail(
    "changes",
    _("What would change"),
    (
        ("reconciliation", _("Reconciliation"), "text", False),
        ("part", _("List"), "text", False),
        ("change", _("Change"), "text", False),
        ("side", _("Side"), "text", False),
        ("order_no", _("Order number"), "text", False),
        ("record_key", _("Record"), "text", False),
        ("group_id", _("Match"), "text", False),
        ("date", _("Date"), "date", False),
        ("currency", DIMENSIONS["currency"].title, "text", False),
        ("amount", _("Amount"), "money", False),
        ("field", _("Field"), "text", False),
        ("before", _("Now"), "text", False),
        ("after", _("Then"), "text", False),
    ),
    {
        "part": partial(word_of, "part"),
        "change": partial(word_of, "change"),
        "side": partial(word_of, "side"),
        "field": partial(word_of, "changed_field"),
        "before": changed_value,
        "after": changed_value,
    },
)
DETAILS: dict[str, Detail] = {detail.name: detail for detail in (COLLECTION, OPEN_ITEMS, LINKS, CHANGES)}
