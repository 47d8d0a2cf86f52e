"""Books and their rules: creating a book, its rules as plain values. Used by web, command line and jobs alike."""

from __future__ import annotations

import re
import secrets
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F

from huikuan.records import rules
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.server import keys
from huikuan.server.audit.services import record
from huikuan.server.books import user_reconciliations
from huikuan.server.books.models import (
    Account,
    Book,
    Contract,
    FeeRate,
    Holiday,
    ReconciliationRule,
    SettlementRule,
    Shop,
    Tariff,
    VoucherRule,
    Zone,
)

register(
    {
        "book.unknown": gettext_noop("There is no book named %(name)s. Books: %(books)s."),
        "book.ambiguous": gettext_noop("There are several books; say which by --book. Books: %(books)s."),
        "book.none": gettext_noop("There is no book yet. Run `huikuan init` first."),
        "book.exists": gettext_noop("There is already a book named %(name)s."),
        "book.timezone": gettext_noop("%(timezone)s is no time zone. Write it like Asia/Shanghai."),
        "book.currency": gettext_noop("%(currency)s is no currency. Write its code of three letters, like CNY."),
        "account.unknown_kind": gettext_noop("%(kind)s is no kind of account; it is wallet, bank or courier."),
    }
)


@transaction.atomic
def create_book(
    name: str,
    *,
    currency: str = "CNY",
    timezone: str = "Asia/Shanghai",
    start: date | None = None,
    owner: Any = None,
    by: Any = None,
) -> Book:
    """A new book with its folder and its hash key. UserError `book.exists`, `book.timezone`, `book.currency`."""
    if Book.objects.filter(name__iexact=name).exists():
        raise UserError("book.exists", name=name)
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise UserError("book.currency", currency=currency)
    try:
        ZoneInfo(timezone)
    except (KeyError, ValueError, OSError) as error:
        raise UserError("book.timezone", timezone=timezone) from error
    book = Book(name=name, slug=_free_slug(name), currency=currency, timezone=timezone, start=start)
    book.wrapped_key = keys.wrap(settings.INSTALLATION_KEY, secrets.token_bytes(32))
    book.save()
    book.folder.mkdir(parents=True, exist_ok=True)
    record(
        by,
        "book.create",
        book,
        book=book,
        after={"name": name, "currency": currency, "timezone": timezone, "start": start},
    )
    if owner is not None:
        from huikuan.server.accounts.services import set_role

        set_role(owner, book, "owner", by=by)
    return book


def _free_slug(name: str) -> str:
    """The name in Latin letters where it has some, else `book`; with a number where that is taken."""
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "book"
    slug, number = stem, 1
    while Book.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{stem}-{number}"
    return slug


def find_book(name: str | None = None) -> Book:
    """The book of that name or slug; without a name the only book. UserError if there is none, or several."""
    books = list(Book.objects.all())
    listed = ", ".join(book.name for book in books)
    if not books:
        raise UserError("book.none")
    if name is None:
        if len(books) > 1:
            raise UserError("book.ambiguous", books=listed)
        return books[0]
    for book in books:
        if name in (book.name, book.slug):
            return book
    raise UserError("book.unknown", name=name, books=listed)


def rules_of(book: Book) -> rules.Rules:
    """All rules of a book as the library takes them, in a fixed order. A constant number of queries."""
    shops = tuple(
        rules.Shop(name=shop.name, platform=shop.platform, currency=shop.currency or book.currency)
        for shop in book.shops.all()
    )
    rows = list(book.accounts.prefetch_related("shops", "pays_into"))
    accounts = tuple(
        rules.Account(
            name=row.name,
            kind=row.kind,
            currency=row.currency or book.currency,
            shops=tuple(sorted(shop.name for shop in row.shops.all())),
            pays_into=tuple(sorted(account.name for account in row.pays_into.all())),
        )
        for row in rows
    )
    return rules.Rules(
        shops=shops,
        accounts=accounts,
        settlement_rules=tuple(_settlement_rules(book)),
        fee_rates=tuple(_fee_rates(book)),
        user_reconciliations=user_reconciliations.declared(book),
        reconciliations=tuple(_reconciliations(book)),
        holidays=tuple(_holidays(book)),
        voucher_rules=tuple(_voucher_rules(book)),
        start=book.start,
        opening_balances={row.name: row.opening_balance for row in rows if row.opening_balance is not None},
    )


def _settlement_rules(book: Book) -> list[rules.SettlementRule]:
    fields = ("valid_from", "anchor", "days", "batch", "bank_days", "reserve", "reserve_days", "minimum", "grace")
    rows = (
        SettlementRule.objects.filter(shop__book=book).annotate(shop_name=F("shop__name")).values("shop_name", *fields)
    )
    return [rules.SettlementRule(shop=row.pop("shop_name"), **row) for row in rows]


def _fee_rates(book: Book) -> list[rules.FeeRate]:
    fields = ("type", "rate", "valid_from", "category", "base", "minimum", "returned_on_refund", "tolerance")
    rows = FeeRate.objects.filter(shop__book=book).annotate(shop_name=F("shop__name")).values("shop_name", *fields)
    return [rules.FeeRate(shop=row.pop("shop_name"), **row) for row in rows]


def _reconciliations(book: Book) -> list[rules.ReconciliationRule]:
    rows = ReconciliationRule.objects.filter(book=book).values("name", "valid_from", "tolerance", "window_days")
    return [rules.ReconciliationRule(**row) for row in rows]


def _holidays(book: Book) -> list[rules.Holiday]:
    rows = Holiday.objects.filter(book=book).values("country", "day", "working", "name")
    return [rules.Holiday(**row) for row in rows]


def _voucher_rules(book: Book) -> list[rules.VoucherRule]:
    fields = ("debit", "credit", "summary", "valid_from", "tax_rate", "tax_account")
    rows = VoucherRule.objects.filter(book=book).values(*VoucherRule.SUBJECT, *fields)
    return [rules.VoucherRule(**row) for row in rows]


def courier_rules_of(book: Book) -> rules.CourierRules:
    """The rules about couriers' bills, in a fixed order."""
    return rules.CourierRules(
        tuple(_tariff(row) for row in _of_account(Tariff, book)),
        tuple(rules.Zone(**row) for row in _of_account(Zone, book)),
        tuple(rules.Contract(**row) for row in _of_account(Contract, book)),
    )


def _of_account(model: type[Tariff | Zone | Contract], book: Book) -> list[dict[str, Any]]:
    """The rows of a model that belongs to an account, with its name in place of its id."""
    fields = [field.name for field in model._meta.fields if field.name not in ("id", "account")]
    rows = model._default_manager.filter(account__book=book).annotate(named=F("account__name")).values("named", *fields)
    return [{"account": row.pop("named"), **row} for row in rows]


def _tariff(row: dict[str, Any]) -> rules.Tariff:
    surcharge = {name: Decimal(str(amount)) for name, amount in sorted(row.pop("surcharge").items())}
    return rules.Tariff(**row, surcharge=surcharge)


@transaction.atomic
def ensure_shop(book: Book, name: str, *, platform: str = "", currency: str = "", by: Any = None) -> Shop:
    """The shop of that name, made where there is none."""
    shop, created = Shop.objects.get_or_create(
        book=book, name=name, defaults={"platform": platform, "currency": currency}
    )
    if created:
        record(by, "shop.create", shop, book=book, after={"name": name, "platform": platform, "currency": currency})
    return shop


@transaction.atomic
def ensure_account(
    book: Book, name: str, kind: str, *, currency: str = "", shops: tuple[str, ...] = (), by: Any = None
) -> Account:
    """The account of that name, made where there is none; the shops named are added to those it serves."""
    if kind not in dict(Account.KINDS):
        raise UserError("account.unknown_kind", kind=kind)
    account, created = Account.objects.get_or_create(
        book=book, name=name, defaults={"kind": kind, "currency": currency}
    )
    if shops:
        account.shops.add(*(ensure_shop(book, shop, by=by) for shop in shops))
    if created:
        after = {"name": name, "kind": kind, "currency": currency, "shops": list(shops)}
        record(by, "account.create", account, book=book, after=after)
    return account


def note_data_until(book: Book, day: date | None) -> None:
    """Remember the latest business date that the book's documents reach; None: it holds no documents."""
    if book.data_until != day:
        book.data_until = day
        book.save(update_fields=["data_until"])
