"""Forms of the settings pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huikuan.insight.words import word_of
from huikuan.records.codes import FEE_TYPES
from huikuan.records.messages import translated
from huikuan.records.voucher_rules import ANY, EVENTS, TYPES
from huikuan.server.accounts.models import Membership
from huikuan.server.books.models import (
    Account,
    Book,
    FeeRate,
    Holiday,
    ReconciliationRule,
    SettlementRule,
    Shop,
    VoucherRule,
)
from huikuan.server.books.user_reconciliations import titles
from huikuan.server.books.words import BATCHES
from huikuan.server.core.statuses import SETTLEMENT_TYPE


def _date() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class BookForm(forms.Form):
    """A new book."""

    name = forms.CharField(label=_("Name of the company"), max_length=80)
    currency = forms.CharField(label=_("Currency"), max_length=3, initial="CNY")
    timezone = forms.CharField(label=_("Time zone"), max_length=50, initial="Asia/Shanghai")
    start = forms.DateField(label=_("First day kept in this book"), required=False, widget=_date())

    def clean_currency(self) -> str:
        """The code in capitals."""
        return str(self.cleaned_data["currency"]).upper()


class BookSettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    """What of a book may be changed later: its currency and time zone may not, figures were made with them."""

    class Meta:
        model = Book
        fields = ("name", "start", "clerk_limit", "approval_from", "ask_changes")
        labels = {
            "name": _("Name of the company"),
            "start": _("First day kept in this book"),
            "clerk_limit": _("Largest difference a clerk may book"),
            "approval_from": _("Forced matches need a second person from"),
            "ask_changes": _("Ask before a file changes known records"),
        }
        widgets = {"start": _date()}


class _InBook(forms.ModelForm):  # type: ignore[type-arg]
    """A form of something that belongs to a book; a name used twice in it is a fault of the field."""

    def __init__(self, *args: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.book = book
        if hasattr(self.instance, "book_id"):
            self.instance.book = book

    def clean_name(self) -> str:
        """The name, free in this book."""
        name = str(self.cleaned_data["name"]).strip()
        taken = type(self.instance)._default_manager.filter(book=self.book, name=name).exclude(pk=self.instance.pk)
        if taken.exists():
            raise forms.ValidationError(_("This name is taken."))
        return name


class ShopForm(_InBook):
    """A shop."""

    class Meta:
        model = Shop
        fields = ("name", "platform", "currency")


class AccountForm(_InBook):
    """An account, the shops it serves and where it pays into."""

    class Meta:
        model = Account
        fields = ("name", "kind", "currency", "shops", "pays_into", "opening_balance")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shops"].queryset = Shop.objects.filter(book=self.book)  # type: ignore[attr-defined]
        banks = Account.objects.filter(book=self.book, kind="bank").exclude(pk=self.instance.pk)
        self.fields["pays_into"].queryset = banks  # type: ignore[attr-defined]
        self.fields["pays_into"].help_text = _("None chosen: any own bank account of the currency may receive.")
        self.fields["kind"].choices = [("", _("Choose")), *Account.KINDS]  # type: ignore[attr-defined]
        self.fields["shops"].widget = forms.CheckboxSelectMultiple(choices=self.fields["shops"].choices)  # type: ignore[attr-defined]
        self.fields["pays_into"].widget = forms.CheckboxSelectMultiple(choices=self.fields["pays_into"].choices)  # type: ignore[attr-defined]
        self.fields["opening_balance"].widget = forms.TextInput(attrs={"class": "money", "inputmode": "decimal"})


class _Version(forms.ModelForm):  # type: ignore[type-arg]
    """A rule with its first day. A version of the same day is replaced by the view, others stay."""

    def _get_validation_exclusions(self) -> set[str]:
        """Without the day, so that a version of the same day is no fault; the form field checks the day itself."""
        return {*super()._get_validation_exclusions(), "valid_from"}  # type: ignore[misc]


class _OfShop(_Version):
    """A rule of a shop."""

    def __init__(self, *args: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shop"].queryset = Shop.objects.filter(book=book)  # type: ignore[attr-defined]
        self.fields["shop"].label = _("Shop")
        self.fields["shop"].empty_label = _("Choose")  # type: ignore[attr-defined]
        self.fields["valid_from"].widget = _date()
        self.fields["valid_from"].initial = book.start or book.today().replace(month=1, day=1)


class SettlementRuleForm(_OfShop):
    """When a shop's orders are to be settled."""

    batch = forms.ChoiceField(label=_("Batch day"), choices=BATCHES, initial="none")

    class Meta:
        model = SettlementRule
        fields = (
            "shop",
            "valid_from",
            "anchor",
            "days",
            "batch",
            "bank_days",
            "reserve",
            "reserve_days",
            "minimum",
            "grace",
        )


class FeeRateForm(_OfShop):
    """What a fee is by contract."""

    type = forms.ChoiceField(label=_("Fee"), choices=[(code, SETTLEMENT_TYPE[code]) for code in FEE_TYPES])

    class Meta:
        model = FeeRate
        fields = (
            "shop",
            "type",
            "category",
            "valid_from",
            "rate",
            "base",
            "minimum",
            "tolerance",
            "returned_on_refund",
        )
        help_texts = {"rate": _("As a fraction: 0.05 is 5 %."), "category": _("* for all")}


class ReconciliationForm(_Version):
    """Tolerance and window of a reconciliation."""

    name = forms.ChoiceField(label=_("Reconciliation"))

    class Meta:
        model = ReconciliationRule
        fields = ("name", "valid_from", "tolerance", "window_days")

    def __init__(self, *args: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].choices = titles(book)  # type: ignore[attr-defined]
        self.fields["valid_from"].widget = _date()
        self.fields["valid_from"].initial = book.start or book.today().replace(month=1, day=1)


class HolidayForm(_Version):
    """A day on which banks rest or work otherwise than usual."""

    class Meta:
        model = Holiday
        fields = ("country", "day", "working", "name")
        help_texts = {"country": _("Of the currency: CN for CNY, US for USD, EU for EUR.")}

    def __init__(self, *args: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].widget = _date()

    def _get_validation_exclusions(self) -> set[str]:
        """Without the day: one said again replaces the one before."""
        return {*super()._get_validation_exclusions(), "day"}


class VoucherRuleForm(_Version):
    """To which accounts an event is booked."""

    TEXTS = ("debit", "credit", "tax_account")
    event = forms.ChoiceField(label=_("What happens"))
    shop = forms.ChoiceField(label=_("Shop"), required=False)
    account = forms.ChoiceField(label=_("Account"), required=False)
    platform = forms.ChoiceField(label=_("Platform"), required=False)
    type = forms.ChoiceField(label=_("Type"), required=False)

    class Meta:
        model = VoucherRule
        fields = (
            "event", "valid_from", "debit", "credit", "summary", "type", "contains", "shop", "account", "platform",
            "tax_rate", "tax_account",
        )  # fmt: skip
        help_texts = {
            "debit": _("Code, a space, name: 1122 应收账款. An amount above zero is debited here."),
            "credit": _("An amount below zero is booked the other way round."),
            "summary": _("May hold {shop}, {account}, {type}, {platform}, as accounts may."),
            "contains": _("Of bank lines and transfers: words that stand in the text."),
            "tax_rate": _("Of sales and refunds, as a fraction: 0.13 is 13 %. 0: none."),
        }

    def __init__(self, *args: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["event"].choices = [(code, translated(words)) for code, words in EVENTS.items()]
        fields["shop"].choices = self._any(book.shops.values_list("name", flat=True), "shop")
        fields["account"].choices = self._any(book.accounts.values_list("name", flat=True), "account")
        platforms = book.shops.exclude(platform="").order_by("platform").values_list("platform", flat=True).distinct()
        fields["platform"].choices = self._any(platforms, "platform")
        fields["type"].choices = [(ANY, _("Any")), *type_choices()]
        fields["valid_from"].widget = _date()
        fields["tax_rate"].widget = forms.TextInput(attrs={"inputmode": "decimal"})
        if not self.instance.pk:
            fields["valid_from"].initial = book.start or book.today().replace(month=1, day=1)

    def _any(self, names: Any, field: str) -> list[tuple[str, Any]]:
        """Any, the names there are, and the one the rule has."""
        own = getattr(self.instance, field)
        known = list(dict.fromkeys([*names, *([own] if own != ANY else [])]))
        return [(ANY, _("Any")), *((name, name) for name in known)]

    def clean(self) -> dict[str, Any]:
        """Blank is any; accounts have single spaces."""
        told = super().clean() or {}
        for name in ("shop", "account", "platform", "type"):
            told[name] = told.get(name) or ANY
        for name in self.TEXTS:
            if told.get(name):
                told[name] = " ".join(told[name].split())
        return told


def type_choices() -> list[tuple[Any, list[tuple[str, str]]]]:
    """The types of voucher rules, by the events that have them."""
    found = []
    for types in dict.fromkeys(TYPES.values()):
        events = [event for event in TYPES if TYPES[event] == types]
        group = " / ".join(translated(EVENTS[event]) for event in events)
        found.append((group, [(code, type_word(events[0], code)) for code in types]))
    return found


def type_word(event: str, code: str) -> str:
    """What a type of a voucher rule is called: a kind of settlement line, a class of bank lines, a cause."""
    if event == "write_off":  # of payouts; others have no type
        return translated(EVENTS["bank_payout"])
    return word_of({"bank_other": "class", "payout_short": "cause"}.get(event, "type"), code)


class RulesFileForm(forms.Form):
    """A rules file to import."""

    file = forms.FileField(label=_("Rules file (TOML)"))


class UserForm(forms.Form):
    """A user to add to the book: an existing one by name, or a new one."""

    username = forms.RegexField(r"^[\w.@+-]{2,60}$", label=_("User name"), max_length=60)
    display_name = forms.CharField(label=_("Name shown to others"), max_length=80, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=Membership.ROLES, initial="clerk")


class RoleForm(forms.Form):
    """Another role, or none."""

    role = forms.ChoiceField(choices=[("", _("No role (remove)")), *Membership.ROLES], required=False)


def initial_of(form: forms.ModelForm[Any]) -> dict[str, Any]:
    """The values a form started with, as the audit log keeps them."""
    return {name: shown(form.initial.get(name)) for name in form.fields if name in form.initial}


def values_of(form: forms.ModelForm[Any]) -> dict[str, Any]:
    """The values a form was sent with, as the audit log keeps them."""
    return {name: shown(value) for name, value in form.cleaned_data.items()}


def shown(value: Any) -> Any:
    """A value of a form as plain data: rows by their names."""
    if hasattr(value, "all") or isinstance(value, list | tuple):
        return [str(row) for row in value]
    return str(value) if hasattr(value, "_meta") else value
