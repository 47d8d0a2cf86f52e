"""Tests of the library read its own English, whatever language other tests have set up."""

from __future__ import annotations

import pytest

from huikuan.records import messages


@pytest.fixture(autouse=True)
def _english():
    before = messages.use_translator(str)
    yield
    messages.use_translator(before)
