"""A record as its documents tell it, for correcting a field, and the form for entering a missing one."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huikuan.pipeline.runs import facts
from huikuan.pipeline.runs.published import Manifest
from huikuan.records.decisions import Decisions
from huikuan.records.kind import record_key_parts
from huikuan.records.kinds import KINDS
from huikuan.server.books.models import Book
from huikuan.server.core import numbers, statuses
from huikuan.server.documents.library import library_book
from huikuan.server.workbench import services

FIXED = ("record_key", "document_id", "source_sheet", "source_row")
HIDDEN = ("_hash", "_rank", "_mask")
# What a person is asked for when entering a record by hand; the rest stays blank.
ASKED: dict[str, tuple[str, ...]] = {
    "order_line": (
        "shop",
        "order_no",
        "line_no",
        "business_date",
        "status",
        "title",
        "qty",
        "paid",
        "platform_borne",
        "refunded",
    ),
    "settlement_line": ("account", "flow_no", "shop", "order_no", "type", "item", "amount", "business_date"),
    "wallet_line": ("account", "flow_no", "business_date", "amount", "balance", "item", "order_no", "payout_id"),
    "bank_line": ("account", "ref", "business_date", "amount", "balance", "counterparty", "text"),
    "erp_order": ("shop", "erp_order_no", "line_no", "business_date", "order_no", "sku", "title", "qty", "amount"),
}
# What is entered by hand on a side of a reconciliation.
SIDES = {
    "order-settlement": ("order_line", "settlement_line"),
    "settlement-wallet": ("settlement_line", "wallet_line"),
    "payout-bank": ("wallet_line", "bank_line"),
    "order-erp": ("order_line", "erp_order"),
}
ENTERED = tuple(ASKED)
NEEDED = {
    "order_line": ("shop", "order_no", "business_date", "paid"),
    "settlement_line": ("account", "flow_no", "type", "amount", "business_date"),
    "wallet_line": ("account", "flow_no", "business_date", "amount"),
    "bank_line": ("account", "ref", "business_date", "amount"),
    "erp_order": ("shop", "erp_order_no", "business_date", "amount"),
}


def entered_kind(name: str, side: str, manifest: Manifest | None = None) -> str:
    """The kind of record that is missing where a side of a reconciliation lacks one; blank where none is entered."""
    own = manifest.user_reconciliation(name) if manifest else None
    if own is not None:
        kind = own.side(side).kind
        return kind if kind in ENTERED else ""
    return SIDES.get(name, ("bank_line", "bank_line"))[side == "right"]


@dataclass(frozen=True)
class ToldField:
    """A field that can be corrected: its value as documents tell it, and as it counts now."""

    name: str
    type: str
    label: Any
    told: str
    now: str


@dataclass(frozen=True)
class Told:
    """A record: `fields` can be corrected."""

    kind: str
    key: str
    document_id: str
    source_row: int | None
    fields: tuple[ToldField, ...]


def record_of(book: Book, record_key: str) -> Told | None:
    """A record with corrections beside what was told; None if there is none."""
    kind_name = record_key_parts(record_key)[0]
    if kind_name not in KINDS:
        return None
    decisions: Decisions = services.decisions_of(book)
    row = facts.told_record(library_book(book), record_key, decisions)
    if row is None:
        return None
    kind = KINDS[kind_name]
    corrected = {c.field: c.after for c in decisions.corrections if c.record_key == record_key}
    fields = tuple(
        ToldField(
            f.name,
            f.type,
            statuses.word_of("field", f.name),
            shown(row[f.name]),
            corrected.get(f.name, shown(row[f.name])),
        )
        for f in kind.all_fields
        if f.name not in (*FIXED, *kind.key, "seq") and not f.name.endswith(HIDDEN)
    )
    return Told(kind_name, record_key, row["document_id"] or "", row["source_row"], fields)


def shown(value: Any) -> str:
    """A field's value as it is typed: money with two decimals at least, days and times in ISO form."""
    if isinstance(value, Decimal):
        return numbers.money_exact(value).replace(",", "").replace(numbers.MINUS, "-")
    return facts.as_text(value)


def typed(told: Told, field: str, value: str) -> str:
    """What a person typed, as plain text of the field's type: full-width digits, separators and minus signs."""
    found = next((each for each in told.fields if each.name == field), None)
    return plain_text(found.type if found else "text", value)


def plain_text(field_type: str, value: str) -> str:
    """See `typed`."""
    if field_type not in ("money", "rate", "quantity", "int", "date", "time"):
        return value.strip()
    text = unicodedata.normalize("NFKC", value).strip().replace(numbers.MINUS, "-")
    return text.replace(",", "") if field_type in ("money", "rate", "quantity", "int") else text


class RecordForm(forms.Form):
    """The fields of a kind that a person enters, and the reason."""

    def __init__(self, book: Book, kind: str, data: Any = None) -> None:
        super().__init__(data)
        self.kind = KINDS[kind]
        types = {f.name: f.type for f in self.kind.all_fields}
        self.types = {
            name: types[name] for name in ASKED.get(kind, tuple(f.name for f in self.kind.fields)) if name in types
        }
        for name, field_type in self.types.items():
            self.fields[name] = self._field(book, name, field_type)
        self.fields["reason"] = forms.CharField(
            label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
        )

    def _field(self, book: Book, name: str, field_type: str) -> forms.Field:
        label, required = statuses.word_of("field", name), name in NEEDED.get(self.kind.name, self.kind.key)
        if name == "type":
            choices = [(code, word) for code, word in statuses.SETTLEMENT_TYPE.items()]
            return forms.ChoiceField(label=label, choices=choices)
        if name in ("shop", "account"):
            known = (
                book.shops.all()
                if name == "shop"
                else book.accounts.filter(kind="bank" if self.kind.name == "bank_line" else "wallet")
            )  # type: ignore[attr-defined]
            choices = [(each.name, each.name) for each in known]
            if not choices:
                return forms.CharField(label=label, max_length=100, required=required)
            blank = [] if required else [("", "–")]
            return forms.ChoiceField(label=label, choices=blank + choices, required=required)
        if field_type == "date":
            return forms.DateField(label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}))
        attrs = {"class": "money", "inputmode": "decimal"} if field_type == "money" else {}
        return forms.CharField(label=label, required=required, max_length=200, widget=forms.TextInput(attrs=attrs))

    def clean(self) -> dict[str, Any]:
        """Check that each value is one of its field's type."""
        given: dict[str, Any] = super().clean() or {}
        for name, field_type in self.types.items():
            if name in given and not facts.readable(field_type, self._text(name)):
                self.add_error(
                    name, _("This is no amount or number.") if field_type != "text" else _("This cannot be read.")
                )
        return given

    def _text(self, name: str) -> str:
        value = self.cleaned_data.get(name)
        if isinstance(value, date | datetime):
            return value.isoformat()
        return plain_text(self.types[name], str(value or ""))

    def values(self) -> dict[str, str]:
        """The values as plain text, blanks left out."""
        return {name: text for name in self.types if (text := self._text(name))}
