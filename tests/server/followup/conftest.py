"""A book with a run of missing money."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from huikuan.pipeline.results.results import Results
from huikuan.server.books.models import Book
from huikuan.server.workbench.services import results
from tests.server.collection.conftest import english
from tests.server.followup.made import publish_run


@pytest.fixture
def book(world: Any) -> Book:
    """`world.ours.book` with the orders of `made.ORDERS`."""
    publish_run(world.ours.book)
    return world.ours.book


@pytest.fixture
def found(book: Book) -> Results:
    return results(book)


@pytest.fixture
def clerk(world: Any, book: Book) -> Client:
    return english(world.client("clerk"))
