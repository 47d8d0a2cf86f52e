"""For all tests: a throw-away home for Django, set before anything imports the settings."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import django
import pytest

os.environ["HUIKUAN_HOME"] = str(Path(tempfile.mkdtemp(prefix="huikuan-tests-")) / "home")
os.environ["HUIKUAN_KEY"] = "a key for tests only"
os.environ["DJANGO_SETTINGS_MODULE"] = "huikuan.server.settings"
os.environ.pop("HUIKUAN_DEBUG", None)
# Tests import models while they are collected.
django.setup()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call() -> None:
    """Each test starts in English, whatever language the settings or the test before it chose."""
    from django.utils import translation

    translation.activate("en")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest test first: begun last, it would keep one of two processes waiting for minutes."""
    items.sort(key=lambda item: item.name != "test_the_web_tests_pass_on_postgresql")
