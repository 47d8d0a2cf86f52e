"""Settings: settlement rules, fee rates, parameters of reconciliations; the rules file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huikuan.records.bank_days import COUNTRY_OF_CURRENCY, last_known_year
from huikuan.records.errors import UserError
from huikuan.records.platforms import default_rule, platform_default
from huikuan.server.accounts.permissions import book_view
from huikuan.server.audit.services import record
from huikuan.server.books import toml
from huikuan.server.books.forms import FeeRateForm, HolidayForm, ReconciliationForm, RulesFileForm, SettlementRuleForm
from huikuan.server.books.models import FeeRate, Holiday, ReconciliationRule, SettlementRule, Shop
from huikuan.server.books.views import initial_of, values_of
from huikuan.server.books.words import BATCHES, GRADES, RECONCILIATIONS
from huikuan.server.core.shortcuts import book_url, done, toast

MAX_FILE_BYTES = 1_000_000


@dataclass(frozen=True)
class _Kind:
    """A kind of rule: its model, its form, how its book is reached, its title."""

    model: Any
    form: Any
    book_path: str
    subject: tuple[str, ...]
    title: Any


KINDS = {
    "settlement": _Kind(
        SettlementRule, SettlementRuleForm, "shop__book", ("shop", "valid_from"), gettext_lazy("Settlement rule")
    ),
    "fee": _Kind(
        FeeRate, FeeRateForm, "shop__book", ("shop", "type", "category", "valid_from"), gettext_lazy("Fee rate")
    ),
    "reconciliation": _Kind(
        ReconciliationRule,
        ReconciliationForm,
        "book",
        ("name", "valid_from"),
        gettext_lazy("Reconciliation parameters"),
    ),
    "holiday": _Kind(Holiday, HolidayForm, "book", ("country", "day"), gettext_lazy("Bank day")),
}


@require_GET
@book_view("view_money")
def rules(request: HttpRequest) -> HttpResponse:
    """All rules of the book, each version with its first day."""
    book = request.book  # type: ignore[attr-defined]
    settlement_rules = list(SettlementRule.objects.filter(shop__book=book).select_related("shop"))
    shops = list(book.shops.all())
    context = {
        "settlement_rules": settlement_rules,
        "fee_rates": FeeRate.objects.filter(shop__book=book).select_related("shop"),
        "defaults": _defaults(shops, {rule.shop_id for rule in settlement_rules}),
        "holidays": Holiday.objects.filter(book=book),
        "calendars": sorted(_calendars({book.currency, *(shop.currency for shop in shops)}).items()),
        "grades": GRADES,
        "reconciliations": ReconciliationRule.objects.filter(book=book),
        "has_shops": bool(shops),
        "batches": dict(BATCHES),
        "names": dict(RECONCILIATIONS),
    }
    return render(request, "books/rules.html", context)


def _defaults(shops: list[Shop], own: set[int]) -> list[dict[str, Any]]:
    """The rules that shops without one of their own follow: their platform's."""
    anchors = dict(SettlementRule.ANCHORS)
    found = []
    for shop in shops:
        if shop.pk in own:
            continue
        known = platform_default(shop.platform)
        rule = default_rule(shop.name, shop.platform)
        found.append({"rule": rule, "anchor": anchors[rule.anchor], "grade": known.grade if known else ""})
    return found


def _calendars(currencies: set[str]) -> dict[str, int]:
    """The countries whose bank days currencies follow, with the last year the product knows of."""
    countries = {COUNTRY_OF_CURRENCY[each] for each in currencies if each in COUNTRY_OF_CURRENCY}
    return {country: last_known_year(country) for country in countries}


@require_http_methods(["GET", "POST"])
@book_view("rules")
def rule(request: HttpRequest, kind: str, pk: int | None = None) -> HttpResponse:
    """A new rule or version, or an existing one. One of the same subject and day is replaced."""
    spec = _spec(kind)
    book = request.book  # type: ignore[attr-defined]
    instance = get_object_or_404(spec.model, pk=pk, **{spec.book_path: book}) if pk else None
    if spec.book_path == "book" and instance is None:
        instance = spec.model(book=book)
    form = spec.form(request.POST or None, instance=instance, book=book)
    if request.method == "POST" and form.is_valid():
        _save(request, spec, form)
        toast(request, _("Saved. It holds from the next reconciliation on."))
        return done(request, book_url(request, "books:rules"))
    context = {"form": form, "title": spec.title, "kind": kind, "pk": pk}
    return render(request, "books/rule_form.html", context, status=422 if form.errors else 200)


@transaction.atomic
def _save(request: HttpRequest, spec: _Kind, form: Any) -> None:
    subject = {name: getattr(form.instance, name) for name in spec.subject}
    same = spec.model.objects.filter(**{spec.book_path: request.book}, **subject)  # type: ignore[attr-defined]
    same.exclude(pk=form.instance.pk).delete()
    before = initial_of(form) if form.instance.pk else {}
    saved = form.save()
    record(request, "rules.change", saved, before=before, after=values_of(form))


@require_POST
@book_view("rules")
def delete(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Take a rule away."""
    spec = _spec(kind)
    found = get_object_or_404(spec.model, pk=pk, **{spec.book_path: request.book})  # type: ignore[attr-defined]
    with transaction.atomic():
        form = spec.form(instance=found, book=request.book)  # type: ignore[attr-defined]
        record(request, "rules.delete", found, before=initial_of(form))
        found.delete()
    toast(request, _("Rule removed."))
    return done(request, book_url(request, "books:rules"))


def _spec(kind: str) -> _Kind:
    if kind not in KINDS:
        raise Http404
    return KINDS[kind]


@require_GET
@book_view("view_money")
def export(request: HttpRequest) -> HttpResponse:
    """The rules as a TOML file."""
    book = request.book  # type: ignore[attr-defined]
    response = HttpResponse(toml.export_text(book), content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rules-{book.slug}.toml"'
    return response


@require_http_methods(["GET", "POST"])
@book_view("rules")
def import_file(request: HttpRequest) -> HttpResponse:
    """Take over a rules file; its faults are all told at once."""
    form = RulesFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            content = form.cleaned_data["file"].read(MAX_FILE_BYTES)
            number = toml.import_text(request.book, content.decode("utf-8-sig"), by=request)  # type: ignore[attr-defined]
        except UnicodeDecodeError:
            form.add_error("file", _("The file is not UTF-8 text."))
        except UserError as error:
            form.add_error("file", str(error))
        else:
            toast(request, _("%(number)s rules imported.") % {"number": number})
            return done(request, book_url(request, "books:rules"))
    context = {"form": form, "title": _("Import rules"), "multipart": True}
    return render(request, "books/form.html", context, status=422 if form.errors else 200)
