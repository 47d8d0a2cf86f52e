"""Static files under the names the front-end build gave them (manifest.json: plain name → name with content hash)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import StaticFilesStorage


class BuiltFiles(StaticFilesStorage):
    """Maps `main.css` to `main-1A2B3C4D.css`. Developers build the front end while the server runs: for them the
    manifest is read again when it has changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._manifest: dict[str, str] = {}
        self._read_at_ns = -1

    def url(self, name: str | None) -> str:
        """The address of a built file; ValueError with a hint for a name that was not built."""
        manifest = self._load()
        if name not in manifest:
            raise ValueError(f"{name} is not in static_built/manifest.json: run `make frontend`")
        return f"{settings.STATIC_URL}{manifest[name]}"

    def _load(self) -> dict[str, str]:
        if self._manifest and not settings.DEBUG:
            return self._manifest
        path = Path(settings.STATIC_ROOT) / "manifest.json"
        try:
            changed_at = path.stat().st_mtime_ns
        except FileNotFoundError:
            raise ValueError("The front end is not built: run `make frontend`") from None
        if changed_at != self._read_at_ns:
            self._manifest = json.loads(path.read_text(encoding="utf-8"))
            self._read_at_ns = changed_at
        return self._manifest
