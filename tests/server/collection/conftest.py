"""A book with a run made by hand."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from huikuan.pipeline.results.results import Results
from huikuan.server.books.models import Book
from huikuan.server.workbench.services import results
from tests.server.collection.made import publish


def english(client: Client) -> Client:
    """The client of somebody who reads English."""
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


@pytest.fixture
def book(world: Any) -> Book:
    """`world.ours.book` with the orders of `made.ORDERS`."""
    publish(world.ours.book)
    return world.ours.book


@pytest.fixture
def found(book: Book) -> Results:
    return results(book)


@pytest.fixture
def clerk(world: Any, book: Book) -> Client:
    return english(world.client("clerk"))
