"""For all tests: a throw-away home for Django, set before anything imports the settings."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import django
import pytest

from tests.migrated import load_migrated

os.environ["HUIKUAN_HOME"] = str(Path(tempfile.mkdtemp(prefix="huikuan-tests-")) / "home")
os.environ["HUIKUAN_KEY"] = "a key for tests only"
os.environ["DJANGO_SETTINGS_MODULE"] = "huikuan.server.settings"
os.environ.pop("HUIKUAN_DEBUG", None)
# What several processes of one `pytest` make use of is made once (tests/shared.py).
_SHARED = tempfile.mkdtemp(prefix="huikuan-tests-shared-") if "HUIKUAN_TESTS_SHARED" not in os.environ else ""
if _SHARED:
    os.environ["HUIKUAN_TESTS_SHARED"] = _SHARED
# Tests import models while they are collected.
django.setup()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """On SQLite the database that has been migrated for all processes is copied (see `django_db_setup`)."""
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["MIGRATE"] = False


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """pytest-django's database, on SQLite with what the migrations make."""
    from django.db import connection

    if connection.vendor == "sqlite":
        with django_db_blocker.unblock():
            load_migrated(connection)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call() -> None:
    """Each test starts in English, whatever language the settings or the test before it chose."""
    from django.utils import translation

    translation.activate("en")


def pytest_unconfigure() -> None:
    """The process that made the shared folder removes it; the others have ended by then."""
    if _SHARED:
        shutil.rmtree(_SHARED, ignore_errors=True)


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: the collector need not look at it again and again (web tests
    and runs of all reconciliations take a tenth less)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


# Begun last, a long file would keep one of two processes waiting for minutes: these are the first, in this order.
LONGEST = ("server/test_postgres.py", "cli/test_main_job.py", "cli/test_layouts.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first (`--no-loadscope-reorder` leaves the files in the order of the items)."""
    order = {Path(__file__).parent / file: place for place, file in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path, len(order)))
