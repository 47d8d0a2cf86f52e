"""In a real browser: log in, read on the home page what is overdue, open the orders behind it, take them away.

The command line's own list of orders has the same total.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.browser.pages import ROOT, barriers, open_page, serving

pytestmark = pytest.mark.browser


def amount(text: str) -> Decimal:
    return Decimal(text.strip().replace(",", "").replace("−", "-"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("collection") / "home"


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[str]:
    with serving(home, "tests.browser.seed_demo") as address:
        yield address


def test_from_the_overdue_figure_to_the_excel_file(chromium: Any, server: str, home: Path, tmp_path: Path) -> None:
    page, faults = open_page(chromium, server, "en-GB", 1440, book="/b/demo")
    page.locator("figure[data-chart] svg").wait_for()
    figure = page.locator(".places a.figure").last  # the places end with what is overdue
    overdue = amount(figure.inner_text())
    assert overdue > 0
    figure.click()
    page.get_by_role("heading", name="Collection", exact=True).wait_for()
    assert amount(page.locator("[data-total]").inner_text()) == overdue
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Excel").click()
    file = tmp_path / "list.xlsx"
    waiting.value.save_as(file)
    assert in_excel(file) == overdue
    assert by_command_line(home) == overdue
    assert faults == []


def in_excel(file: Path) -> Decimal:
    rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    start = next(number for number, row in enumerate(rows) if "Overdue" in row)
    column = rows[start].index("Overdue")
    orders = [row for row in rows[start + 1 :] if str(row[0]).isdigit()]
    return sum((Decimal(str(row[column] or 0)) for row in orders), Decimal(0)).quantize(Decimal("0.01"))


def by_command_line(home: Path) -> Decimal:
    command = [sys.executable, "-m", "huikuan.cli", "collection", "--json", "--home", str(home)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ}, capture_output=True, text=True, check=True)
    rows = json.loads(done.stdout)["rows"]
    return sum((Decimal(row["overdue"]) for row in rows), Decimal(0))


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_pages_with_data_have_no_barriers(chromium: Any, server: str, width: int, scheme: str) -> None:
    page, _faults = open_page(chromium, server, "en-GB", width, scheme, book="/b/demo")
    page.goto(f"{server}/b/demo/collection/?status=collected")
    order = page.locator("#content a[href*='/orders/']").first.get_attribute("href")
    paths = ["/", "/collection/", "/reconciliations/", "/workbench/order-settlement/", "/documents/", "/reports/"]
    paths += ["/workbench/payout-bank/matched/", "/reports/collection-summary/"]
    found = []
    for path in [*(f"/b/demo{path}" for path in paths), order]:
        page.goto(f"{server}{path}")
        found += [f"{path} {fault}" for fault in barriers(page)]
    assert found == []
    page.context.close()


def test_a_view_is_saved_and_opened_with_its_columns(chromium: Any, server: str) -> None:
    page, faults = open_page(chromium, server, "en-GB", 1440, book="/b/demo")
    page.goto(f"{server}/b/demo/collection/?status=overdue")
    page.get_by_role("columnheader", name="Receivable").get_by_role("link").click()
    page.get_by_role("button", name="Columns").click()
    page.get_by_label("Ordered", exact=True).uncheck()
    page.get_by_role("columnheader", name="Ordered").wait_for(state="hidden")
    page.get_by_role("button", name="Views").click()
    page.get_by_label("Save the list as it is now").fill("Largest overdue")
    page.get_by_role("button", name="Save view").click()
    page.get_by_text("View saved: Largest overdue").wait_for()
    page.goto(f"{server}/b/demo/collection/")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("link", name="Largest overdue").click()
    page.get_by_role("button", name="Largest overdue").wait_for()
    assert page.get_by_role("columnheader", name="Receivable").get_attribute("aria-sort") == "descending"
    assert page.get_by_role("columnheader", name="Ordered").is_hidden()
    assert set(page.locator("table.orders tbody .badge").all_inner_texts()) == {"Overdue"}
    assert faults == []
    page.context.close()
