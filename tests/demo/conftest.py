"""One generated demo for all tests of this folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from huikuan.demo import Truth, generate

ORDERS, SEED = 4_000, 20261


@dataclass(frozen=True)
class Made:
    folder: Path
    result: Truth
    truth: dict[str, Any]

    def documents(self, kind: str) -> list[str]:
        """Documents of a format, in the order of their writing."""
        return [file["document"] for file in self.truth["files"] if file["format"] == kind]

    def file(self, document: str) -> dict[str, Any]:
        return next(file for file in self.truth["files"] if file["document"] == document)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("demo")
    result = generate(folder, ORDERS, SEED)
    return Made(folder, result, json.loads(result.path.read_text(encoding="utf-8")))
