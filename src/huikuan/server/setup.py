"""Readies Django for one home folder. Called by the command line, the worker, scripts and notebooks."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

SETTINGS = "huikuan.server.settings"


def configure(home: Path | str | None = None) -> None:
    """Configure Django for a home folder (default: HUIKUAN_HOME, else ~/.huikuan). Touches no database."""
    if home is not None:
        os.environ["HUIKUAN_HOME"] = str(Path(home).expanduser().absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    import django
    from django.utils import translation

    django.setup()
    translation.activate(language_of(os.environ))


def language_of(environment: Mapping[str, str]) -> str:
    """The language of the command line: HUIKUAN_LANGUAGE, else as the locale says, else English.

    >>> language_of({"LANG": "zh_CN.UTF-8"}), language_of({"LANG": "zh_TW.UTF-8"}), language_of({"LANG": "C"})
    ('zh-hans', 'zh-hant', 'en')
    """
    wanted = environment.get("HUIKUAN_LANGUAGE", "").lower()
    if wanted in ("zh-hans", "zh-hant", "en"):
        return wanted
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    if locale.startswith(("zh_TW", "zh_HK", "zh_MO", "zh_Hant")):
        return "zh-hant"
    return "zh-hans" if locale.startswith("zh") else "en"


def setup(home: Path | str | None = None) -> None:
    """Configure Django, make the home folder and the key file, and bring the database to the current version."""
    configure(home)
    from django.conf import settings
    from django.core.management import call_command

    settings.HOME.mkdir(parents=True, exist_ok=True)
    (settings.HOME / "books").mkdir(exist_ok=True)
    if pending_migrations():
        call_command("migrate", interactive=False, verbosity=0)


def pending_migrations() -> bool:
    """Whether the database lacks a migration of this version."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
