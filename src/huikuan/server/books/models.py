"""A book (one company's accounts) and its rules: shops, accounts, settlement rules, fee rates, tolerances.

The rules mirror `huikuan.records.rules`, field by field; `books.services.rules_of` turns these rows into its plain
values. A rule with `valid_from` holds from that day until the next one of its subject; versions are never overwritten
by the pages, a new one is added.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huikuan.records.bank_days import COUNTRIES
from huikuan.records.codes import FEE_TYPES
from huikuan.records.rules import BEGINNING, TAX_ACCOUNT
from huikuan.records.voucher_rules import ANY, EVENTS, PLACEHOLDERS, TAXED, TEXTED, TYPES
from huikuan.server import keys

ACCOUNT_TEXT = RegexValidator(r"^\S+( .*)?$", _("Write an account as its code, a space and its name."))
BATCH = r"none|daily|weekly:[1-7]|monthly:([1-9]|[12][0-9]|3[01])"


class Book(models.Model):
    """A company's accounts, kept apart from every other book. Its data lie in HOME/books/ID.

    `data_until` is the latest business date its documents reach; blank while it is empty. `fixed_today` stands for the
    clock in a book that is looked at as of one day for ever (the demonstration). `clerk_limit` is the largest
    difference, in the book's currency, that a clerk may write away in one match. `approval_from`: a match forced with a
    difference of so much or more waits for a second person (0: every forced match; none: no such match). `ask_changes`:
    a file handed in on the web that would change known records is held until a person has looked.
    """

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=60, unique=True)
    currency = models.CharField(max_length=3, default="CNY")
    timezone = models.CharField(max_length=50, default="Asia/Shanghai")
    start = models.DateField(null=True, blank=True)
    wrapped_key = models.TextField()
    data_until = models.DateField(null=True, blank=True)
    fixed_today = models.DateField(null=True, blank=True)
    clerk_limit = models.DecimalField(
        max_digits=15, decimal_places=2, default=Decimal(100), validators=[MinValueValidator(0)]
    )
    approval_from = models.DecimalField(
        max_digits=15, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    ask_changes = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def folder(self) -> Path:
        """HOME/books/ID."""
        return Path(settings.HOME) / "books" / str(self.pk)

    @property
    def hash_key(self) -> bytes:
        """The key of this book's hashes of buyers. OperatorError if made with another installation's key."""
        return keys.unwrap(settings.INSTALLATION_KEY, self.wrapped_key, settings.HOME)

    @property
    def zone(self) -> ZoneInfo:
        """The book's time zone."""
        return ZoneInfo(self.timezone)

    def today(self) -> date:
        """Today in the book's time zone."""
        return self.fixed_today or timezone.localdate(timezone=self.zone)

    def local(self, moment: datetime) -> datetime:
        """A UTC moment in the book's time zone; a naive one is taken as UTC."""
        aware = moment if timezone.is_aware(moment) else moment.replace(tzinfo=ZoneInfo("UTC"))
        return timezone.localtime(aware, self.zone)


class Shop(models.Model):
    """A store on a platform."""

    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="shops")
    name = models.CharField(_("Name"), max_length=100)
    platform = models.CharField(_("Platform"), max_length=40, blank=True)
    currency = models.CharField(_("Currency"), max_length=3, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "name"], name="shop_name_in_book")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Account(models.Model):
    """Where money sits: a platform wallet, a bank account, an account with a courier."""

    KINDS = [("wallet", _("Wallet")), ("bank", _("Bank account")), ("courier", _("Courier account"))]
    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="accounts")
    name = models.CharField(_("Name"), max_length=100)
    kind = models.CharField(_("Kind"), max_length=10, choices=KINDS)
    currency = models.CharField(_("Currency"), max_length=3, blank=True)
    shops = models.ManyToManyField(Shop, verbose_name=_("Shops it serves"), related_name="accounts", blank=True)
    pays_into = models.ManyToManyField(
        "self", verbose_name=_("Pays into"), symmetrical=False, related_name="paid_from", blank=True
    )
    opening_balance = models.DecimalField(
        _("Balance before the start"), max_digits=18, decimal_places=5, null=True, blank=True
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "name"], name="account_name_in_book")]
        ordering = ["kind", "name"]

    def __str__(self) -> str:
        return self.name


class SettlementRule(models.Model):
    """When a shop's orders are to be settled. Key: shop, valid_from."""

    ANCHORS = [
        ("paid", pgettext_lazy("anchor", "Payment")),
        ("shipped", pgettext_lazy("anchor", "Shipping")),
        ("received", pgettext_lazy("anchor", "Receipt")),
        ("closed", pgettext_lazy("anchor", "Closing")),
    ]
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="settlement_rules")
    valid_from = models.DateField(_("Valid from"), default=BEGINNING)
    anchor = models.CharField(_("Counts from"), max_length=10, choices=ANCHORS, default="received")
    days = models.PositiveIntegerField(_("Days"), default=0)
    batch = models.CharField(_("Batch day"), max_length=12, default="none")
    bank_days = models.PositiveIntegerField(_("Bank days"), default=2)
    reserve = models.DecimalField(_("Reserve"), max_digits=10, decimal_places=6, default=0)
    reserve_days = models.PositiveIntegerField(_("Reserve days"), default=0)
    minimum = models.DecimalField(_("Minimum payout"), max_digits=18, decimal_places=5, default=0)
    grace = models.PositiveIntegerField(_("Grace days"), default=3)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "valid_from"], name="settlement_rule_version")]
        ordering = ["shop__name", "valid_from"]

    def clean(self) -> None:
        """A share of the whole, a batch day there is."""
        faults = {}
        if self.reserve is not None and not 0 <= self.reserve < 1:
            faults["reserve"] = _("The reserve is a share from 0 to less than 1, like 0.05.")
        if not re.fullmatch(BATCH, self.batch or ""):
            faults["batch"] = _("The batch day is none, daily, weekly:1 to weekly:7, or monthly:1 to monthly:31.")
        if self.minimum is not None and self.minimum < 0:
            faults["minimum"] = _("The least payout is no less than 0.")
        if faults:
            raise ValidationError(faults)


class FeeRate(models.Model):
    """What a shop's contract says a fee is. Key: shop, type, category, valid_from."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="fee_rates")
    type = models.CharField(_("Fee"), max_length=30, choices=[(code, code) for code in FEE_TYPES])
    valid_from = models.DateField(_("Valid from"), default=BEGINNING)
    category = models.CharField(_("Category"), max_length=80, default="*")
    rate = models.DecimalField(_("Rate"), max_digits=10, decimal_places=6)
    base = models.CharField(
        _("Base"), max_length=6, choices=[("gross", _("Settled gross")), ("paid", _("Amount paid"))], default="gross"
    )
    minimum = models.DecimalField(_("Minimum"), max_digits=18, decimal_places=5, default=0)
    returned_on_refund = models.BooleanField(_("Returned on refund"), default=True)
    tolerance = models.DecimalField(_("Tolerance"), max_digits=18, decimal_places=5, default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "type", "category", "valid_from"], name="fee_rate_version")
        ]
        ordering = ["shop__name", "type", "category", "valid_from"]


class ReconciliationRule(models.Model):
    """Editable parameters of one reconciliation. Key: book, name, valid_from."""

    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="reconciliation_rules")
    name = models.CharField(_("Reconciliation"), max_length=60)
    valid_from = models.DateField(_("Valid from"), default=BEGINNING)
    tolerance = models.DecimalField(_("Tolerance"), max_digits=18, decimal_places=5, default=0)
    window_days = models.PositiveIntegerField(_("Window in days"), default=5)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "name", "valid_from"], name="reconciliation_rule_version")
        ]
        ordering = ["name", "valid_from"]


class VoucherRule(models.Model):
    """To which accounts an event is booked (`records.rules.VoucherRule`), on top of the defaults. Key: book, `SUBJECT`,
    valid_from."""

    SUBJECT = ("event", "shop", "account", "platform", "type", "contains")
    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="voucher_rules")
    event = models.CharField(_("Event"), max_length=20, choices=[(code, code) for code in EVENTS])
    valid_from = models.DateField(_("Valid from"), default=BEGINNING)
    shop = models.CharField(_("Shop"), max_length=200, default="*")
    account = models.CharField(_("Account"), max_length=200, default="*")
    platform = models.CharField(_("Platform"), max_length=40, default="*")
    type = models.CharField(_("Type"), max_length=40, default="*")
    contains = models.CharField(_("Text holds"), max_length=80, blank=True)
    debit = models.CharField(_("Debit account"), max_length=120, validators=[ACCOUNT_TEXT])
    credit = models.CharField(_("Credit account"), max_length=120, validators=[ACCOUNT_TEXT])
    summary = models.CharField(_("Summary"), max_length=120, blank=True)
    tax_rate = models.DecimalField(
        _("VAT rate"), max_digits=10, decimal_places=6, default=0,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )  # fmt: skip
    tax_account = models.CharField(_("VAT account"), max_length=120, default=TAX_ACCOUNT, validators=[ACCOUNT_TEXT])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "event", "shop", "account", "platform", "type", "contains", "valid_from"],
                name="voucher_rule_version",
            )
        ]
        ordering = ["event", "shop", "account", "platform", "type", "contains", "valid_from"]

    @property
    def shown_name(self) -> str:
        """For the audit log."""
        return f"{self.event} {self.debit} / {self.credit}"

    def clean(self) -> None:
        """What cannot be booked, or would never hold, is told at its field."""
        faults: dict[str, Any] = {}
        if self.debit == self.credit:
            faults["credit"] = _("Debit and credit are the same account: nothing would be booked.")
        for name in ("debit", "credit", "summary", "tax_account"):
            unknown = [each for each in re.findall(r"\{(.*?)\}", getattr(self, name)) if each not in PLACEHOLDERS]
            if unknown:
                words = _("{%(unknown)s} is not known here. There are {shop}, {account}, {type} and {platform}.")
                faults[name] = ValidationError(words, params={"unknown": unknown[0]})
        if self.type not in (ANY, *TYPES.get(self.event, ())):
            faults["type"] = _("What happens here has no such type, so the rule would never hold.")
        if self.contains and self.event not in TEXTED:
            faults["contains"] = _("Only bank lines and transfers have a text that a rule can look into.")
        if self.tax_rate and self.event not in TAXED:
            faults["tax_rate"] = _("Only sales and refunds have VAT in them.")
        if faults:
            raise ValidationError(faults)


class Holiday(models.Model):
    """A day on which banks of a country rest, or work, otherwise than the product knows. Key: book, country, day."""

    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="holidays")
    country = models.CharField(_("Country"), max_length=2, choices=[(code, code) for code in COUNTRIES])
    day = models.DateField(_("Day"))
    working = models.BooleanField(_("Banks work on this day"), default=False)
    name = models.CharField(_("Name"), max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "country", "day"], name="holiday_in_book")]
        ordering = ["country", "day"]


class DismissedProposal(models.Model):
    """A rule the program proposed from the shop's history and a person declined. `digest` is what was proposed
    (`rules_proposed.digest`). Key: book, digest."""

    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="dismissed_proposals")
    digest = models.CharField(max_length=32)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "digest"], name="dismissed_proposal_in_book")]


def _weight(**more: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=10, decimal_places=6, validators=[MinValueValidator(0)], **more)


def _price(**more: Any) -> models.DecimalField[Any, Any]:
    return models.DecimalField(max_digits=18, decimal_places=5, validators=[MinValueValidator(0)], **more)


def check_surcharges(value: Any) -> None:
    """Surcharges are amounts by name, kept as plain decimal text."""
    if not isinstance(value, dict) or not all(_is_amount(amount) for amount in value.values()):
        raise ValidationError(_("Surcharges are amounts by their names, like {remote = 5}."))


def _is_amount(value: Any) -> bool:
    try:
        return Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False


class Tariff(models.Model):
    """What a courier charges for a parcel into a zone (`records.rules.Tariff`). Key: account, zone, valid_from."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tariffs")
    valid_from = models.DateField(default=BEGINNING)
    zone = models.CharField(max_length=80)
    first_weight = _weight()
    first_price = _price()
    step = _weight(default=1)
    step_price = _price(default=0)
    round = models.CharField(max_length=4, choices=[(code, code) for code in ("up", "half", "none")], default="up")
    divisor = models.DecimalField(max_digits=10, decimal_places=2, default=0, validators=[MinValueValidator(0)])
    minimum = _price(default=0)
    return_price = _price(default=0)
    surcharge = models.JSONField(default=dict, blank=True, validators=[check_surcharges])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "zone", "valid_from"], name="tariff_version")]
        ordering = ["account__name", "zone", "valid_from"]


class Zone(models.Model):
    """Which zone a parcel between two places is charged by. Key: account, origin, destination, valid_from."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="zones")
    valid_from = models.DateField(default=BEGINNING)
    origin = models.CharField(max_length=80)
    destination = models.CharField(max_length=80)
    zone = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "origin", "destination", "valid_from"], name="zone_version")
        ]
        ordering = ["account__name", "origin", "destination", "valid_from"]


class Contract(models.Model):
    """What was agreed with a courier. Key: account, valid_from."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="contracts")
    valid_from = models.DateField(default=BEGINNING)
    claim_days = models.PositiveIntegerField(default=0)
    weight_tolerance = _weight(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "valid_from"], name="contract_version")]
        ordering = ["account__name", "valid_from"]


class UserReconciliation(models.Model):
    """A version of a reconciliation that the book's people declared. Key: book, name, version; the latest one holds.

    `definition` is what `records.user_reconciliation_file.to_plain` gives. A version that is `ended` ends it: no run
    makes it any more, its history stays. Nothing is ever changed here, a new version is added.
    """

    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="user_reconciliations")
    name = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    definition = models.JSONField()
    ended = models.BooleanField(default=False)
    at = models.DateTimeField(auto_now_add=True)
    by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "name", "version"], name="user_reconciliation_version")]
        ordering = ["name", "version"]
