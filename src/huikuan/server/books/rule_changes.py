"""The kinds of rules that have a form: how one is found, checked and saved, by a page or to try what it changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy

from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.server.audit.services import record
from huikuan.server.books.forms import (
    FeeRateForm,
    HolidayForm,
    ReconciliationForm,
    SettlementRuleForm,
    VoucherRuleForm,
    initial_of,
    values_of,
)
from huikuan.server.books.models import Book, FeeRate, Holiday, ReconciliationRule, SettlementRule, VoucherRule

register({"rules.unusable": gettext_noop("This rule cannot be saved. %(faults)s")})


@dataclass(frozen=True)
class RuleKind:
    """A kind of rule: its model, its form, how its book is reached, what tells one from another, its title.

    `concerns` names the reconciliations whose results it may change; empty: the one that the rule itself names. (A
    voucher rule changes none.)
    """

    model: Any
    form: Any
    book_path: str
    subject: tuple[str, ...]
    title: Any
    concerns: tuple[str, ...] = ()


RULE_KINDS = {
    "settlement": RuleKind(
        SettlementRule, SettlementRuleForm, "shop__book", ("shop", "valid_from"), gettext_lazy("Settlement rule"),
        ("order-settlement", "settlement-wallet", "payout-bank"),
    ),
    "fee": RuleKind(
        FeeRate, FeeRateForm, "shop__book", ("shop", "type", "category", "valid_from"), gettext_lazy("Fee rate"),
        ("order-settlement",),
    ),
    "reconciliation": RuleKind(
        ReconciliationRule, ReconciliationForm, "book", ("name", "valid_from"),
        gettext_lazy("Reconciliation parameters"),
    ),
    "voucher": RuleKind(
        VoucherRule, VoucherRuleForm, "book", (*VoucherRule.SUBJECT, "valid_from"), gettext_lazy("Voucher rule")
    ),
    "holiday": RuleKind(
        Holiday, HolidayForm, "book", ("country", "day"), gettext_lazy("Bank day"), ("order-settlement", "payout-bank"),
    ),
}  # fmt: skip


def rule_form(book: Book, kind: str, pk: int | None, data: Mapping[str, Any] | None) -> Any:
    """The form of a new rule, or of one there is. KeyError, or the model's DoesNotExist, where there is none."""
    spec = RULE_KINDS[kind]
    instance = spec.model.objects.get(pk=pk, **{spec.book_path: book}) if pk else None
    if spec.book_path == "book" and instance is None:
        instance = spec.model(book=book)
    return spec.form(data, instance=instance, book=book)


@transaction.atomic
def save_rule(book: Book, who: Any, kind: str, form: Any) -> None:
    """Save a checked form. One of the same subject and day is replaced."""
    spec = RULE_KINDS[kind]
    subject = {name: getattr(form.instance, name) for name in spec.subject}
    same = spec.model.objects.filter(**{spec.book_path: book}, **subject)
    same.exclude(pk=form.instance.pk).delete()
    before = initial_of(form) if form.instance.pk else {}
    saved = form.save()
    record(who, "rules.change", saved, book=book, before=before, after=values_of(form))


def apply_rule(book: Book, kind: str, pk: int | None, data: Mapping[str, Any]) -> None:
    """Save a rule as its form was sent. UserError `rules.unusable` with the faults."""
    form = rule_form(book, kind, pk, data)
    if not form.is_valid():
        faults = " ".join(f"{name}: {' '.join(texts)}" for name, texts in form.errors.items())
        raise UserError("rules.unusable", faults=faults)
    save_rule(book, None, kind, form)
