"""A list that was taken away as CSV, read back."""

from __future__ import annotations

import csv


def listed(content: bytes) -> list[dict[str, str]]:
    """Its rows by the titles of its columns."""
    return list(csv.DictReader(line for line in content.decode("utf-8-sig").splitlines() if not line.startswith("#")))


def head_of(content: bytes) -> list[str]:
    """What stands above its columns."""
    return [line[2:] for line in content.decode("utf-8-sig").splitlines() if line.startswith("# ")]
