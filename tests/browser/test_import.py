"""Journeys of import in a real browser: drop files, see what became of them, map the unknown one, look, undo."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.pages import BOOK, WINDOWS, open_page, wider
from tests.server.rows.documents import BANK_FILE

pytestmark = pytest.mark.browser
UNKNOWN = (
    "单号,交易日期,发生额,对方\nA1,01/10/2026,12.50,某公司\nA2,02/10/2026,-3.00,某公司\nA3,03/10/2026,1002.00,某甲\n"
)
# The drop of files onto the page, as the browser reports it.
DROP = """
(files) => {
  const carried = new DataTransfer();
  for (const [name, text] of files) carried.items.add(new File([text], name));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
  }
}
"""


def drop(page: Any, server: str, *files: tuple[str, str]) -> None:
    """Drop files on the import page and wait until all have been read."""
    page.goto(f"{server}{BOOK}/import/")
    page.evaluate(DROP, [list(file) for file in files])
    page.wait_for_url("**batch=**")
    page.locator("#batch:not([hx-get])").wait_for(timeout=60_000)


def row_of(page: Any, name: str) -> Any:
    return page.locator("tr.two-lines", has_text=name)


def test_three_files_from_drop_to_undo(chromium: Any, server: str) -> None:
    page, faults = open_page(chromium, server, "en-GB", 1440)
    drop(page, server, ("bank.csv", BANK_FILE), ("unknown.csv", UNKNOWN), ("empty.csv", ""))
    assert "Refused" in row_of(page, "empty.csv").inner_text()
    assert "Imported" in row_of(page, "bank.csv").inner_text()
    page.get_by_role("button", name="Reconcile now").wait_for()

    row_of(page, "unknown.csv").get_by_role("link", name="Map its columns").click()
    page.get_by_label("Date", exact=True).wait_for()
    # 1 October or 10 January? Nothing in the file decides: the column is marked, and the person chooses.
    assert "doubtful" in (page.get_by_label("交易日期").get_attribute("class") or "")
    page.get_by_text("all 3 rows can be read").wait_for()
    page.get_by_label("Date", exact=True).select_option("31/10/2026")
    page.locator("#mapping-result td", has_text="2026-10-01").wait_for()
    page.get_by_label("单号").select_option("Bank's reference")
    page.get_by_label("Kind of record").select_option("wallet_line")
    page.locator("#mapping-result .sub", has_text="Wallet lines").wait_for()
    assert page.get_by_label("Date", exact=True).input_value() == "%d/%m/%Y", "what was chosen stays"
    page.get_by_label("Kind of record").select_option("bank_line")
    page.locator("#mapping-result .sub", has_text="Bank lines").wait_for()
    page.get_by_label("Account", exact=True).fill("Bank")
    page.get_by_role("button", name="Save and import").click()
    page.wait_for_url("**batch=**")
    page.locator("#batch:not([hx-get])").wait_for(timeout=60_000)

    row_of(page, "unknown.csv").get_by_role("link", name="See where").click()
    drawer = page.locator("#drawer")
    drawer.get_by_text("3 = 3 accepted + 0 rejected + 0 ignored").wait_for()
    drawer.get_by_role("link", name="Undo").click()
    page.locator("#dialog").get_by_role("button", name="Undo").click()
    page.get_by_text("unknown.csv was taken out again.").wait_for()
    assert page.locator("tbody tr").count() == 1
    assert faults == []
    page.context.close()


def test_a_record_leads_to_the_cells_of_its_row(chromium: Any, server: str) -> None:
    page, faults = open_page(chromium, server, "zh-CN", 1440)
    drop(page, server, ("bank.csv", BANK_FILE))
    page.goto(f"{server}{BOOK}/documents/")
    page.locator("tbody a").first.click()
    page.locator("#drawer a[href*='/source/']").first.click()
    page.get_by_role("row", name="附言 货款").wait_for()
    page.get_by_role("row", name="对方开户行 ***").wait_for()
    assert faults == []
    page.context.close()


@pytest.mark.parametrize(("locale", "first", "then"), WINDOWS)
def test_pages_of_import_are_whole(chromium: Any, server: str, locale: str, first: int, then: int) -> None:
    page, faults = open_page(chromium, server, locale, first, "dark" if locale == "zh-TW" else "light")
    bad = BANK_FILE.replace("50.00,", "1.2E+05,").replace("2025-08-12,12:24", "2025-02-30,12:24")
    # A header of its own: the journey before may have saved a mapping for the other one.
    unknown = f"{locale} " + UNKNOWN
    drop(page, server, ("很长的文件名" * 14 + ".csv", bad), ("图片.csv", "GIF89a"), ("unknown.csv", unknown))
    assert page.locator(".faults-table tbody tr").count() == 2
    wide = []
    paths = [page.url, *(f"{server}{BOOK}{path}" for path in ("/import/formats/", "/mappings/", "/documents/"))]
    paths += [f"{server}{page.locator('a[href*=columns]').first.get_attribute('href')}"]
    for path in paths:
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert page.locator("h1").count() == 1, path
        wide += [(path, width) for width in wider(page, first, then)]
    assert (faults, wide) == ([], [])
    page.context.close()
