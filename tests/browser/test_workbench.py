"""Journeys through the workbench by keyboard: match, undo, match with a difference, survive a new run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.pages import open_page, serving

BENCH = "/b/demo/workbench/order-settlement/"
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("journey") / "home", "tests.browser.seed_demo") as address:
        yield address


@pytest.fixture
def page(chromium: Any, server: str) -> Iterator[Any]:
    opened, _faults = open_page(chromium, server, "en-US", 1440, book="/b/demo")
    opened.set_default_timeout(60_000)
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.goto(f"{server}{BENCH}")
    yield opened
    assert faults == []
    opened.context.close()


def count(page: Any, name: str) -> int:
    return int(page.locator(f'#shows [data-count="{name}"]').inner_text().replace(",", ""))


def wait_for_count(page: Any, name: str, wanted: int) -> None:
    page.wait_for_function(
        "([name, wanted]) => "
        "document.querySelector(`#shows [data-count=\"${name}\"]`).textContent.replace(/,/g, '') == wanted",
        arg=[name, wanted],
    )


def wait_for_run(page: Any, server: str) -> None:
    """Until no job waits or runs; a failed one fails the journey."""
    for _ in range(600):
        page.goto(f"{server}/b/demo/jobs")
        states = page.locator("table.list tbody tr .badge").all_inner_texts()
        assert "Failed" not in states
        if states and not {"Waiting", "Running"} & set(states):
            return
        page.wait_for_timeout(500)
    raise AssertionError("the run does not end")


def figure(page: Any, name: str) -> str:
    return str(page.locator(f'[data-sum="{name}"]').inner_text())


def test_match_by_keyboard_undo_and_survive_a_new_run(page: Any, server: str) -> None:
    before = count(page, "work")
    page.locator("[data-offer]").first.wait_for()
    page.keyboard.press("s")
    page.locator(".difference-bar.is-equal").wait_for()
    assert figure(page, "difference") == "0.00" and figure(page, "left") == figure(page, "right") != "0.00"
    page.keyboard.press("m")
    page.locator("#toasts .toast-line").first.wait_for()
    wait_for_count(page, "work", before - 2)
    page.keyboard.press("u")
    wait_for_count(page, "work", before)
    page.keyboard.press("s")
    page.locator(".difference-bar.is-equal").wait_for()
    page.keyboard.press("m")
    wait_for_count(page, "work", before - 2)
    page.goto(f"{server}/b/demo/reconciliations/")
    page.locator('form[action*="/reconciliations/run/"] button').first.click()
    wait_for_run(page, server)
    page.goto(f"{server}{BENCH}matched/?status=manual")
    page.locator("table.list tbody tr").first.wait_for()
    assert page.locator("table.list tbody tr").count() == 1
    page.goto(f"{server}{BENCH}")
    wait_for_count(page, "work", before - 2)


def test_rows_are_selected_by_keyboard_and_matched_with_a_difference(page: Any) -> None:
    before = count(page, "work")
    left = page.locator('.pane[data-side="left"]')
    left.locator("[data-pane-filter]").fill("< 90")
    left.locator("tr[data-item]").first.wait_for()
    page.wait_for_timeout(800)
    rows = left.locator('tr[data-item]:not([data-key=""])')
    rows.first.click()
    page.keyboard.press("Space")
    page.locator('.pane[data-side="right"] .near').wait_for()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    selected = page.locator('tr[aria-selected="true"]')
    assert selected.count() == 2
    assert page.locator('[data-do="match"]').is_disabled() == (figure(page, "difference") != "0.00")
    if figure(page, "difference") == "0.00":
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Space")
    page.keyboard.press("d")
    dialog = page.locator("dialog[open]")
    dialog.wait_for()
    assert figure(page, "difference") in dialog.inner_text()
    dialog.locator('input[value="fee"]').check()
    page.keyboard.press("Control+Enter")
    page.locator("#toasts .toast-line").first.wait_for()
    page.wait_for_function(
        "(before) => "
        "Number(document.querySelector('#shows [data-count=\"work\"]').textContent.replace(/,/g, '')) < before",
        arg=before,
    )
    assert re.search(r"booked as", page.locator("#toasts").inner_text())


def test_the_address_holds_the_filter_and_back_restores_the_selection(page: Any, server: str) -> None:
    left = page.get_by_role("region", name="Orders")
    right = page.get_by_role("region", name="Settlement lines")
    page.get_by_role("link", name="All open").click()
    left.get_by_role("searchbox").fill("> 20")
    page.wait_for_url("**show=all**lq=**")
    page.locator("[data-loading]").last.wait_for(state="detached")  # a click on what is being replaced goes nowhere
    left.get_by_role("button", name="Amount").click()
    page.wait_for_url("**lsort=-amount**")
    page.locator("[data-loading]").last.wait_for(state="detached")
    left.get_by_role("checkbox").nth(1).check()
    chosen = figure(page, "left")
    assert chosen != "0.00"
    left.get_by_role("link", name=re.compile("^Order ")).click()
    page.wait_for_url("**/orders/**")
    page.go_back()
    expect = page.locator('[data-sum="left"]', has_text=chosen)
    expect.wait_for()
    assert left.get_by_role("searchbox").input_value() == "> 20"
    assert left.locator("th[aria-sort=descending]").inner_text().strip() == "Amount"
    assert right.get_by_role("searchbox").input_value() == ""
    page.goto(f"{server}{BENCH}")
    assert figure(page, "left") == "0.00", "a fresh visit starts without a selection"


def test_a_missing_record_is_entered_from_its_side(page: Any) -> None:
    page.get_by_role("link", name="Enter a missing record: Settlement lines").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("link", name="Bank lines").click()
    dialog.get_by_label("Bank's reference").wait_for()
    dialog.get_by_role("link", name="Settlement lines").click()
    dialog.get_by_label("Flow number").fill("BY-HAND-1")
    dialog.get_by_label("Account", exact=True).fill("2088931207745521")
    dialog.get_by_label("Day").fill("2026-10-20")
    dialog.get_by_label("Amount").fill("12.50")
    dialog.get_by_label("Reason").fill("on paper only")
    page.keyboard.press("Control+Enter")
    page.locator("#toasts").get_by_text("Entered.").wait_for()
    dialog.wait_for(state="hidden")


def test_the_list_of_keys_opens_by_its_key(page: Any) -> None:
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_text("Take the next suggestion").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")


def test_escape_clears_and_the_sums_are_exact(page: Any) -> None:
    left = page.locator('.pane[data-side="left"] tr[data-item]:not([data-key=""]) input')
    for at in range(3):
        left.nth(at).click()
    amounts = page.eval_on_selector_all('tr[aria-selected="true"]', "(rows) => rows.map((row) => row.dataset.amount)")
    from decimal import Decimal

    assert len(amounts) == 3
    assert figure(page, "left") == f"{sum(map(Decimal, amounts)):,.2f}".replace("-", "\u2212")
    page.keyboard.press("Escape")
    assert figure(page, "left") == "0.00"
    assert page.locator('tr[aria-selected="true"]').count() == 0
