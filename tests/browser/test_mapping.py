"""Three tables nobody knows, mapped in a real browser: from the drop to the imported records, and the next file of the
same layout by itself. What a person does is counted: a plain table takes a handful of choices."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.browser.pages import BOOK, open_page
from tests.browser.test_import import drop, row_of

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("HUIKUAN_SHOTS", "")

BANK = (
    "某村镇银行回单,,,,,\n打印日期 2026-02-01,,,,,\n日子,进账,出账,结存,来往单位,事由\n"
    "2026-01-05,1200.00,,1700.00,支付宝,提现\n2026-01-06,,35.50,1664.50,物流公司,运费\n合计,1200.00,35.50,,,\n"
)
ORDERS = (
    "订单号,下单时间,付款时间,金额（分）,,订单状态\n,,,实付金额,运费,\n"
    "A1,2026-01-05 10:00:00,2026-01-05 10:01:00,1250,0,已发货\n"
    "A2,2026-01-05 11:00:00,2026-01-05 11:01:00,399,100,已完成\n合计,,,1649,100,\n"
)
FOREIGN = (
    "Ref;When;Way;Sum;Partner;Note\nX1;03/02/2026;D;12,50;Shop A;order 88123 paid\n"
    "X2;04/02/2026;C;1.002,00;Shop B;order 88124\n"
)


def shot(page: Any, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def choose(page: Any, header: str, field: str) -> None:
    page.get_by_label(header, exact=True).select_option(field)


def mapping_of(page: Any, server: str, name: str, text: str) -> None:
    drop(page, server, (name, text))
    row_of(page, name).get_by_role("link", name="Map its columns").click()
    page.locator("#mapping-result .card").wait_for()


def save(page: Any, name: str) -> None:
    page.get_by_role("button", name="Save and import").click()
    page.wait_for_url("**batch=**")
    page.locator("#batch:not([hx-get])").wait_for(timeout=60_000)
    assert "Imported" in row_of(page, name).inner_text()


def test_a_bank_like_table_with_two_amount_columns_and_totals(chromium: Any, server: str) -> None:
    page, faults = open_page(chromium, server, "en-GB", 1440)
    mapping_of(page, server, "village.csv", BANK)
    page.get_by_label("Header in row").select_option("3")
    page.get_by_label("进账", exact=True).wait_for()
    for header, field in (
        ("进账", "money_in"),
        ("出账", "money_out"),
        ("结存", "balance"),
        ("来往单位", "counterparty"),
        ("事由", "text"),
    ):
        choose(page, header, field)
    choose(page, "日子", "moment")
    page.get_by_label("Amount", exact=True).select_option("two_columns")
    page.get_by_label("Account", exact=True).fill("6225")
    page.get_by_label("Account", exact=True).blur()
    page.get_by_text("all 2 rows can be read").wait_for()
    shot(page, "bank")
    save(page, "village.csv")
    drop(page, server, ("next.csv", BANK.replace("2026-01-", "2026-02-")))
    assert "Imported" in row_of(page, "next.csv").inner_text(), "the next file of this header is read by itself"
    assert not faults


def test_orders_in_fen_under_a_header_of_two_lines(chromium: Any, server: str) -> None:
    page, faults = open_page(chromium, server, "en-GB", 1440)
    mapping_of(page, server, "orders.csv", ORDERS)
    assert page.get_by_label("Lines of the header").input_value() == "2"
    page.locator("#mapping-result td", has_text="12.50").first.wait_for()
    page.get_by_label("Shop", exact=True).fill("Own shop")
    page.get_by_label("Shop", exact=True).blur()
    page.get_by_text("all 2 rows can be read").wait_for()
    shot(page, "orders")
    save(page, "orders.csv")
    assert not faults


def test_a_foreign_table_with_a_direction_and_days_first(chromium: Any, server: str) -> None:
    page, faults = open_page(chromium, server, "en-GB", 1440)
    mapping_of(page, server, "foreign.csv", FOREIGN)
    page.get_by_label("Kind of record").select_option("wallet_line")
    page.locator("#mapping-result .sub", has_text="Wallet lines").wait_for()
    for header, field in (
        ("Ref", "flow_no"),  # only wallet lines have it: from here on the form is theirs
        ("When", "moment"),
        ("Sum", "amount"),
        ("Way", "direction"),
        ("Note", "text"),
    ):
        choose(page, header, field)
    page.get_by_label("Amount", exact=True).select_option("direction")
    page.get_by_label("Decimals after").select_option(",")
    page.get_by_label("Times are those of").select_option("Europe/Berlin")
    page.get_by_label("Account", exact=True).fill("W-1")
    page.get_by_text("Put a field together from columns").click()
    page.locator("[name=df-0]").select_option("order_no")
    page.locator("[name=formula-0]").fill("{Note}")
    page.locator("[name=part-0]").fill("order ([0-9]+)")
    page.locator("[name=part-0]").blur()
    page.locator("#mapping-result td", has_text="88123").first.wait_for()
    page.get_by_role("button", name="Save and import").click()
    page.get_by_text("Say whether the day or the month stands first").first.wait_for()
    shot(page, "foreign")
    page.get_by_label("Date", exact=True).select_option("31/10/2026")
    page.locator("#mapping-result td", has_text="2026-02-03").first.wait_for()
    page.get_by_text("all 2 rows can be read").wait_for()
    save(page, "foreign.csv")
    assert [each for each in faults if "422" not in each] == []
    page.goto(f"{server}{BOOK}/mappings/")
    assert "foreign" in page.locator("main").inner_text()


@pytest.mark.parametrize(("locale", "width"), [("zh-CN", 1440), ("zh-TW", 390), ("en-GB", 1440)])
def test_a_format_is_found_by_a_word(chromium: Any, server: str, locale: str, width: int) -> None:
    page, faults = open_page(chromium, server, locale, width)
    page.goto(f"{server}{BOOK}/import/formats/")
    rows = page.locator(".formats-table tbody tr:visible")
    every = rows.count()
    page.locator("#formats-find").fill("UPS")
    assert 0 < rows.count() < every
    page.locator("summary:visible").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("#formats-find").fill("no such file")
    page.locator("#formats-none").wait_for()
    assert (rows.count(), faults) == (0, [])
    page.context.close()
