"""The report source over the demo book that all tests share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import translation

from huikuan.demo.guide import demo_rules
from huikuan.insight.reports.base import ReportSource
from huikuan.pipeline.reporting import report_source
from huikuan.pipeline.results.results import Results
from huikuan.records.decisions import Decisions
from tests.demo_book import demo_book, make_demo
from tests.shared import made_once


@contextmanager
def demo_source() -> Iterator[ReportSource]:
    """A source of reports over the demo's published run."""
    results = Results.of(demo_book(made_once("bench", make_demo) / "book"), Decisions())
    with translation.override("en"), report_source(results, demo_rules(), Decisions()) as source:
        yield source
