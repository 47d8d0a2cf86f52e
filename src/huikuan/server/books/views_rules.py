"""Settings: settlement rules, fee rates, parameters of reconciliations; the rules file."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huikuan.pipeline.runs.reconciling import Asked
from huikuan.records.bank_days import COUNTRY_OF_CURRENCY, last_known_year
from huikuan.records.errors import UserError
from huikuan.records.messages import translated
from huikuan.records.platforms import default_rule, platform_default
from huikuan.records.voucher_rules import ANY, DEFAULTS, EVENTS
from huikuan.server.accounts.permissions import book_view
from huikuan.server.audit.services import record
from huikuan.server.books import toml, user_reconciliations
from huikuan.server.books.forms import RulesFileForm, initial_of, type_word
from huikuan.server.books.models import Book, FeeRate, Holiday, ReconciliationRule, SettlementRule, Shop, VoucherRule
from huikuan.server.books.rule_changes import RULE_KINDS, rule_form, save_rule
from huikuan.server.books.voucher_preview import preview_period, voucher_preview
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
        "voucher_rules": _voucher_rules(request),
        "own": user_reconciliations.latest(book),
        "has_shops": bool(shops),
        "batches": dict(BATCHES),
        "names": dict(user_reconciliations.titles(book)),
    }
    return render(request, "books/rules.html", context)


def _voucher_rules(request: HttpRequest) -> list[dict[str, Any]]:
    """The book's own voucher rules, then the defaults; with what each is about in words and where it is changed."""
    own = [(rule, False) for rule in VoucherRule.objects.filter(book=request.book)]  # type: ignore[attr-defined]
    told = []
    for rule, is_default in own + [(rule, True) for rule in DEFAULTS]:
        about = [
            rule.shop,
            rule.account,
            rule.platform,
            rule.type if rule.type == ANY else type_word(rule.event, rule.type),
        ]
        words = [each for each in about if each != ANY] + ([f"“{rule.contains}”"] if rule.contains else [])
        told.append(
            {
                "rule": rule,
                "default": is_default,
                "event": translated(EVENTS[rule.event]),
                "about": ", ".join(words),
                "url": _address(request, rule, is_default),
            }
        )
    return told


def _address(request: HttpRequest, rule: Any, is_default: bool) -> str:
    """Where a voucher rule is changed: a default by one of the book's own of the same subject."""
    if is_default:
        return book_url(request, "books:voucher_new", query=_subject(rule))
    return book_url(request, "books:voucher", rule.pk)


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


@require_http_methods(["GET", "POST"])
@book_view("rules")
def voucher_rule(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A voucher rule: a new one (`?event=...` and so on: beginning as the one of that subject), a version, or an
    existing one; beside it, what vouchers of a period would become."""
    book = request.book  # type: ignore[attr-defined]
    form = _form(request, "voucher", pk, request.POST or None)
    first, last = preview_period(book, request.POST)
    if request.POST.get("do") == "preview":
        return _preview(request, pk, form, first, last)
    if request.method == "POST" and form.is_valid():
        save_rule(book, request, "voucher", form)
        toast(request, _("Saved. Vouchers that are made from now on follow it."))
        return done(request, f"{book_url(request, 'books:rules')}#vouchers")
    if not pk and request.method == "GET":
        form.initial |= _like(book, request.GET)
    versions = VoucherRule.objects.filter(book=book, **_subject(form.instance)).exclude(pk=pk) if pk else []
    context = {"form": form, "pk": pk, "first": first, "last": last, "versions": versions, "own": form.instance}
    return render(request, "books/voucher_rule.html", context, status=422 if form.errors else 200)


def _subject(rule: Any) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in VoucherRule.SUBJECT}


def _like(book: Book, asked: Any) -> dict[str, Any]:
    """The values of the rule of a subject that the address tells, the book's latest version or the default; nothing
    where there is none."""
    told = {name: asked.get(name, "" if name == "contains" else ANY) for name in VoucherRule.SUBJECT}
    own = VoucherRule.objects.filter(book=book, **told).order_by("-valid_from").first()
    found = own or next((rule for rule in DEFAULTS if _subject(rule) == told), None)
    if found is None:
        return {}
    taken = ("debit", "credit", "summary", "tax_rate", "tax_account")
    return told | {name: getattr(found, name) for name in taken} | {"valid_from": book.today().replace(day=1)}


def _preview(request: HttpRequest, pk: int | None, form: Any, first: date, last: date) -> HttpResponse:
    """The fragment beside the form: what vouchers would become, or what of the form is still wrong."""
    context: dict[str, Any] = {"first": first, "last": last}
    if form.is_valid():
        try:
            context["found"] = voucher_preview(
                request.book,
                form_data(request),
                pk,
                first,
                last,
                get_language() or "en",  # type: ignore[attr-defined]
            )
        except UserError as error:
            context["faults"] = [("", str(error))]
    else:
        labels = {name: field.label for name, field in form.fields.items()}
        context["faults"] = [(labels.get(name, ""), " ".join(texts)) for name, texts in form.errors.items()]
    return render(request, "books/_voucher_preview.html", context)


def form_data(request: HttpRequest) -> dict[str, Any]:
    """A rule's form as it was sent, as plain data."""
    return {name: value for name, value in request.POST.items() if name not in ("csrfmiddlewaretoken", "do")}


def _form(request: HttpRequest, kind: str, pk: int | None, data: Any) -> Any:
    try:
        return rule_form(request.book, kind, pk, data)  # type: ignore[attr-defined]
    except (KeyError, ObjectDoesNotExist) as error:
        raise Http404 from error


def _what_if(request: HttpRequest, kind: str, pk: int | None, form: Any) -> HttpResponse:
    """Show what the rule would change instead of saving it."""
    names = RULE_KINDS[kind].concerns or (form.cleaned_data["name"],)
    job = what_if.start_compare(
        request.book,
        request,
        {"rule": kind, "pk": pk, "data": form_data(request)},
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
