"""What the analysis pages ask the published results: worked out once per run, kept for a while."""

from __future__ import annotations

from django.core.cache import cache

from huikuan.pipeline.analysis import CashForecast, cash_forecasts
from huikuan.pipeline.results import Results

KEPT_SECONDS = 3_600


def forecasts_of(found: Results) -> list[CashForecast]:
    """The cash forecast of each currency."""
    key = f"forecast:{found.book.folder.name}:{found.run.folder.name}"
    told: list[CashForecast] | None = cache.get(key)
    if told is None:
        told = cash_forecasts(found)
        cache.set(key, told, KEPT_SECONDS)
    return told
