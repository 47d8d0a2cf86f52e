"""Search of the top bar. Apps register providers; each gives a few hits for a text within a book, best first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from huikuan.server.core.navigation import navigation


@dataclass(frozen=True)
class Hit:
    """Something found: where it is, what it is called, a note under it, a figure at the right."""

    url: str
    title: str
    icon: str
    note: str = ""
    figure: str = ""


Provider = Callable[[HttpRequest, str], Iterable[Hit]]
_providers: list[Provider] = []


def provider(function: Provider) -> Provider:
    """Register a provider: `function(request, text) -> hits`. It checks the role itself."""
    if function not in _providers:
        _providers.append(function)
    return function


def find(request: HttpRequest, text: str) -> list[Hit]:
    """All hits, providers in the order of their registration, pages last."""
    if not text:
        return []
    hits = [hit for give in _providers for hit in give(request, text)]
    return hits + list(_pages(request, text.casefold()))


def _pages(request: HttpRequest, text: str) -> Iterable[Hit]:
    for item in navigation(request)["all"]:
        label: Any = str(item["page"].label)
        if text in label.casefold():
            yield Hit(item["address"], label, item["page"].icon)
