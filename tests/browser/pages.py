"""Starting a server for the browser tests, and opening a page of it, logged in."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from tests.migrated import copy_migrated
from tests.server.world import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
BOOK = "/b/book"


@cache
def seeded(seed: str) -> Path:
    """The home that `python -m SEED HOME` makes, made once; each server gets a copy."""
    folder = Path(tempfile.mkdtemp(prefix="huikuan-seed-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    home = folder / "home"
    copy_migrated(home)
    subprocess.run([sys.executable, "-m", seed, str(home)], cwd=ROOT, check=True)
    return home


@contextmanager
def serving(home: Path, seed: str) -> Iterator[str]:
    """The address of a server in a process of its own, over a home that `seed` makes."""
    shutil.copytree(seeded(seed), home)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "HUIKUAN_HOME": str(home)}
    code = f"from huikuan.server.serve import serve; serve(port={port})"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/health")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait_for(address: str) -> None:
    for _ in range(240):
        try:
            urllib.request.urlopen(address, timeout=2)
            return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"{address} does not answer")


# By server: the cookie of who has logged in.
_SESSIONS: dict[str, Any] = {}


def open_page(
    chromium: Any, server: str, locale: str, width: int, scheme: str = "light", book: str = BOOK
) -> tuple[Any, list[str]]:
    """A book's first page in a window of its own, and the faults the console tells; logs in once at each server."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, locale=locale, color_scheme=scheme)
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    if server in _SESSIONS:
        context.add_cookies([_SESSIONS[server]])
    page.goto(f"{server}{book}/")
    if "/account/login" in page.url:
        page.locator("#id_username").fill("lin")
        page.locator("#id_password").fill(PASSWORD)
        page.locator("form .btn-primary").click()
        page.wait_for_url(f"{server}{book}/")
        _SESSIONS[server] = next(each for each in context.cookies() if each["name"] == "huikuan_session")
    return page, faults


# Each language, the width of the window a page is loaded in, and the one it is resized to: loading takes a second.
WINDOWS = [("zh-CN", 1440, 390), ("zh-TW", 390, 1440), ("en-GB", 390, 1440)]
# After what watches the width has been told of it.
DRAWN_WIDTH = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(
  () => done(document.documentElement.scrollWidth))))"""


def wider(page: Any, *widths: int) -> list[int]:
    """The widths of a window that the page is wider than; the window has the first again in the end."""
    found = []
    for width in (*widths, widths[0]):
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate(DRAWN_WIDTH) > width:
            found.append(width)
    return found


AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RESTS = """() => !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling, [data-loading]")
  && document.getAnimations().every((each) => each.playState !== "running"
    || each.effect.getComputedTiming().iterations === Infinity)"""


def barriers(page: Any) -> list[str]:
    """What axe finds on a page at rest, nothing being asked or fading: the rule, where, why."""
    page.wait_for_function(RESTS)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("(rules) => axe.run(document, {runOnly: rules})", RULES)
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found["violations"]]
