"""In a real browser: the orders that fell due last are found, assigned, claimed; the same money each time."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.browser.pages import barriers, open_page, serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with serving(tmp_path_factory.mktemp("followup") / "home", "tests.browser.seed_demo") as address:
        yield address


def amount(text: str) -> Decimal:
    return Decimal(text.strip().replace(",", ""))


def test_late_orders_are_found_assigned_and_claimed(chromium: Any, server: str, tmp_path: Path) -> None:
    page, faults = open_page(chromium, server, "en-GB", 1440, book="/b/demo")
    page.get_by_role("link", name="Follow-up").click()
    page.get_by_role("link", name="All orders").click()
    page.get_by_role("link", name="Newest: due").click()
    page.wait_for_url("**first=**")
    missing = amount(page.locator("[data-total]").inner_text())
    numbers = page.locator("table.orders td.id a").all_inner_texts()
    assert missing > 0 and numbers
    page.locator("[data-page]").check()
    page.get_by_role("button", name="Select all").click()
    assert "of this filter" in page.locator("[data-told]").inner_text()
    page.get_by_role("button", name="Assign").click()
    dialog = page.locator("#dialog")
    dialog.get_by_label("Title").fill("Ask the platform")
    dialog.get_by_label("Owner").select_option(label="林会计")
    dialog.get_by_label("To be done by").fill("2026-10-31")
    assert [fault for fault in barriers(page) if "dialog" in fault] == []
    dialog.get_by_role("button", name="Assign").click()
    page.get_by_role("heading", name="Ask the platform").wait_for()
    assert set(page.locator("tbody td.id a").all_inner_texts()) == set(numbers)
    assert barriers(page) == []
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Claim file").click()
    file = tmp_path / "claim.xlsx"
    waiting.value.save_as(file)
    rows = CalamineWorkbook.from_path(file).get_sheet_by_name("Orders").to_python()
    start = next(number for number, row in enumerate(rows) if row[0] == "Order number")
    column = rows[start].index("Difference")
    claimed = {str(row[0]): Decimal(str(row[column])) for row in rows[start + 1 :] if str(row[0]) in numbers}
    assert set(claimed) == set(numbers)
    assert sum(claimed.values()).quantize(Decimal("0.01")) == missing
    page.goto(f"{server}/b/demo/")
    page.get_by_role("link", name="1 follow-up is due").click()
    page.get_by_role("link", name="F-1").click()
    drawer = page.locator("#drawer")
    drawer.get_by_label("Note", exact=True).fill("Called them.")
    drawer.get_by_role("button", name="Write the note").click()
    drawer.get_by_text("Called them.").first.wait_for()
    assert barriers(page) == [] and faults == []
    page.context.close()


def test_a_task_is_handed_over_and_closed_on_the_phone(chromium: Any, server: str) -> None:
    page, faults = open_page(chromium, server, "en-GB", 390, "dark", book="/b/demo")
    page.goto(f"{server}/b/demo/followup/1/")
    page.get_by_role("link", name="Hand over").click()
    page.locator("#dialog").get_by_label("Owner").select_option(label="Nobody yet")
    page.locator("#dialog").get_by_role("button", name="Save").click()
    page.get_by_text("Follow-up task handed over").wait_for()
    assert barriers(page) == []
    page.get_by_role("link", name="End", exact=True).click()
    page.locator("#dialog").get_by_role("button", name="Save").click()
    page.get_by_text("F-1 has ended.").wait_for()
    assert barriers(page) == [] and faults == []
    page.context.close()
