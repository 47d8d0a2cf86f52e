"""The count of open work in the left bar: cheap, and never a reason for a page to fail."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest

from huikuan.server.workbench.overview import published, work_by_name


def work(request: HttpRequest) -> tuple[int, bool]:
    """Open items of all reconciliations that need work, and whether one is late."""
    found = published(request.book, replace(request.scope, chosen_period=False))  # type: ignore[attr-defined]
    if found is None:
        return 0, False
    told = work_by_name(found).values()
    return sum(count for count, _late in told), any(late for _count, late in told)
