"""Columns and saved views of lists: each user's own, in one book."""

from __future__ import annotations

from typing import Any

import pytest

from huikuan.server.core.lists import query_of
from huikuan.server.core.models import ListView
from tests.server.world import World

LIST = "/b/ours/documents/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(world: World) -> Any:
    world.users["clerk"].language = "en"
    world.users["clerk"].save()
    return world.client("clerk")


def save(client: Any, name: str, query: str = "status=flagged", **more: Any) -> Any:
    return client.post("/b/ours/lists/documents/views", {"name": name, "query": query, "next": LIST, **more})


def test_a_view_keeps_filter_and_columns_and_opens_them_again(clerk: Any) -> None:
    answer = save(clerk, "Doubtful", "status=flagged&page=3&after=x&period=2026-10", hidden=["rows"])
    view = ListView.objects.get(name="Doubtful")
    assert (view.query, view.hidden, answer["Location"]) == ("status=flagged", ["rows"], f"{LIST}?view={view.pk}")
    page = clerk.get(LIST).content.decode()
    assert f'href="{LIST}?status=flagged&amp;view={view.pk}">Doubtful</a>' in page
    found = clerk.get(f"{LIST}?status=flagged&view={view.pk}").context["listing"]
    assert (found.view, found.changed, found.classes) == (view, False, "without-4")
    assert clerk.get(f"{LIST}?status=imported&view={view.pk}").context["listing"].changed


def test_the_same_name_replaces_and_a_view_is_deleted(clerk: Any) -> None:
    save(clerk, "Mine")
    save(clerk, "Mine", "q=alipay")
    view = ListView.objects.get()
    assert view.query == "q=alipay"
    answer = clerk.post(f"/b/ours/lists/views/{view.pk}/delete", {"next": f"{LIST}?q=alipay&view={view.pk}"})
    assert answer["Location"] == f"{LIST}?q=alipay" and not ListView.objects.exists()


def test_columns_stay_hidden_and_belong_to_the_open_view(clerk: Any) -> None:
    columns = {"all": ["rows", "new", "known"], "shown": ["new"], "next": LIST}
    clerk.post("/b/ours/lists/documents/columns", columns)
    assert clerk.get(LIST).context["listing"].classes == "without-4 without-6"
    save(clerk, "All columns")
    view = ListView.objects.get(name="All columns")
    assert clerk.get(f"{LIST}?view={view.pk}").context["listing"].classes == ""
    clerk.post("/b/ours/lists/documents/columns", {**columns, "view": view.pk, "shown": ["rows", "new"]})
    assert clerk.get(f"{LIST}?view={view.pk}").context["listing"].classes == "without-6"
    assert clerk.get(LIST).context["listing"].classes == "without-4 without-6"


def test_the_first_column_cannot_be_hidden(clerk: Any) -> None:
    clerk.post("/b/ours/lists/documents/columns", {"all": ["file"], "next": LIST})
    assert clerk.get(LIST).context["listing"].classes == ""


def test_views_are_each_users_own(world: World, clerk: Any) -> None:
    save(clerk, "Mine")
    view, other = ListView.objects.get(), world.client("accountant")
    assert not other.get(f"{LIST}?view={view.pk}").context["listing"].views
    other.post(f"/b/ours/lists/views/{view.pk}/delete", {"next": LIST})
    assert ListView.objects.count() == 1


def test_a_view_needs_a_name_and_leads_nowhere_else(clerk: Any) -> None:
    assert save(clerk, " ").status_code == 422
    answer = save(clerk, "Mine", next="https://example.org/")
    assert answer["Location"] == "/b/ours/"
    assert clerk.post("/b/ours/lists/nothing/views", {"name": "Mine"}).status_code == 404


def test_what_passes_is_no_part_of_a_view() -> None:
    assert query_of("sort=-amount&q=%E5%A4%A9&after=abc&page=2&period=2026-10&as_of=2026-10-01&view=4") == (
        "q=%E5%A4%A9&sort=-amount"
    )
