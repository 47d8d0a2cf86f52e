"""Coverage in words and as plain rows: for `huikuan coverage`, `huikuan check` and the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from huikuan.pipeline.documents.coverage import Coverage, Expected, Gap, Span, days_of
from huikuan.records.messages import gettext_noop, register, text_of
from huikuan.records.money import plain

register(
    {
        "coverage.money": gettext_noop(
            "%(span)s is not covered. “%(after)s” closes at %(closing)s, “%(before)s” opens at %(opening)s: lines for "
            "%(missing)s are missing. Download %(span)s and import it."
        ),
        "coverage.torn": gettext_noop(
            "“%(after)s” closes at %(closing)s on %(first)s, “%(before)s” opens at %(opening)s on %(last)s: lines for "
            "%(missing)s are missing between them. Download both days again and import them."
        ),
        "coverage.days": gettext_noop(
            "%(span)s is not covered: neither “%(after)s” nor “%(before)s” tells it. Download %(span)s and import it."
        ),
        "coverage.even": gettext_noop(
            "%(span)s is not covered, though the balance goes on at %(closing)s from “%(after)s” to “%(before)s”: only "
            "lines that cancel out can be missing. Download %(span)s and import it to be sure."
        ),
        "coverage.maybe": gettext_noop(
            "%(span)s has no rows between “%(after)s” and “%(before)s”. These files do not state their period, so "
            "there may have been no business. If there was, download %(span)s and import it."
        ),
        "coverage.late": gettext_noop(
            "%(span)s has been due since %(due)s and is not imported. Download it and import it."
        ),
        "coverage.next": gettext_noop("%(span)s is expected from %(due)s on."),
        "coverage.stopped": gettext_noop(
            "Nothing has come since %(last)s. If it goes on, download what is newer and import it."
        ),
    }
)

Money = Callable[[Decimal], str]


def span_text(first: date, last: date) -> str:
    """Days in a row as people read them.

    >>> span_text(date(2026, 3, 4), date(2026, 3, 4)), span_text(date(2026, 3, 4), date(2026, 3, 5))
    ('2026-03-04', '2026-03-04 – 2026-03-05')
    """
    return first.isoformat() if first == last else f"{first.isoformat()} – {last.isoformat()}"


def gap_text(stream: Coverage, gap: Gap, money: Money = plain) -> str:
    """What is missing and what to do, in the active language."""
    names = {document.document_id: document.file_name for document in stream.documents}
    params: dict[str, Any] = {
        "span": span_text(gap.first, gap.last), "first": gap.first, "last": gap.last,
        "after": names[gap.after], "before": names[gap.before],
    }  # fmt: skip
    if gap.level == "money":
        code = "coverage.money" if gap.days else "coverage.torn"
        return " ".join(
            text_of(
                code,
                params | {
                    "closing": _money(each.closing, each.currency, len(gap.money), money),
                    "opening": _money(each.opening, each.currency, len(gap.money), money),
                    "missing": _money(each.amount, each.currency, len(gap.money), money),
                },
            )
            for each in gap.money
        )  # fmt: skip
    if gap.even:
        return text_of("coverage.even", params | {"closing": money(gap.even[0].closing)})
    return text_of(f"coverage.{gap.level}", params)


def _money(amount: Decimal, currency: str, currencies: int, money: Money) -> str:
    return f"{currency} {money(amount)}" if currencies > 1 else money(amount)


def expected_text(expected: Expected) -> str:
    """What is to come, or has not come, in the active language."""
    params = {
        "span": span_text(expected.first, expected.last),
        "due": expected.due,
        "last": date.fromordinal(expected.first.toordinal() - 1),
    }
    return text_of(f"coverage.{expected.state}", params)


def alerts_of(stream: Coverage, money: Money = plain) -> Iterator[str]:
    """What somebody should see to, a sentence each."""
    for gap in stream.gaps:
        if gap.is_alert:
            yield gap_text(stream, gap, money)
    if stream.expected is not None and stream.expected.state == "late":
        yield expected_text(stream.expected)


def coverage_row(stream: Coverage) -> dict[str, Any]:
    """A stream as a row of `huikuan coverage`."""
    expected = stream.expected
    return {
        "shop": stream.shop, "account": stream.account, "format": ", ".join(stream.formats), "kind": stream.kind,
        "from": stream.first, "to": stream.last, "rhythm": stream.rhythm, "alerts": stream.alerts,
        "covered_by": [
            {"document": document.document_id, "file": document.file_name, "from": days_of(document)[0],
             "to": days_of(document)[1], "stated": document.period_stated, "status": document.status}
            for document in stream.documents
        ],
        "gaps": [_gap_row(stream, gap) for gap in stream.gaps],
        "overlaps": [_overlap_row(span) for span in stream.overlaps],
        "quiet": [{"from": span.first, "to": span.last} for span in stream.quiet],
        "next_expected": {
            "from": expected.first, "to": expected.last, "due": expected.due, "state": expected.state,
            "text": expected_text(expected),
        } if expected else None,
    }  # fmt: skip


def _gap_row(stream: Coverage, gap: Gap) -> dict[str, Any]:
    return {
        "from": gap.first, "to": gap.last, "days": gap.days, "level": gap.level, "alert": gap.is_alert,
        "after": gap.after, "before": gap.before,
        "money": [
            {"currency": each.currency, "closing": each.closing, "opening": each.opening, "missing": each.amount}
            for each in gap.money
        ],
        "text": gap_text(stream, gap),
    }  # fmt: skip


def _overlap_row(span: Span) -> dict[str, Any]:
    return {"from": span.first, "to": span.last, "days": span.days, "documents": list(span.documents)}
