"""Texts are asserted in English, whatever language the server's settings make the library speak."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.errors.zoo import ENGLISH, speaking


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with speaking(ENGLISH):
        yield
