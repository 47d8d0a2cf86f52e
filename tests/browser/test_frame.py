"""The frame in a real browser: every settings page in three languages and at two widths, drawer, dialog, keyboard.

A console error, a blocked script or a page that is wider than the window fails.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.pages import BOOK, WINDOWS, barriers, open_page, wider
from tests.server.world import PASSWORD

pytestmark = pytest.mark.browser
PAGES = (
    "/", "/settings", "/settings/shops", "/settings/rules", "/settings/users", "/settings/audit", "/settings/shops/new",
    "/settings/rules/fee/new", "/jobs", "/help", "/more", "/search?q=zzz", "/as-of",
)  # fmt: skip


@pytest.mark.parametrize(("locale", "first", "then"), WINDOWS)
def test_every_page_is_whole(chromium: Any, server: str, locale: str, first: int, then: int) -> None:
    page, faults = open_page(chromium, server, locale, first, "dark" if locale == "zh-TW" else "light")
    wide = []
    for path in PAGES:
        page.goto(f"{server}{BOOK}{path}")
        assert page.locator("h1").count() == 1, path
        wide += [(path, width) for width in wider(page, first, then)]
    assert (faults, wide) == ([], [])
    page.context.close()


def test_a_shop_is_made_in_a_dialog(chromium: Any, server: str) -> None:
    page, faults = open_page(chromium, server, "en-GB", 1440)
    page.goto(f"{server}{BOOK}/settings/shops")
    page.get_by_role("link", name="New shop").click()
    dialog = page.locator("#dialog")
    dialog.get_by_label("Name").fill("Shop A")
    dialog.get_by_role("button", name="Save").click()
    dialog.get_by_text("This name is taken.").wait_for()
    dialog.get_by_label("Name").fill("Shop from the dialog")
    dialog.get_by_role("button", name="Save").click()
    page.get_by_text("Saved: Shop from the dialog").wait_for()
    page.locator("td", has_text="Shop from the dialog").wait_for()
    # The refused form is an answer of its own (422), which the console notes; nothing else may be there.
    assert [fault for fault in faults if "422" not in fault] == []
    page.context.close()


def test_keyboard_drawer_and_theme(chromium: Any, server: str) -> None:
    page, faults = open_page(chromium, server, "en-GB", 1440)
    page.keyboard.press("Control+k")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.press("Escape")
    page.goto(f"{server}{BOOK}/")
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url(f"{server}{BOOK}/settings")
    page.goto(f"{server}{BOOK}/settings/audit")
    page.locator("tbody a").first.click()
    page.locator("#drawer .layer-head").wait_for()
    page.keyboard.press("Escape")
    assert page.locator("#drawer").is_hidden()
    page.goto(f"{server}/account/profile")
    page.get_by_label("Appearance").select_option("dark")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    page.get_by_label("Appearance").select_option("auto")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()
    assert faults == []
    page.context.close()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_settings_have_no_barriers(chromium: Any, server: str, width: int, scheme: str) -> None:
    page, _faults = open_page(chromium, server, "en-GB", width, scheme)
    found = []
    for path in ("/", "/settings", "/settings/shops/new", "/settings/users", "/settings/audit", "/help", "/import/"):
        page.goto(f"{server}{BOOK}{path}")
        found += [f"{path} {fault}" for fault in barriers(page)]
    page.goto(f"{server}{BOOK}/settings/shops")
    page.get_by_role("link", name="New shop").click()
    page.get_by_role("dialog").get_by_label("Name").wait_for()
    found += [f"dialog {fault}" for fault in barriers(page)]
    page.context.clear_cookies()
    page.goto(f"{server}/account/login")
    found += [f"login {fault}" for fault in barriers(page)]
    assert found == []
    page.context.close()


def log_in_again(page: Any) -> None:
    page.wait_for_url("**/account/login?**")
    page.get_by_label("User name").fill("lin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def test_what_was_typed_is_there_again_after_the_session_ended(chromium: Any, server: str) -> None:
    page, _faults = open_page(chromium, server, "en-GB", 1440)
    page.goto(f"{server}{BOOK}/settings/shops")
    page.get_by_role("link", name="New shop").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Typed before the end")
    page.context.clear_cookies(name="huikuan_session")
    dialog.get_by_role("button", name="Save").click()
    log_in_again(page)
    page.wait_for_url(f"{server}{BOOK}/settings/shops")
    dialog.get_by_text("it has not been saved yet").wait_for()
    assert dialog.get_by_label("Name").input_value() == "Typed before the end"
    dialog.get_by_role("button", name="Save").click()
    page.get_by_text("Saved: Typed before the end").wait_for()
    # What has been saved is no draft any more.
    page.context.clear_cookies(name="huikuan_session")
    page.goto(f"{server}{BOOK}/settings/shops")
    log_in_again(page)
    page.wait_for_url(f"{server}{BOOK}/settings/shops")
    page.get_by_role("cell", name="Typed before the end").wait_for()
    assert dialog.count() == 0
    page.context.close()
