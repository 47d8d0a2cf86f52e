"""The journey of completeness in a real browser: a gap is told, its days are seen, a day leads to its file."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.pages import BOOK, barriers, open_page
from tests.browser.test_import import drop
from tests.server.rows.documents import BANK_FILE

pytestmark = pytest.mark.browser
LATER = BANK_FILE.replace("2025-08-12", "2025-08-20").replace("150.00", "250.00").replace("130.00", "230.00")


@pytest.mark.parametrize("width", [1440, 390])
def test_from_a_gap_to_the_file_beside_it(chromium: Any, server: str, width: int) -> None:
    page, faults = open_page(chromium, server, "en-GB", width)
    drop(page, server, ("bank.csv", BANK_FILE), ("later.csv", LATER))
    page.goto(f"{server}{BOOK}/documents/")
    page.get_by_role("link", name="Completeness").click()
    page.get_by_text("lines for 70.00 are missing").wait_for()
    assert barriers(page) == []
    page.locator(".coverage-table th.owner a").first.click()
    page.locator(".calendar .day-gap").first.wait_for()
    assert page.locator(".calendar .day-gap").count() == 7, "13 to 19 August"
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_label("2025-08-20: Covered · later.csv").click()
    page.locator("#drawer").get_by_text("later.csv").first.wait_for()
    assert faults == []
