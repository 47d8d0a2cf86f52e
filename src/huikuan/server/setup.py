"""Readies Django for one home folder. Called by the command line, the worker, scripts and notebooks."""

from __future__ import annotations

import os
from pathlib import Path

SETTINGS = "huikuan.server.settings"


def configure(home: Path | str | None = None) -> None:
    """Configure Django for a home folder (default: HUIKUAN_HOME, else ~/.huikuan). Touches no database."""
    if home is not None:
        os.environ["HUIKUAN_HOME"] = str(Path(home).expanduser().absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    import django

    django.setup()


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
