"""Every address against every role (tests/server/rows), and that no address is missing from the table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from huikuan.records.codes import ROLES
from huikuan.server.accounts.permissions import PERMISSIONS
from tests.server.rows import Row, all_rows
from tests.server.world import Company, World

ROWS = all_rows()
# Without a book: anybody may (or everybody who is logged in), see test_accounts.py, exports/test_shares.py.
BOOKLESS = {
    "home", "health", "accounts:login", "accounts:logout", "accounts:password", "accounts:profile",
    "accounts:language", "accounts:keys", "share",
}  # fmt: skip


def call(world: World, role: str, row: Row, args: tuple[Any, ...]) -> HttpResponse:
    client = world.client(role)
    address = reverse(row.name, args=[world.ours.book.slug, *args])
    return getattr(client, row.method)(address, row.data)


def every_pattern(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else namespace
            yield from every_pattern(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern.callback


APPS = sorted({row.name.partition(":")[0] for row in ROWS})


def status(world: World, role: str, row: Row, company: Company | None = None) -> int:
    """The status of a call, whose effects are rolled back."""
    args = row.args(company or world.ours)  # may make what it names: outside of what is rolled back
    with transaction.atomic():
        response = call(world, role, row, args)
        transaction.set_rollback(True)
    return response.status_code


@pytest.mark.parametrize("app", APPS)
def test_each_role_gets_what_the_table_says(world: World, app: str) -> None:
    wrong = {}
    for row in ROWS:
        if row.name.partition(":")[0] != app:
            continue
        got = {role: status(world, role, row) for role in ROLES}
        refused = {role for role, code in got.items() if code == 403}
        entered = {code for role, code in got.items() if code != 403}
        if refused != set(ROLES) - set(row.roles.split()) or not entered <= {200, 204, 302, 422}:
            wrong[str(row)] = got
    assert wrong == {}


@pytest.mark.parametrize("app", APPS)
def test_other_books_do_not_exist(world: World, app: str) -> None:
    wrong = {}
    for row in ROWS:
        if row.name.partition(":")[0] != app:
            continue
        if status(world, "outsider", row) != 404:
            wrong[str(row)] = "an outsider gets in"
        if row.args(world.ours) != row.args(world.theirs):
            code = status(world, row.roles.split()[0], row, world.theirs)
            if code != 404:
                wrong[str(row)] = f"an object of another book answers {code}"
    assert wrong == {}


def test_nothing_without_login(world: World) -> None:
    for row in ROWS:
        response = call(world, "anonymous", row, row.args(world.ours))
        assert response.status_code == 302, row
        assert response["Location"].startswith("/account/login?next="), row


def test_a_post_without_token_is_refused(world: World) -> None:
    client = world.client("owner")
    client.handler.enforce_csrf_checks = True
    for row in ROWS:
        if row.method == "post":
            address = reverse(row.name, args=[world.ours.book.slug, *row.args(world.ours)])
            assert client.post(address, row.data).status_code == 403, row


def test_the_table_names_every_address() -> None:
    named = {row.name for row in ROWS} | BOOKLESS
    assert {name for name, _view in every_pattern(get_resolver())} == named


def test_every_book_page_is_guarded() -> None:
    for name, view in every_pattern(get_resolver()):
        if name in BOOKLESS:
            continue
        inner = view
        while not hasattr(inner, "permission") and hasattr(inner, "__wrapped__"):
            inner = inner.__wrapped__
        assert getattr(inner, "permission", None) in PERMISSIONS, name


def test_methods_that_a_page_does_not_take_are_refused(world: World) -> None:
    methods: dict[str, set[str]] = {}
    for row in ROWS:
        methods.setdefault(row.name, set()).add(row.method)
    client = world.client("admin")
    for row in ROWS:
        if methods[row.name] == {"post"}:
            address = reverse(row.name, args=[world.ours.book.slug, *row.args(world.ours)])
            assert client.get(address).status_code == 405, row.name
        if methods[row.name] == {"get"}:
            address = reverse(row.name, args=[world.ours.book.slug, *row.args(world.ours)])
            assert client.post(address).status_code == 405, row.name


def test_an_administrator_may_make_books(world: World) -> None:
    address = reverse("books:create", args=[world.ours.book.slug])
    assert world.client("admin").get(address).status_code == 200
