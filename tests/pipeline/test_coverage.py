"""Which days documents cover: gaps, overlaps, what is due next. Days worked out by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from huikuan.pipeline.book import Book
from huikuan.pipeline.documents.coverage import Coverage, Span, coverage, quiet_days
from huikuan.pipeline.documents.coverage_told import alerts_of, coverage_row, expected_text
from huikuan.pipeline.documents.importing import ImportOptions, import_file, undo_document
from huikuan.records.document import Document
from tests.pipeline.test_proofs import MOVES, RULES, ledger

TODAY = date(2026, 4, 2)


def document(days: str, balance: tuple[str, str] | None = None, **more: object) -> Document:
    """A bank statement of `2026-03-01..2026-03-31`."""
    first, _, last = days.partition("..")
    told: dict[str, object] = {
        "document_id": days, "file_name": f"{days}.csv", "sha256": days, "size_bytes": 1, "format": "icbc.statement",
        "kinds": ("bank_line",), "shop": "", "account": "ICBC", "status": "imported",
        "period_from": date.fromisoformat(first), "period_to": date.fromisoformat(last or first),
        "period_stated": True, "exported_at": None, "rows": 2, "accepted": 2, "rejected": 0, "ignored": 0,
        "balances": {"CNY": tuple(map(Decimal, balance))} if balance else {},
    }  # fmt: skip
    return Document(**(told | more))  # type: ignore[arg-type]


def orders(days: str, **more: object) -> Document:
    """An order export, which states no period."""
    shop = {"format": "tmall.orders", "kinds": ("order_line",), "shop": "S", "account": "", "period_stated": False}
    return document(days, **(shop | more))


def one(documents: Sequence[Document], today: date = TODAY) -> Coverage:
    (found,) = coverage(documents, today)
    return found


def gaps(found: Coverage) -> list[tuple[str, str, int, str]]:
    return [(gap.first.isoformat(), gap.last.isoformat(), gap.days, gap.level) for gap in found.gaps]


def test_a_day_between_stated_periods_is_an_alert() -> None:
    found = one([document("2026-01-01..2026-01-31"), document("2026-02-03..2026-02-28")])
    assert gaps(found) == [("2026-02-01", "2026-02-02", 2, "days")]
    (said, *_rest) = alerts_of(found)
    assert said == (
        "2026-02-01 – 2026-02-02 is not covered: neither “2026-01-01..2026-01-31.csv” nor "
        "“2026-02-03..2026-02-28.csv” tells it. Download 2026-02-01 – 2026-02-02 and import it."
    )


def test_the_missing_money_is_what_the_next_opens_at_less_what_the_last_closes_at() -> None:
    found = one(
        [
            document("2026-02-01..2026-03-02", ("100", "1204.00")),
            document("2026-03-06..2026-03-31", ("980.50", "1000")),
        ]
    )
    assert gaps(found) == [("2026-03-03", "2026-03-05", 3, "money")]
    (missing,) = found.gaps[0].money
    assert (missing.currency, missing.amount) == ("CNY", Decimal("-223.50"))
    (said, *_rest) = alerts_of(found)
    assert "closes at 1204.00" in said and "opens at 980.50" in said and "lines for -223.50 are missing" in said
    row = coverage_row(found)
    assert row["gaps"][0]["money"][0]["missing"] == Decimal("-223.50")
    assert [each["file"] for each in row["covered_by"]] == ["2026-02-01..2026-03-02.csv", "2026-03-06..2026-03-31.csv"]


def test_a_balance_that_does_not_go_on_is_an_alert_though_no_day_is_left_out() -> None:
    whole = [document("2026-01-01..2026-01-31", ("0", "10")), document("2026-02-01..2026-02-28", ("10", "30"))]
    assert gaps(one(whole)) == []
    torn = [whole[0], document("2026-02-01..2026-02-28", ("12", "30"))]
    assert gaps(one(torn)) == [("2026-01-31", "2026-02-01", 0, "money")]


def test_quiet_days_are_proved_by_a_balance_that_goes_on() -> None:
    rows = {"period_stated": False}
    quiet = [
        document("2026-01-02..2026-01-29", ("0", "10"), **rows),
        document("2026-02-03..2026-02-27", ("10", "30"), **rows),
    ]
    assert gaps(one(quiet)) == []
    stated = [document("2026-01-02..2026-01-29", ("0", "10")), document("2026-02-03..2026-02-27", ("10", "30"))]
    found = one(stated)
    assert gaps(found) == [("2026-01-30", "2026-02-02", 4, "days")], "the files say that they do not tell these days"
    assert "the balance goes on at 10.00" in next(iter(alerts_of(found)))


def test_without_stated_periods_only_long_gaps_are_alerts() -> None:
    short = [orders("2026-01-01..2026-01-29"), orders("2026-02-02..2026-02-28")]
    assert gaps(one(short)) == [("2026-01-30", "2026-02-01", 3, "maybe")]
    assert one(short, date(2026, 3, 2)).alerts == 0
    month = [orders("2026-01-01..2026-01-31"), orders("2026-03-01..2026-03-31"), orders("2025-12-01..2025-12-31")]
    assert gaps(one(month)) == [("2026-02-01", "2026-02-28", 28, "days")]


def test_one_missing_day_of_daily_bills_is_an_alert() -> None:
    days = [orders(f"2026-03-{day:02d}") for day in range(1, 32) if day != 17]
    assert gaps(one(days)) == [("2026-03-17", "2026-03-17", 1, "days")]


def test_overlaps_name_all_documents_of_the_days() -> None:
    found = one(
        [document("2026-01-01..2026-01-20"), document("2026-01-15..2026-01-31"), document("2026-01-31..2026-02-05")]
    )
    assert gaps(found) == []
    assert [(s.first.isoformat(), s.last.isoformat(), s.documents) for s in found.overlaps] == [
        ("2026-01-15", "2026-01-20", ("2026-01-01..2026-01-20", "2026-01-15..2026-01-31")),
        ("2026-01-31", "2026-01-31", ("2026-01-15..2026-01-31", "2026-01-31..2026-02-05")),
    ]


def test_a_document_inside_of_another_neither_ends_nor_opens_anything() -> None:
    inside = [
        document("2026-01-01..2026-01-31", ("0", "10")),
        document("2026-01-10..2026-01-12", ("3", "4")),
        document("2026-02-01..2026-02-28", ("10", "30")),
    ]
    assert gaps(one(inside)) == []


def test_statements_of_one_account_are_one_stream_in_whatever_format() -> None:
    found = one([document("2026-01-01..2026-01-31"), document("2026-02-01..2026-02-28", format="mt940.statement")])
    assert found.formats == ("icbc.statement", "mt940.statement")
    assert gaps(found) == []
    bills = {"kinds": ("settlement_line",), "account": "W"}
    both = coverage(
        [document("2026-01-01", format="a.bill", **bills), document("2026-01-02", format="b.bill", **bills)], TODAY
    )
    assert [each.formats for each in both] == [("a.bill",), ("b.bill",)], "two bills tell different things"


def test_the_monthly_statement_is_due_when_its_month_is_over() -> None:
    months = [
        document("2025-12-01..2025-12-31"),
        document("2026-01-01..2026-01-31"),
        document("2026-02-01..2026-02-28"),
    ]
    found = one(months, date(2026, 3, 20))
    assert found.rhythm == "monthly" and found.expected
    assert (found.expected.first, found.expected.last) == (date(2026, 3, 1), date(2026, 3, 31))
    assert (found.expected.due, found.expected.state) == (date(2026, 4, 1), "next")
    assert expected_text(found.expected) == "2026-03-01 – 2026-03-31 is expected from 2026-04-01 on."
    assert one(months, date(2026, 4, 5)).alerts == 0, "days of grace"
    late = one(months, date(2026, 5, 7))
    assert late.expected and late.expected.state == "late" and late.alerts == 1
    assert (late.expected.first, late.expected.last) == (date(2026, 3, 1), date(2026, 4, 30)), "all that are due"
    stopped = one(months, date(2026, 12, 1))
    assert stopped.expected and stopped.expected.state == "stopped" and stopped.alerts == 0


def test_a_month_begun_is_expected_to_its_end() -> None:
    found = one([orders("2026-02-01..2026-02-28"), orders("2026-03-01..2026-03-12")], date(2026, 3, 14))
    assert found.expected and (found.expected.first, found.expected.last) == (date(2026, 3, 13), date(2026, 3, 31))


def test_the_rows_of_a_month_may_end_before_it() -> None:
    found = one([orders("2026-01-01..2026-01-30"), orders("2026-02-02..2026-02-27")], date(2026, 3, 14))
    assert found.expected and (found.expected.first, found.expected.last) == (date(2026, 3, 1), date(2026, 3, 31))


def test_months_that_begin_on_another_day() -> None:
    found = one([document("2025-12-26..2026-01-25"), document("2026-01-26..2026-02-25")], date(2026, 3, 1))
    assert found.expected and (found.expected.first, found.expected.last) == (date(2026, 2, 26), date(2026, 3, 25))


def test_daily_and_weekly_rhythms() -> None:
    daily = one([document(f"2026-03-{day:02d}") for day in range(1, 20)], date(2026, 3, 25))
    assert daily.expected and (daily.expected.first, daily.expected.last, daily.expected.state) == (
        date(2026, 3, 20), date(2026, 3, 24), "late",
    )  # fmt: skip
    weeks = [document("2026-03-02..2026-03-08"), document("2026-03-09..2026-03-15")]
    weekly = one(weeks, date(2026, 3, 16))
    assert weekly.rhythm == "weekly" and weekly.expected
    assert (weekly.expected.first, weekly.expected.last) == (date(2026, 3, 16), date(2026, 3, 22))


def test_nothing_is_expected_of_a_single_document_nor_of_none() -> None:
    assert one([document("2026-01-01..2026-01-31")]).expected is None
    assert coverage([], TODAY) == []
    assert coverage([document("2026-01-01", kinds=("product",))], TODAY) == []
    empty = one([document("2026-01-01", period_from=None, period_to=None)])
    assert (empty.first, empty.undated, empty.alerts) == (None, ("2026-01-01",), 0)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 10)), min_size=1, max_size=12, unique=True))
def test_every_day_is_covered_by_just_the_documents_that_tell_it(made: list[tuple[int, int]]) -> None:
    start = date(2026, 1, 1).toordinal()
    documents = [
        document(f"{date.fromordinal(start + at)}..{date.fromordinal(start + at + length - 1)}") for at, length in made
    ]
    found = one(documents)
    for day in range(start, start + 80):
        told = {d.document_id for at, n, d in zip(*zip(*made, strict=True), documents, strict=True)
                if start + at <= day < start + at + n}  # fmt: skip
        spans = [set(s.documents) for s in found.spans if s.first.toordinal() <= day <= s.last.toordinal()]
        assert spans == ([told] if told else [])
        inside = found.spans[0].first.toordinal() <= day <= found.spans[-1].last.toordinal()
        in_gap = any(g.first.toordinal() <= day <= g.last.toordinal() for g in found.gaps)
        assert in_gap is (inside and not told)


def test_imported_ledgers_keep_the_ends_of_their_balance(new_book: Callable[..., Book], tmp_path: Path) -> None:
    book = new_book()

    def take(path: Path) -> str:
        (row,) = import_file(book, path, ImportOptions(account="ali"), RULES).rows
        assert row.status == "imported", row.problems
        return row.document

    first = take(ledger(tmp_path, "first.csv", MOVES[:1], (1, 1)))
    take(ledger(tmp_path, "last.csv", MOVES[:2:-1], (4, 4)))
    ends = [d.balances for d in book.lake.documents()]
    assert ends == [{"CNY": (Decimal(0), Decimal(100))}, {"CNY": (Decimal(120), Decimal(125))}]
    (stream,) = coverage(book.lake.documents(), date(2026, 10, 5))
    assert gaps(stream) == [("2026-10-02", "2026-10-03", 2, "money")]
    assert stream.gaps[0].money[0].amount == Decimal(20), "-30 and 50 are missing"
    newest_first = take(ledger(tmp_path, "between.csv", [MOVES[2], MOVES[1]], (2, 3)))
    assert {d.document_id: d.balances for d in book.lake.documents()}[newest_first] == {
        "CNY": (Decimal(100), Decimal(120))
    }
    (stream,) = coverage(book.lake.documents(), date(2026, 10, 5))
    assert gaps(stream) == []
    undo_document(book, first, "me")
    (stream,) = coverage(book.lake.documents(), date(2026, 10, 5))
    assert stream.first == date(2026, 10, 2)


# Days without business ------------------------------------------------------------------------------------------------
def quiet(documents: Sequence[Document], *spans: tuple[str, str], today: date = TODAY) -> Coverage:
    (plain_one,) = coverage(documents, today)
    told = [Span(date.fromisoformat(first), date.fromisoformat(last)) for first, last in spans]
    (found,) = coverage(documents, today, {plain_one.key: told})
    return found


def test_quiet_days_are_no_gap_and_part_of_them_leaves_one() -> None:
    documents = [document("2026-01-01..2026-01-31"), document("2026-02-03..2026-02-28")]
    assert gaps(quiet(documents, ("2026-02-01", "2026-02-02"))) == []
    assert gaps(quiet(documents, ("2026-02-01", "2026-02-01"), ("2026-02-02", "2026-02-02"))) == []
    assert gaps(quiet(documents, ("2026-02-02", "2026-02-02"))) == [("2026-02-01", "2026-02-02", 2, "days")]
    assert coverage(documents, TODAY, {"another": [Span(date(2026, 2, 1), date(2026, 2, 2))]})[0].gaps


def test_money_is_missing_on_quiet_days_too() -> None:
    documents = [document("2026-02-01..2026-03-02", ("1", "9")), document("2026-03-06..2026-03-31", ("5", "6"))]
    assert gaps(quiet(documents, ("2026-03-03", "2026-03-05"))) == [("2026-03-03", "2026-03-05", 3, "money")]


def test_what_is_due_begins_after_quiet_days() -> None:
    documents = [document("2026-01-01..2026-01-31"), document("2026-02-01..2026-02-28")]
    found = quiet(documents, ("2026-03-01", "2026-03-31"), today=date(2026, 4, 20))
    assert found.expected is not None
    assert (found.expected.first, found.expected.last) == (date(2026, 4, 1), date(2026, 4, 30))
    assert found.expected.state == "next"


def test_a_document_that_comes_after_all_is_told_and_not_the_quiet() -> None:
    documents = [
        document("2026-01-01..2026-01-31"),
        document("2026-02-02..2026-02-02"),
        document("2026-02-04..2026-02-28"),
    ]
    found = quiet(documents, ("2026-02-01", "2026-02-03"))
    assert gaps(found) == []
    assert [(span.first.day, span.last.day) for span in quiet_days(found)] == [(1, 1), (3, 3)]
