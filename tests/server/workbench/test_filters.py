"""What is typed into a filter box."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from huikuan.server.workbench.filters import Typed, read

UNTIL = date(2026, 10, 31)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", Typed()),
        ("支付宝 退款", Typed(words=("支付宝", "退款"))),
        ("> 5000", Typed(over=Decimal(5000))),
        ("＞５，０００", Typed(over=Decimal(5000))),
        (">=1,200.50 <2000", Typed(at_least=Decimal("1200.50"), under=Decimal(2000))),
        ("=15", Typed(at_least=Decimal(15), at_most=Decimal(15))),
        ("100..200.5", Typed(at_least=Decimal(100), at_most=Decimal("200.5"))),
        ("10-20..10-31", Typed(first=date(2026, 10, 20), last=UNTIL)),
        ("11-02", Typed(first=date(2025, 11, 2), last=date(2025, 11, 2))),
        ("2026-09-30", Typed(first=date(2026, 9, 30), last=date(2026, 9, 30))),
        ("13-45", Typed(words=("13-45",))),
        ("4726000000178420375", Typed(words=("4726000000178420375",))),
        (
            "京东 > 100 10-01..10-05",
            Typed(words=("京东",), over=Decimal(100), first=date(2026, 10, 1), last=date(2026, 10, 5)),
        ),
    ],
)
def test_a_filter_box_is_read(text: str, wanted: Typed) -> None:
    assert read(text, UNTIL) == wanted
