"""What the apps bring along in a module of one name: jobs in `tasks`, lists to take away in `exports`."""

from __future__ import annotations

import importlib
import importlib.util
from functools import cache

from django.conf import settings


@cache
def load_of_each_app(name: str) -> None:
    """Import the module of that name of every app that has one, so that what it registers is known."""
    for app in settings.BOOK_APPS:
        module = f"huikuan.server.{app}.{name}"
        if importlib.util.find_spec(module):
            importlib.import_module(module)
