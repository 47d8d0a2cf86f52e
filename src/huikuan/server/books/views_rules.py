"""Settings: settlement rules, fee rates, parameters of reconciliations; the rules file."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huikuan.insight.words import word_of
from huikuan.pipeline.reconciling import Asked
from huikuan.records.bank_days import COUNTRY_OF_CURRENCY, last_known_year
from huikuan.records.errors import UserError
from huikuan.records.messages import translated
from huikuan.records.platforms import default_rule, platform_default
from huikuan.records.voucher_rules import ANY, DEFAULTS, EVENTS
from huikuan.server.accounts.permissions import book_view
from huikuan.server.audit.services import record
from huikuan.server.books import toml, user_reconciliations
from huikuan.server.books.forms import RulesFileForm, initial_of
from huikuan.server.books.models import Book, FeeRate, Holiday, ReconciliationRule, SettlementRule, Shop, VoucherRule
from huikuan.server.books.rule_changes import RULE_KINDS, rule_form, save_rule
from huikuan.server.books.words import BATCHES, GRADES
from huikuan.server.core.shortcuts import book_url, done, toast
from huikuan.server.workbench import what_if

MAX_FILE_BYTES = 1_000_000


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
        "voucher_rules": _voucher_rules(book),
        "own": user_reconciliations.latest(book),
        "has_shops": bool(shops),
        "batches": dict(BATCHES),
        "names": dict(user_reconciliations.titles(book)),
    }
    return render(request, "books/rules.html", context)


def _voucher_rules(book: Book) -> list[dict[str, Any]]:
    """The book's own voucher rules, then the defaults; with what each is about in words."""
    own = [(rule, False) for rule in VoucherRule.objects.filter(book=book)]
    told = []
    for rule, is_default in own + [(rule, True) for rule in DEFAULTS]:
        about = [rule.shop, rule.account, rule.platform, _type_word(rule)]
        words = [each for each in about if each != ANY] + ([f"“{rule.contains}”"] if rule.contains else [])
        told.append(
            {"rule": rule, "default": is_default, "event": translated(EVENTS[rule.event]), "about": ", ".join(words)}
        )
    return told


def _type_word(rule: Any) -> str:
    """What a rule's type is called: a kind of settlement line, a class of bank lines, a cause."""
    if rule.type == ANY:
        return ANY
    return word_of({"bank_other": "class", "payout_short": "cause"}.get(rule.event, "type"), rule.type)


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
    book = request.book  # type: ignore[attr-defined]
    form = _form(request, kind, pk, request.POST or None)
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") == "what_if":
            return _what_if(request, kind, pk, form)
        save_rule(book, request, kind, form)
        toast(request, _("Saved. It holds from the next reconciliation on."))
        return done(request, book_url(request, "books:rules"))
    context = {"form": form, "title": RULE_KINDS[kind].title, "kind": kind, "pk": pk, "what_if": True}
    return render(request, "books/rule_form.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, kind: str, pk: int | None, data: Any) -> Any:
    try:
        return rule_form(request.book, kind, pk, data)  # type: ignore[attr-defined]
    except (KeyError, ObjectDoesNotExist) as error:
        raise Http404 from error


def _what_if(request: HttpRequest, kind: str, pk: int | None, form: Any) -> HttpResponse:
    """Show what the rule would change instead of saving it."""
    data = {name: value for name, value in request.POST.items() if name not in ("csrfmiddlewaretoken", "do")}
    names = RULE_KINDS[kind].concerns or (form.cleaned_data["name"],)
    job = what_if.start_compare(
        request.book,
        request,
        {"rule": kind, "pk": pk, "data": data},
        names,
        Asked(),  # type: ignore[attr-defined]
    )
    return done(request, book_url(request, "workbench:what_if_result", job.pk))


@require_POST
@book_view("rules")
def delete(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Take a rule away."""
    with transaction.atomic():
        form = _form(request, kind, pk, None)
        record(request, "rules.delete", form.instance, before=initial_of(form))
        form.instance.delete()
    toast(request, _("Rule removed."))
    return done(request, book_url(request, "books:rules"))


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
