"""Period and as-of date, numbers, paging, error pages, navigation, query counts of the frame."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from huikuan.records import codes
from huikuan.server.core import numbers, paging, statuses
from huikuan.server.core.scope import parse_period, period_label
from huikuan.server.core.storage import BuiltFiles
from tests.server.world import World


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-W01", "2025-12-29", "2026-01-04"),
        ("2026-W53", "2026-12-28", "2027-01-03"),
        ("2026-10-31", "2026-10-31", "2026-10-31"),
    ],
)
def test_periods(text: str, first: str, last: str) -> None:
    assert parse_period(text) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("text", ["", "2026-13", "2026-02-30", "2025-W53", "2026-Q5", "26-10", "2026-10-31x", "0000"])
def test_what_is_no_period(text: str) -> None:
    assert parse_period(text) is None


def test_periods_in_words(settings: Any) -> None:
    assert [period_label(text) for text in ("2026-10", "2026-Q4", "2026-W05", "2026", "2026-10-31")] == [
        "Oct 2026", "Quarter 4 of 2026", "Week 5 of 2026", "Year 2026", "2026-10-31",
    ]  # fmt: skip
    with translation.override("zh-hant"):
        assert period_label("2026-09") == "2026年9月"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("1128498.32000", "1,128,498.32"),
        ("-0.50000", "−0.50"),
        ("0.00000", "–"),
        ("0.00125", "0.00125"),
        ("10", "10.00"),
        ("1E+3", "1,000.00"),
        ("123456789012345678.12345", "123,456,789,012,345,678.12345"),
    ],
)
def test_money_on_screen(value: str, shown: str) -> None:
    assert numbers.money(Decimal(value)) == shown


def test_zero_in_statements_and_nothing_for_unknown() -> None:
    assert (numbers.money_exact(Decimal(0)), numbers.money_exact(None), numbers.money("")) == ("0.00", "", "")


def test_a_float_is_shown_as_it_is_written_never_as_it_is_stored() -> None:
    assert numbers.money(0.1) == "0.10"


def test_a_reference_is_what_the_bank_gave_not_the_key_made_of_columns() -> None:
    assert numbers.reference("261009300001009|2026-10-09|-28600") == "261009300001009"
    assert numbers.reference("2026-10-28|03:18:52|4209.10") == ""
    assert (numbers.reference("2026-10-28"), numbers.reference(None)) == ("2026-10-28", "")


def test_rates_round_half_up_and_keep_the_sign() -> None:
    assert [numbers.rate(Decimal(text)) for text in ("0.06245", "-0.01", "0")] == ["6.25%", "−1.00%", "0.00%"]


def test_cursors_survive_and_damaged_ones_are_ignored() -> None:
    cursor = paging.encode(["2026-10-31", Decimal("1.50"), "订单/1", 7])
    assert paging.decode(cursor) == ["2026-10-31", "1.50", "订单/1", 7]
    for damaged in ("", "x", cursor[:-3] + "!!", "e30", "bnVsbA"):
        assert paging.decode(damaged) is None


def test_every_code_has_a_look_and_a_word() -> None:
    for family, known in (
        ("link", codes.LINK_STATUSES),
        ("collection", codes.COLLECTION_STATUSES),
        ("class", codes.OPEN_CLASSES),
        ("order", codes.ORDER_STATUSES),
    ):
        assert set(known) <= set(statuses.FAMILIES[family]), family
        assert {look for look, _word in statuses.FAMILIES[family].values()} <= set(statuses.ICONS)
    for family, known in (
        ("type", codes.SETTLEMENT_TYPES),
        ("reason", codes.DIFFERENCE_REASONS),
        ("pass", codes.PASSES),
    ):
        assert set(known) == set(statuses.WORDS[family]), family


def test_the_scope_stays_in_every_link_of_the_bar(world: World) -> None:
    page = world.client("clerk").get("/b/ours/?period=2026-09&as_of=2026-10-31").content.decode()
    assert 'href="/b/ours/settings?period=2026-09&amp;as_of=2026-10-31"' in page
    assert "2026-10-31" in page and "past" in page


def test_the_default_period_is_the_month_of_the_latest_data(world: World) -> None:
    book = world.ours.book
    book.data_until = date(2026, 3, 9)
    book.save()
    scope = world.client("clerk").get("/b/ours/").context["scope"]
    assert (scope.period, scope.chosen_period, scope.historical) == ("2026-03", False, False)


@pytest.mark.parametrize("query", ["?period=nonsense", "?as_of=2026-02-30", "?period=%00", "?as_of=0"])
def test_a_wrong_scope_is_the_default(world: World, query: str) -> None:
    scope = world.client("clerk").get(f"/b/ours/{query}").context["scope"]
    assert not scope.chosen_period and not scope.chosen_as_of


def test_the_as_of_dialog_leads_back_inside_the_book_only(world: World) -> None:
    client = world.client("clerk")
    inside = client.get("/b/ours/as-of", {"back": "/b/ours/jobs?size=100&after=x&as_of=2026-01-01"})
    assert inside.context["back_path"] == "/b/ours/jobs"
    assert inside.context["kept"] == [("size", "100")]
    for evil in ("https://evil.example/b/ours/", "//evil.example/b/ours/", "/b/theirs/"):
        assert client.get("/b/ours/as-of", {"back": evil}).context["back_path"] == "/b/ours/"


def test_a_role_sees_only_the_pages_it_may_use(world: World) -> None:
    page = world.client("warehouse").get("/b/ours/").content.decode()
    assert "/b/ours/settings" not in page
    assert "/b/ours/help" in page


def test_start_goes_to_the_book_last_used(world: World) -> None:
    client = world.client("admin")
    client.get("/b/theirs/")
    assert client.get("/")["Location"] == "/b/theirs/"


def test_who_has_no_book_is_told_so(db: None) -> None:
    from tests.server.world import make_user

    client = Client()
    client.force_login(make_user("nobody"))
    assert client.get("/").status_code == 200


def test_a_page_in_a_dialog_or_drawer_is_the_content_alone(world: World) -> None:
    client = world.client("owner")
    for layer in ("dialog", "drawer"):
        page = client.get("/b/ours/settings/shops/new", headers={"HX-Request": "true", "HX-Target": layer})
        assert "<html" not in page.content.decode() and "layer-head" in page.content.decode()


def test_a_form_in_a_dialog_answers_faults_in_place_and_success_by_leaving(world: World) -> None:
    client, headers = world.client("owner"), {"HX-Request": "true", "HX-Target": "dialog"}
    bad = client.post("/b/ours/settings/shops/new", {"name": ""}, headers=headers)
    assert bad.status_code == 422 and "<html" not in bad.content.decode()
    good = client.post("/b/ours/settings/shops/new", {"name": "Shop Z"}, headers=headers)
    assert (good.status_code, good["HX-Redirect"]) == (204, "/b/ours/settings/shops")


def test_error_pages_are_sentences(world: World) -> None:
    client = world.client("clerk")
    missing, refused = client.get("/b/theirs/"), client.get("/b/ours/settings/users")
    assert (missing.status_code, refused.status_code) == (404, 403)
    assert "账套" in missing.content.decode() and "角色" in refused.content.decode()
    fragment = client.get("/b/ours/settings/users", headers={"HX-Request": "true"})
    assert fragment.status_code == 403 and "<html" not in fragment.content.decode()


def test_a_fault_of_the_program_shows_a_number_only(world: World, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def breaks(*args: Any) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("huikuan.server.jobs.queries.jobs_of", breaks)
    client = world.client("clerk")
    client.raise_request_exception = False
    response = client.get("/b/ours/jobs")
    text = response.content.decode()
    assert response.status_code == 500 and "secret detail" not in text and "E-" in text


# The frame costs eight: session, user, role, books, job of the top bar (2), counts of the left bar (2). A page adds its
# own. Raise a number only with a reason.
QUERIES = {
    "/b/ours/": 15,  # the home page: also the latest documents, what has doubts, what waits, is due, was not sent
    "/b/ours/settings": 10,
    "/b/ours/settings/shops": 13,
    "/b/ours/settings/rules": 17,  # the left bar counts what is due and what was not sent
    "/b/ours/settings/rules/proposals": 9,
    "/b/ours/settings/users": 11,
    "/b/ours/settings/audit": 12,
    "/b/ours/jobs": 11,
}


@pytest.mark.parametrize("address", QUERIES)
def test_queries_per_page(world: World, address: str, django_assert_max_num_queries: Any) -> None:
    client = world.client("owner")
    client.get(address)
    with django_assert_max_num_queries(QUERIES[address]):
        assert client.get(address).status_code == 200


def test_the_names_of_built_files_are_read_once_but_by_developers(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STATIC_ROOT, settings.DEBUG = tmp_path, False
    manifest = tmp_path / "manifest.json"
    manifest.write_text('{"main.css": "main-1.css"}')
    files = BuiltFiles()
    assert files.url("main.css") == "/static/main-1.css"
    manifest.write_text('{"main.css": "main-2.css"}')
    os.utime(manifest, ns=(1, 1))
    assert files.url("main.css") == "/static/main-1.css"
    settings.DEBUG = True
    assert files.url("main.css") == "/static/main-2.css"
