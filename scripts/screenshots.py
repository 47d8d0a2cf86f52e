"""Takes pictures of all pages of a running server, for looking at them: widths, languages and themes as asked.

    python scripts/screenshots.py --address http://127.0.0.1:8000 --user admin --password ... --out /tmp/shots
    python scripts/screenshots.py ... --widths 390 --languages en --themes dark --pages home,order

Beside the pictures `report.txt` says what needs no eye: pages wider than the window, targets under 44 px on the phone,
errors of the console, sentences left in English on Chinese pages.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

import browser
from playwright.sync_api import sync_playwright

# name -> address under /b/BOOK/; or (page to look on, part of the address of its first fitting link, what to do).
PAGES: dict[str, Any] = {
    "home": "",
    "import": "import/",
    "formats": "import/formats/",
    "documents": "documents/",
    "coverage": "documents/coverage/",
    "stream": ("documents/coverage/", "/documents/coverage/"),
    "document": ("documents/", "/documents/2"),
    "undo": ("documents/", "/documents/2", "undo/"),
    "items": "bill-items/",
    "mappings": "mappings/",
    "overview": "reconciliations/",
    "bench-orders": "workbench/order-settlement/",
    "bench-wallet": "workbench/settlement-wallet/",
    "bench-bank": "workbench/payout-bank/",
    "bench-balance": "workbench/balance/",
    "bench-erp": "workbench/order-erp/",
    "bench-empty": "workbench/payout-bank/?lq=nothing-fits-this&rq=nothing-fits-this",
    "matched": "workbench/payout-bank/matched/",
    "causes": "workbench/order-settlement/causes/",
    "causes-erp": "workbench/order-erp/causes/",
    "matched-empty": "workbench/payout-bank/matched/?q=nothing-fits-this",
    "group": ("workbench/payout-bank/matched/", "/group/"),
    "group-erp": ("workbench/order-erp/matched/?status=difference", "/group/"),
    "collection": "collection/",
    "collection-overdue": "collection/?status=overdue",
    "collection-empty": "collection/?q=nothing-fits-this",
    "followup": "followup/",
    "followup-reminders": "followup/reminders/",
    "followup-missing": "followup/missing/",
    "followup-empty": "followup/missing/?q=nothing-fits-this",
    "followup-task": "followup/1/",
    "followup-promise": "followup/1/edit/?part=promise",
    "forecast": "forecast/",
    "forecast-day": ("forecast/", "/forecast/day/"),
    "analysis": "analysis/",
    "periods": "periods/",
    "period-open": "periods/2026-09/",
    "period-closed": "periods/2026-10/",
    "period-close": "periods/2026-09/close",
    "period-reopen": "periods/2026-10/reopen",
    "delivery": "delivery/",
    "delivery-new": "delivery/new",
    "delivery-archive": "delivery/archive/",
    "delivery-webhooks": "delivery/webhooks/",
    "delivery-mail": "delivery/mail",
    "order": ("collection/?status=collected", "/orders/"),
    "order-books": ("workbench/order-erp/matched/?status=difference", "/group/", "/orders/"),
    "order-overdue": ("collection/?status=overdue", "/orders/"),
    "inside": ("collection/?status=collected", "/orders/", "/inside/"),
    "order-unknown": "orders/no-such-order/",
    "source": ("collection/?status=collected", "/orders/", "/source/"),
    "enter-bank": "records/new/bank_line/",
    "enter-order": "records/new/order_line/",
    "sales-comparison": "reports/sales-comparison/?from=2026-10-16&to=2026-10-31",
    "net-income": "reports/net-income/",
    "vouchers": "reports/vouchers/",
    "reports": "reports/",
    "builder": "reports/builder/",
    "builder-lines": "reports/builder/?subject=order_lines",
    "builder-fees": "reports/builder/?subject=fee_audit",
    "builder-wallet": "reports/builder/?subject=wallet",
    "builder-matches": "reports/builder/?subject=matches",
    "records-matches": ("reports/builder/?subject=matches", "/reports/records/"),
    "builder-fault": "reports/builder/?subject=payouts&period=2019",
    "records": ("reports/builder/", "/reports/records/"),
    "fee-audit": "reports/fee_audit/?from=2026-09-01&to=2026-10-31",
    "write-offs": "reports/write_offs/?from=2026-09-01&to=2026-10-31",
    "approvals": "approvals/",
    "report-collection": "reports/collection-summary/?from=2026-10-16&to=2026-10-31&by=week&compare=previous",
    "report-balance": ("reports/", "account="),
    "report-ageing": "reports/receivables-ageing/",
    "report-overdue": "reports/overdue/?from=-",
    "report-receivables": "reports/receivables/?from=-&place=in_wallets",
    "report-days": "reports/days-to-collect/?from=2026-10-16&to=2026-10-31&compare=previous",
    "report-payouts": "reports/payouts/",
    "report-wallets": "reports/wallet-roll-forward/",
    "report-roll-forward": "reports/receivables-roll-forward/?from=2026-10-16&to=2026-10-31",
    "report-platform-fees": "reports/platform-fees/?from=2026-10-16&to=2026-10-31&compare=previous",
    "report-refunds": "reports/refunds/?from=2026-10-16&to=2026-10-31&compare=previous",
    "report-differences": "reports/settlement-differences/?from=2026-10-22&to=2026-10-31",
    "report-exceptions": "reports/exceptions/?reconciliation=payout-bank",
    "report-reconciliation": "reports/reconciliation-report/?by=week",
    "jobs": "jobs",
    "job": ("jobs", "/jobs/"),
    "settings": "settings",
    "new-book": "settings/new-book",
    "shops": "settings/shops",
    "shop-new": "settings/shops/new",
    "account-new": "settings/accounts/new",
    "rules": "settings/rules",
    "rule-new": "settings/rules/settlement/new",
    "own-new": "settings/rules/own/new",
    "own": ("settings/rules", "/settings/rules/own/"),
    "what-if": "what-if/",
    "what-if-result": ("what-if/", "/what-if/"),
    "proposals": "settings/rules/proposals",
    "proposal": ("settings/rules/proposals", "/proposals/take/"),
    "users": "settings/users",
    "user-add": "settings/users/add",
    "audit": "settings/audit",
    "audit-entry": ("settings/audit", "/settings/audit/"),
    "search": "search?q=1",
    "search-empty": "search?q=nothing-fits-this",
    "as-of": "as-of",
    "past": "?as_of=2026-10-15",
    "more": "more",
    "help": "help",
    "not-found": "no-such-page",
    "profile": "/account/profile",
    "password": "/account/password",
    "keys": "/account/keys",
}
LOCALES = {"zh-hans": "zh-CN", "zh-hant": "zh-TW", "en": "en-US"}
FAULTS = """() => {
  const shown = (node) => node.checkVisibility({visibilityProperty: true}) && node.getBoundingClientRect().width > 1;
  const words = (node) => (node.innerText || node.title || node.name || node.outerHTML).trim().slice(0, 50);
  const target = (node) => node.closest('label, .cards tr, .rows tr, .todo > *') || node;
  const beside = 'p, dd, li, h2, .second, .visually-hidden, .figure, .skip, .hop-line, .where';
  const small = [...document.querySelectorAll('a, button, input:not([type=hidden]), select, summary')]
    .filter((node) => shown(node) && !node.closest(beside) && target(node).getBoundingClientRect().height < 43.5)
    .map((node) => `${words(node)} ${Math.round(node.getBoundingClientRect().height)}`);
  const english = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const text = node.textContent.trim();
    const latin = /[a-z]{3,} [a-z]{2,}/i.test(text) && !/[\\u4e00-\\u9fff]/.test(text);
    if (latin && shown(node.parentElement)) english.push(text.slice(0, 80));
  }
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  return {wide, small: [...new Set(small)], english: [...new Set(english)]};
}"""


def main() -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--user", default="admin")
    parser.add_argument("--password", required=True)
    parser.add_argument("--book", help="its name in the address; default: the one opened after the login")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--widths", default="1440,390")
    parser.add_argument("--languages", default="zh-hans,zh-hant,en")
    parser.add_argument("--themes", default="light")
    parser.add_argument("--pages", default=",".join(PAGES), help="names, separated by commas")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    report: list[str] = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser.find(), args=["--no-sandbox"])
        for language in asked.languages.split(","):
            for theme in asked.themes.split(","):
                for width in map(int, asked.widths.split(",")):
                    report += _round(chromium, asked, language, theme, width)
        chromium.close()
    (asked.out / "report.txt").write_text("\n".join(report) + "\n", encoding="utf-8")
    print("\n".join(report))
    return 0


def _round(chromium: Any, asked: argparse.Namespace, language: str, theme: str, width: int) -> list[str]:
    context = chromium.new_context(
        viewport={"width": width, "height": 900 if width > 600 else 844}, color_scheme=theme, locale=LOCALES[language],
        device_scale_factor=1 if width > 600 else 2,
    )  # fmt: skip
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(f"console: {message.text}") if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(f"script: {error}"))
    home = _log_in(page, asked, language)
    report = []
    for name in asked.pages.split(","):
        said.clear()
        if not _open(page, asked.address, home, PAGES[name]):
            report.append(f"{name}: no link found")
            continue
        page.wait_for_load_state("networkidle")
        whole = page.locator("body.full").count() == 0 or width < 768
        page.screenshot(path=asked.out / f"{name}.{language}.{width}.{theme}.png", full_page=whole)
        found = page.evaluate(FAULTS)
        lines = [f"wider by {found['wide']} px"] if found["wide"] > 0 else []
        lines += [f"small targets: {found['small']}"] if width < 600 and found["small"] else []
        lines += [f"English: {found['english']}"] if language != "en" and found["english"] else []
        lines += [fault for fault in said if name not in {"not-found", "order-unknown"}]
        report += [f"{name} {language} {width} {theme}: {line}" for line in lines]
    context.close()
    return report


def _log_in(page: Any, asked: argparse.Namespace, language: str) -> str:
    """The address of the book, logged in, in the language asked."""
    page.goto(f"{asked.address}/account/login")
    page.locator("#id_username").fill(asked.user)
    page.locator("#id_password").fill(asked.password)
    page.locator("form .btn-primary").click()
    page.wait_for_url(f"{asked.address}/b/**")
    home = f"{asked.address}/b/{asked.book}/" if asked.book else page.url.partition("?")[0]
    headers = json.loads(page.locator("body").get_attribute("hx-headers") or "{}")
    page.request.post(
        f"{asked.address}/account/language", form={"language": language}, headers={**headers, "Referer": home}
    )
    page.goto(home)
    return home


def _open(page: Any, address: str, home: str, where: Any) -> bool:
    """Go to a page; False if the link that leads there is not found."""
    if isinstance(where, str):
        page.goto(f"{address}{where}" if where.startswith("/") else f"{home}{where}")
        return True
    start, *parts = where
    page.goto(f"{home}{start}")
    for part in parts:
        links = page.locator(f"#content a[href*='{part}']").evaluate_all("nodes => nodes.map(node => node.href)")
        own = page.url.partition("?")[0].rstrip("/")
        plain = [(link, link.partition("?")[0].rstrip("/")) for link in links]
        further = [link for link, path in plain if path != own and not re.search(r"/export(/|$)|/own/new$", path)]
        if not further:
            return False
        page.goto(further[0])
    return True


if __name__ == "__main__":
    sys.exit(main())
