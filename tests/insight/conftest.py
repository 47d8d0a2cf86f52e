"""What tests of reports share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from huikuan.insight.reports.base import ReportSource, made
from tests.insight.demo_source import demo_source


@pytest.fixture
def bare() -> Iterator[ReportSource]:
    """A source over the demo's run, of which reports make all tables themselves."""
    with demo_source() as source:
        yield replace(source, tables={}, keep=made)
