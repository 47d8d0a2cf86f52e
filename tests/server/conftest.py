"""Fixtures of the web tests: two books with a user in each role, cheap password hashing, jobs run at once."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.server.world import World

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session", autouse=True)
def _compiled_messages() -> None:
    spec = importlib.util.spec_from_file_location("huikuan_messages", ROOT / "scripts" / "messages.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.compile_all()


@pytest.fixture(autouse=True)
def _fast(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A second connection, which the transaction of a test locks out: on a busy machine a test's job lives to beat.
    monkeypatch.setattr("huikuan.server.jobs.services.HEARTBEAT_SECONDS", 600)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()
    from django.core.cache import caches
    from django.utils import translation

    for each in caches.settings:
        caches[each].clear()
    translation.activate("en")


@pytest.fixture
def world(db: None) -> World:
    # Imported here: models can only be imported once Django is set up, which is after this file is read.
    from tests.server.world import make_world

    return make_world()
