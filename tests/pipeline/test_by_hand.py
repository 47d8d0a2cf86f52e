"""A record entered by hand goes through the run and is marked in the lists that are exported."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from huikuan.pipeline.book import Book
from huikuan.pipeline.results.results import Results
from huikuan.pipeline.runs.reconciling import Asked, run
from huikuan.records.decisions import Decisions, ManualRecord
from huikuan.records.kind import record_key
from huikuan.records.rules import Rules

VALUES = {"account": "B", "ref": "HAND1", "business_date": "2026-10-20", "amount": "12.34", "currency": "CNY", "n": "0"}


def test_a_record_entered_by_hand_is_open_and_marked(tmp_path: Path) -> None:
    book = Book(tmp_path / "book", "Company", hash_key=b"k" * 32, installation_key=b"i" * 32)
    by_hand = ManualRecord("bank_line", record_key("bank_line", "B", "HAND1", 0), VALUES, "from the paper")
    decisions = Decisions(manual_records=(by_hand,))
    run(book, Rules(), decisions, Asked(as_of=date(2026, 10, 31)))
    found = Results.of(book, decisions, date(2026, 10, 31))
    (row,) = [each for each in found.told_open("payout-bank") if each["record_key"] == by_hand.record_key]
    assert (row["document"], str(row["amount"])) == ("manual", "12.34000")
