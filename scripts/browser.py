"""Finds a Chromium for the browser tests, and installs one where there is none.

On PATH, else Debian's through apt as root, else the one of Playwright. Prints where it is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def on_path() -> str | None:
    """The path of a Chromium on PATH; None if there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def find() -> str | None:
    """The path of a Chromium on PATH, or of Playwright's own; None if there is none."""
    path = on_path()
    if path:
        return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if os.path.exists(own) else None  # noqa: PTH110


def install_by_apt() -> bool:
    """Install Debian's Chromium, where there is apt and we are root; whether it is there now."""
    if not (shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0):
        return False
    subprocess.run(["apt-get", "update", "-qq"], check=False)
    packages = ["chromium", "fonts-noto-cjk"]
    return subprocess.run(["apt-get", "install", "-y", "-qq", *packages], check=False).returncode == 0


def main(arguments: list[str]) -> int:
    """Print the path, after installing where needed. `--before-packages`: what needs no Playwright, in silence."""
    if "--before-packages" in arguments:
        if on_path() is None:
            install_by_apt()
        return 0
    path = find()
    if path is None:
        if not install_by_apt():
            subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)
        path = find()
    if path is None:
        print("No Chromium could be found or installed.", file=sys.stderr)
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
