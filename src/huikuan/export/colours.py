"""Colours of charts in files: those of the screen's light theme (frontend/charts.ts, frontend/styles/tokens.css)."""

from __future__ import annotations

from huikuan.insight.reports.tables import Series

PALETTE = ("#2F6FB5", "#E8B04A", "#5BBFB3", "#C8553D", "#C9A7DD", "#7A8591")
TOKENS = {
    "--matched": "#0F766E", "--difference": "#A05400", "--open": "#4050B5", "--not-due": "#5A6675",
    "--in-transit": "#0B6A94", "--overdue": "#B0123B", "--forced": "#7A3E9D", "--closed": "#3B4552",
    "--bar-not-due": "#A9B4C0",
}  # fmt: skip


def colour_of(series: Series, place: int) -> str:
    """The colour of a chart's series: its own, else the palette's by its place (from 0)."""
    return TOKENS.get(series.colour, PALETTE[place % len(PALETTE)])
