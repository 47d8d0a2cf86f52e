"""One open item as a row of the workbench: what stands in its cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from huikuan.insight.words import because
from huikuan.pipeline.results.results import Results, suggested_key
from huikuan.records.codes import UNKNOWN_CAUSE
from huikuan.records.kind import record_key_parts
from huikuan.server.core import numbers, statuses

LONG_ACCOUNT = 10


@dataclass(frozen=True)
class Row:
    """An open item. `key` is blank for what a match left over (`group_id` names the match then)."""

    item_id: str
    key: str
    group_id: str
    side: str
    main: str
    second: str
    scope: str
    order_no: str
    day: date | None
    due: date | None
    amount: Decimal
    currency: str
    code: str
    look: str
    status: str
    needs_work: bool
    document_id: str
    document: str
    source_row: int | None
    suggestion: str
    cause: str
    corrected: str  # the names of its corrected fields; blank where there are none
    raw: Mapping[str, Any]
    late: str = ""  # the closed period it came too late for, in words

    @property
    def scope_label(self) -> str:
        """The shop or account; of a long account number the last digits."""
        return short_account(self.scope)

    @property
    def data(self) -> SafeString:
        """What the page's script must know of it, as attributes of the table's row."""
        return format_html(
            'data-item="{}" data-key="{}" data-group="{}" data-amount="{}" data-currency="{}" data-date="{}" '
            'data-order="{}" data-label="{}"',
            self.item_id, self.key, self.group_id, self.amount, self.currency,
            self.day.isoformat() if self.day else "", self.order_no, self.short,
        )  # fmt: skip

    @property
    def nearest(self) -> str:
        """The record that is suggested first; blank where there is none."""
        return suggested_key(self.suggestion)

    @property
    def cause_known(self) -> bool:
        """Whether the files or a person bear a cause out."""
        return self.cause != UNKNOWN_CAUSE

    @property
    def cause_words(self) -> str:
        """What bears the cause out, as a sentence."""
        return because(self.raw.get("cause_evidence") or "")

    @property
    def corrected_words(self) -> str:
        """Its corrected fields, as people call them."""
        names = self.corrected.split(", ") if self.corrected else []
        return ", ".join(str(statuses.word_of("field", name)) for name in names)

    @property
    def subject(self) -> str:
        """What a note about it is filed under."""
        return f"record:{self.key}" if self.key else f"item:{self.item_id}"

    @property
    def short(self) -> str:
        """What it is called in a sentence or a list."""
        return self.main or self.second or self.key.partition(":")[2]


def short_account(name: str) -> str:
    """An account number as people say it: its last four digits."""
    return f"··{name[-4:]}" if name and name.isdigit() and len(name) >= LONG_ACCOUNT else name or ""


def row_of(name: str, row: Mapping[str, Any], found: Results) -> Row:
    """A row of results with `document`, `party`, `said` beside its columns."""
    main, second = _names(row)
    look, word = statuses.look_of(statuses.class_family(name), row["class"])
    return Row(
        item_id=row["item_id"],
        key=row["record_key"] or "",
        group_id=row["group_id"] or "",
        side=row["side"],
        main=main,
        second=second,
        scope=row["scope"] or "",
        order_no=row["order_no"] or "",
        day=row["date"],
        due=row["due_date"],
        amount=row["amount"],
        currency=row["currency"],
        code=row["class"],
        look=look,
        status=_status(str(word), look, row, found.manifest.as_of),
        needs_work=bool(row["needs_work"]),
        document_id=row["document_id"] or "",
        document=row["document"] or "",
        source_row=row["source_row"],
        suggestion=row["suggestion"] or "",
        cause=row.get("cause") or UNKNOWN_CAUSE,
        corrected=found.corrected.get(row["record_key"] or "", ""),
        raw=row,
    )


def _status(word: str, look: str, row: Mapping[str, Any], as_of: date) -> str:
    """The word of the class; what is past its due date says by how many days."""
    if look != "overdue" or not row["due_date"] or row["due_date"] >= as_of:
        return word
    days = (as_of - row["due_date"]).days
    return _("%(word)s %(days)sd") % {"word": word, "days": days}


def _names(row: Mapping[str, Any]) -> tuple[str, str]:
    """What an item is called, and what is said of it."""
    key, said = row["record_key"] or "", row.get("said") or ""
    if row["class"] == "total_mismatch" and not key:
        return row["document"] or "", ""
    if not key:
        return row["order_no"] or _("Left over in a match"), ""
    kind, parts = record_key_parts(key)
    if kind == "bank_line":
        number = numbers.reference(parts[-2])
        return row.get("party") or said or number or _("Bank line"), said if row.get("party") else ""
    if kind in ("account", "closing"):
        return (_("Opening + movements") if kind == "account" else _("Closing balance")), ""
    if kind == "payout":
        return parts[-1], said
    return row["order_no"] or (parts[1] if len(parts) > 1 else key), said
