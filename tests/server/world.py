"""Two companies in one installation, with something of every kind in each."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Model
from django.test import Client

from huikuan.records.codes import ROLES
from huikuan.server.accounts.models import Membership, User
from huikuan.server.audit.services import record
from huikuan.server.books import services, toml
from huikuan.server.books.models import Account, Book, FeeRate, ReconciliationRule, SettlementRule, Shop
from huikuan.server.jobs.models import Job

PASSWORD = "correct-horse-77"
RULES = """
[[shop]]
name = "Shop A"
platform = "tmall"
[[account]]
name = "Bank"
kind = "bank"
opening_balance = "100.00"
[[account]]
name = "Wallet"
kind = "wallet"
shops = ["Shop A"]
pays_into = ["Bank"]
[[settlement_rule]]
shop = "Shop A"
from = 2026-01-01
anchor = "received"
days = 7
batch = "weekly:1"
[[fee_rate]]
shop = "Shop A"
type = "commission"
rate = "0.05"
[[reconciliation]]
name = "payout-bank"
tolerance = 0.01
"""


@dataclass
class Company:
    """One book and an object of each kind in it; `more` is for what other apps' rows need."""

    book: Book
    shop: Shop
    account: Account
    settlement_rule: SettlementRule
    fee_rate: FeeRate
    reconciliation: ReconciliationRule
    job: Job
    entry: Any
    member: Membership
    more: dict[str, Any] = field(default_factory=dict)


@dataclass
class World:
    """`ours` with a user per role, `theirs` with its own owner, who is the outsider here."""

    ours: Company
    theirs: Company
    users: dict[str, User]
    outsider: User
    admin: User

    def client(self, role: str) -> Client:
        """A client logged in as the user of a role; `outsider`, `admin`, or `anonymous` too."""
        client = Client()
        if role != "anonymous":
            client.force_login(self.users.get(role) or getattr(self, role))
        return client


def make_user(name: str, **values: Any) -> User:
    user = User(username=name, **values)
    user.set_password(PASSWORD)
    user.save()
    return user


def make_company(name: str, owner: User) -> Company:
    book = services.create_book(name, start=date(2026, 1, 1), owner=owner)
    toml.import_text(book, RULES)
    spare = make_user(f"spare.{book.slug}")
    member = Membership.objects.create(user=spare, book=book, role="clerk")
    return Company(
        book=book,
        shop=Shop.objects.get(book=book),
        account=Account.objects.get(book=book, kind="wallet"),
        settlement_rule=SettlementRule.objects.get(shop__book=book),
        fee_rate=FeeRate.objects.get(shop__book=book),
        reconciliation=ReconciliationRule.objects.get(book=book),
        job=Job.objects.create(book=book, kind="none", title="Import", state="done"),
        entry=record(owner, "shop.change", Shop.objects.get(book=book), book=book, after={"name": "Shop A"}),
        member=member,
    )


def _new_world() -> World:
    users = {role: make_user(role) for role in ROLES}
    outsider, admin = make_user("outsider"), make_user("admin", is_superuser=True)
    ours, theirs = make_company("Ours", users["owner"]), make_company("Theirs", outsider)
    for role in ROLES:
        Membership.objects.get_or_create(user=users[role], book=ours.book, defaults={"role": role})
    return World(ours, theirs, users, outsider, admin)


def _rows() -> list[Model]:
    """All rows of our tables, table by table."""
    models = [each for each in apps.get_models(include_auto_created=True) if each.__module__.startswith("huikuan.")]
    return [row for model in models for row in model._base_manager.all()]


_MADE: list[tuple[World, list[Model]]] = []


def make_world() -> World:
    """The world, in a database without one. It takes two hundred queries, so each process makes it for its first test;
    for the others it writes the same rows, keys and all."""
    if _MADE:
        world, rows = copy.deepcopy(_MADE[0])
        with transaction.atomic():  # rows may name rows of later tables
            for model, of_model in groupby(rows, type):
                model._base_manager.bulk_create(of_model)
    else:
        before = set(_rows())
        world = _new_world()
        _MADE.append(copy.deepcopy((world, [row for row in _rows() if row not in before])))
    for company in (world.ours, world.theirs):
        company.book.folder.mkdir(parents=True, exist_ok=True)
    return world
