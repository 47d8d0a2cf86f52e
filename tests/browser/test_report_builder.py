"""In a real browser: put a report together by clicking, save it, open it from the list, take it as Excel."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.browser.pages import barriers, open_page, serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("builder") / "home", "tests.browser.seed_demo") as address:
        yield address


def test_build_save_open_export(chromium: Any, server: str, tmp_path: Path) -> None:
    page, faults = open_page(chromium, server, "en-GB", 1440, book="/b/demo")
    page.get_by_role("link", name="Custom report").click()
    page.locator("#b-subject").select_option("order_lines")
    page.locator("#m-lines").wait_for()
    page.locator('.chip-x[value="remove columns shop"]').click()
    page.locator('[data-zone="columns"] .zone-empty').wait_for()
    page.locator("#d-shop").focus()
    page.keyboard.press("Enter")  # by keyboard
    page.locator('[data-zone="rows"] [data-field="shop"]').wait_for()
    page.locator('li[data-field="status"]').drag_to(page.locator('[data-zone="columns"]'))
    page.locator('[data-zone="columns"] [data-field="status"]').wait_for()
    assert page.locator("[data-proof].is-matched").count() == 1
    page.locator("figure[data-chart] svg").wait_for()
    assert barriers(page) == []
    total = page.locator(".preview tfoot td").last.inner_text()

    page.locator("#builder .page-top .btn-primary").click()
    page.locator("#s-title").fill("Sales by status")
    page.locator("#dialog .btn-primary").click()
    page.get_by_role("heading", name="Sales by status").first.wait_for()
    page.get_by_role("link", name="Reports", exact=True).first.click()
    page.get_by_role("link", name="Sales by status").click()
    page.locator(".report-table tfoot").wait_for()
    assert page.locator(".report-table tfoot td").last.inner_text() == total
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Excel").click()
    file = tmp_path / "report.xlsx"
    waiting.value.save_as(file)
    values = [cell for row in CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python() for cell in row]
    assert any(isinstance(cell, float) and Decimal(str(cell)) == Decimal(total.replace(",", "")) for cell in values)
    assert faults == []
