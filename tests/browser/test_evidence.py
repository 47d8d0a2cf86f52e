"""In a real browser: from a year's total to one row of one file, from a finding to the page that proves it, and a month
that stays as it was closed."""

from __future__ import annotations

import csv
import gzip
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.browser.pages import barriers, open_page, seeded, serving

pytestmark = pytest.mark.browser
SEED = "tests.browser.seed_loaded"
NEW_ORDER = "4738600000099999999"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("evidence") / "home", SEED) as address:
        yield address


def amount(text: str) -> Decimal:
    if text.strip() == "–":
        return Decimal(0)
    found = re.search(r"[−-]?[\d,]+\.\d\d", text)
    assert found, text
    return Decimal(found[0].replace(",", "").replace("−", "-"))


def row_of_file(name: str, row: int) -> list[str]:
    """The cells of a row of one of the demo's files, as it was downloaded."""
    path = seeded(SEED).parent / "files" / name.partition("!")[0]
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            member = max(archive.infolist(), key=lambda each: each.file_size)
            data = archive.read(member)
    else:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gbk")
    return next(csv.reader([text.splitlines()[row - 1]]))


def changed_orders() -> tuple[str, bytes]:
    """A file of orders exported anew: the first order costs one yuan more, and an order came in addition."""
    (path,) = (seeded(SEED).parent / "files").glob("ExportOrderList*_禾屿家居工厂店.csv")
    header, first, *rest = path.read_bytes().decode("gb18030").split("\n")
    number, paid = next(csv.reader([first]))[0].strip("'"), next(csv.reader([first]))[10]
    added = first.replace(number, NEW_ORDER)
    changed = first.replace(f'"{paid}"', f'"{Decimal(paid) + 1}"')
    return path.name.replace("2026110109", "2026110509"), "\n".join([header, changed, added, *rest]).encode("gb18030")


def figures(page: Any, column: int) -> list[Decimal]:
    """A column of figures of the last table."""
    return [amount(text) for text in page.locator(f".report-table tbody td:nth-child({column})").all_inner_texts()]


def test_from_a_years_total_to_one_row_of_one_file(chromium: Any, server: str) -> None:
    page, faults = open_page(chromium, server, "en-GB", 1440, book="/b/demo")
    page.get_by_role("link", name="Reports", exact=True).first.click()
    page.get_by_role("link", name="Platform fees").first.click()
    page.get_by_role("link", name="This year").click()
    page.wait_for_url("**from=2026-01-01**")
    parts = page.locator("section", has=page.get_by_role("heading", name="By type", exact=True))
    total = amount(parts.locator("tfoot td").nth(1).inner_text())
    told = [amount(text) for text in parts.locator("tbody td:nth-child(2)").all_inner_texts()]
    assert sum(told) == total > 0 and len(told) > 3
    parts.get_by_role("link", name="Commission", exact=True).click()
    page.get_by_role("heading", name="Fee lines").first.wait_for()
    charged = figures(page, 7)
    assert sum(charged) == told[0] == amount(page.locator(".report-table tfoot td").nth(6).inner_text())
    line = page.locator(".report-table tbody tr").first
    order_no, flow_no = line.locator("td").first.inner_text(), line.locator("td").nth(7).inner_text()
    line.locator("a.figure").click()
    drawer = page.locator("#drawer")
    drawer.get_by_role("heading", name="As the file has it").wait_for()
    name = drawer.locator("h3, h2, b, strong, .file-name").filter(has_text="csv").first.inner_text()
    place = re.search(r"row (\d+)", drawer.inner_text())
    assert place
    original = drawer.locator("section", has=page.get_by_role("heading", name="As the file has it"))
    shown = original.locator("td").all_inner_texts()
    cells = [cell.strip().lstrip("`'").strip('="') for cell in row_of_file(name.replace("\n", ""), int(place[1]))]
    assert flow_no in cells and any(order_no in cell for cell in cells)
    clear = [text for text in shown if text and text != "***"]
    assert set(clear) <= set(cells) and f"{-charged[0]:.2f}" in clear
    assert barriers(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Reports", exact=True).last.click()
    page.get_by_role("heading", name="Reports", exact=True).wait_for()
    assert faults == []
    page.context.close()


def test_a_finding_is_read_and_its_link_followed(chromium: Any, server: str) -> None:
    page, faults = open_page(chromium, server, "en-GB", 390, book="/b/demo")
    page.goto(f"{server}/b/demo/analysis/")
    finding = page.locator(".finding", has_text="Overcharges not claimed").first
    sentence = finding.locator(".finding-body p").first.inner_text()
    found = re.fullmatch(r"(.+): (\d+) fees .+ nobody has claimed them: CNY ([\d,.]+)\.", sentence)
    assert found, sentence
    assert amount(finding.locator(".figure-value").inner_text()) == amount(found[3])
    finding.get_by_role("link", name="Fee audit").click()
    page.get_by_role("heading", name="Fee audit").wait_for()
    claims = page.locator("section", has=page.get_by_role("heading", name="Claim list"))
    rows = claims.locator("tbody tr")
    assert rows.count() == int(found[2])
    assert set(claims.locator("tbody td:nth-child(2)").all_inner_texts()) == {found[1]}
    assert sum(amount(text) for text in claims.locator("tbody td:nth-child(9)").all_inner_texts()) == amount(found[3])
    assert amount(claims.locator("tfoot td").nth(8).inner_text()) == amount(found[3])
    assert barriers(page) == []
    order = rows.first.get_by_role("link").first
    number = order.inner_text()
    order.click()
    page.get_by_role("heading", name=re.compile(r"^[\d\s]+$")).first.wait_for()
    assert number in page.locator("main, #content").first.inner_text().replace(" ", "").replace("\n", "")

    page.goto(f"{server}/b/demo/analysis/")
    idle = page.locator(".finding", has_text="Idle money in a wallet").first
    facts = dict(
        zip(idle.locator("dt").all_inner_texts(), map(amount, idle.locator("dd").all_inner_texts()), strict=True)
    )
    idle.get_by_role("link", name="The wallet's roll-forward").click()
    page.get_by_role("heading", name="Wallet roll-forward").wait_for()
    equation = dict(
        zip(
            page.locator(".equation .figure-label").all_inner_texts(),
            map(amount, page.locator(".equation .figure-value").all_inner_texts()),
            strict=True,
        )
    )
    assert (equation["In"], equation["Closing"]) == (facts["Came in over 28 days"], facts["Balance now"])
    assert barriers(page) == [] and faults == []
    page.context.close()


def test_a_closed_month_stays_as_it_was_until_it_is_reopened(chromium: Any, server: str) -> None:
    page, faults = open_page(chromium, server, "en-GB", 1440, book="/b/demo")
    page.get_by_role("link", name=re.compile("Sep 2026 has ended")).click()
    page.goto(f"{server}/b/demo/periods/2026-10/")
    dialog = page.locator("#dialog")
    page.get_by_role("link", name="Close the period…").click()
    dialog.get_by_label("Close although").check()
    dialog.get_by_label("Why").fill("month end")
    dialog.get_by_role("button", name="Close the period").click()
    page.get_by_role("link", name="Reopen…").wait_for(timeout=60_000)
    frozen = page.locator(".period-hash").inner_text(), page.locator("aside .card").first.inner_text()

    name, content = changed_orders()
    page.goto(f"{server}/b/demo/import/")
    page.locator("input[type=file]").first.set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    page.wait_for_url("**batch=**")
    page.locator("#batch:not([hx-get])").wait_for(timeout=60_000)
    told = page.locator("tr.entry-more").inner_text()
    assert "closed period 2026-10 what it was not closed with: 1." in told and "marked late" in told

    page.goto(f"{server}/b/demo/periods/2026-10/")
    assert frozen == (page.locator(".period-hash").inner_text(), page.locator("aside .card").first.inner_text())
    late = page.locator("section", has=page.get_by_role("heading", name="Late records"))
    assert late.locator("tbody tr").all_inner_texts()[0].count(NEW_ORDER) == 1 == late.locator("tbody tr").count()
    assert barriers(page) == []
    page.get_by_role("link", name="Reopen…").click()
    dialog.get_by_label("Why").fill("the order was changed")
    dialog.get_by_role("button", name="Reopen").click()
    page.get_by_role("heading", name="Before closing").wait_for()
    assert faults == []
    page.context.close()
