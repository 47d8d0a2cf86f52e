"""BAI2 on the sample files, and small files with the traps of those that are not here."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.formats_bank.reading import codes, money, read, read_bytes, sample


def bai2(account: str, *, group: str = "02,B,AC,1,260102,,USD,2", total: str = "", parts: str = "1") -> bytes:
    """A file of one group; its trailers state what `account` gives, unless `total` says otherwise."""
    lines = account.strip().split("\n")
    total = total or lines[-1].split(",")[1]
    count = len(lines)
    rest = f"98,{total},{parts},{count + 2}/\n99,{total},1,{count + 4}/\n"
    return f"01,A,B,260102,0900,1,,,2/\n{group}/\n{account.strip()}\n{rest}".encode()


PLAIN = """
03,6222,,010,10000,,,015,9500,,/
16,175,1500,,BR1,CR1,PAYOUT/
16,475,2000,Z,BR2,,CHECK, PAID 1/2/
49,23000,4/
"""


def test_sample_of_one_account_twice_is_proved() -> None:
    found = read(sample("bai2/samples/sample1.txt")).only
    assert (found.status, found.account, found.currency, found.rows) == ("imported", "10200123456", "CAD", 17)
    assert (found.totals["bank_line.in"], found.totals["bank_line.out"]) == (money("3200"), money("3200"))
    assert len(found.controls) == 14 and all(control.ok for control in found.controls)


def test_sample_with_summary_totals_that_its_lines_do_not_give() -> None:
    found = read(sample("bai2/samples/sample2.txt"))
    assert [(each.account, each.rows, each.status) for each in found.readings] == [
        ("0123456789", 1, "imported"), ("9876543210", 1, "flagged"), ("4589761203", 2, "flagged"),
        ("0975312468", 0, "imported"), ("7890654321", 0, "imported"),
    ]  # fmt: skip
    assert found.rows("amount, value_date, reference, text", 2)[0] == (
        money("200000"), date(2004, 6, 22), "YRC065321", "PROCEEDS OF LETTER OF CREDIT FROM THE ARAMCO OIL CO",
    )  # fmt: skip


def test_sample_with_several_records_in_a_line_balances() -> None:
    found = read(sample("bai2/samples/sample3.txt"))
    assert [(each.rows, each.status) for each in found.readings] == [(8, "imported"), (18, "imported")]
    assert [each.totals["bank_line.in"] for each in found.readings] == [money("31"), money("366.13")]
    assert [each.totals["bank_line.out"] for each in found.readings] == [money("339.03"), money("255.15")]


def test_damaged_sample_is_refused() -> None:
    assert read(sample("bai2/samples/sample-parseError.txt")).only.status == "refused"


def test_lines_signs_text_and_running_balance(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, "a.txt", bai2(PLAIN))
    assert found.only.status == "imported"
    assert found.rows("source_row, amount, balance, business_date, reference, text") == [
        (1, money("15"), money("115"), date(2026, 1, 2), "CR1", "PAYOUT"),
        (2, money("-20"), money("95"), date(2026, 1, 2), None, "CHECK, PAID 1/2"),
    ]


@pytest.mark.parametrize(
    ("funds", "value_date"),
    [("V,260105,", date(2026, 1, 5)), ("S,100,200,300", None), ("D,2,0,700,1,800", None), ("0", None), ("", None)],
)
def test_funds_type_shifts_what_follows(tmp_path: Path, funds: str, value_date: date | None) -> None:
    account = PLAIN.replace("16,175,1500,,BR1", f"16,175,1500,{funds},BR1")
    found = read_bytes(tmp_path, "a.txt", bai2(account))
    assert found.rows("amount, value_date, reference, text")[0] == (money("15"), value_date, "CR1", "PAYOUT")


def test_continuations_one_per_piece(tmp_path: Path) -> None:
    account = """
03,6222,,010/
88,10000,,/
88,015,11500,,/
16,175,1500/
88,,BR1/
88,CR1/
88,INVOICE 4711,/
88,PAID, IN FULL
49,23000,9/
"""
    found = read_bytes(tmp_path, "a.txt", bai2(account))
    assert (found.only.status, found.rows("amount, balance, reference, text")) == (
        "imported",
        [(money("15"), money("115"), "CR1", "INVOICE 4711, PAID, IN FULL")],
    )


def test_minor_units_are_those_of_the_currency(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, "a.txt", bai2(PLAIN.replace("6222,,", "6222,JPY,")))
    assert (found.only.currency, found.rows("amount")[0]) == ("JPY", (money("1500"),))


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("015,9500", "015,9600", ["closing balance 2026-01-02", "account control total"]),
        ("49,23000,4", "49,23000,5", ["account records"]),
        ("16,475,2000", "16,475,2100", ["closing balance 2026-01-02", "account control total"]),
    ],
)
def test_what_does_not_add_up_is_flagged(tmp_path: Path, old: str, new: str, names: list[str]) -> None:
    found = read_bytes(tmp_path, "a.txt", bai2(PLAIN.replace(old, new))).only
    wrong = [control.name for control in found.controls if not control.ok]
    assert (found.status, wrong[: len(names)]) == ("flagged", names)


def test_file_cut_off_is_flagged(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, "a.txt", bai2(PLAIN).split(b"49,")[0]).only
    assert (found.status, codes(found)) == ("flagged", ["footer.missing"])


def test_note_without_money_is_ignored_and_unknown_type_rejected(tmp_path: Path) -> None:
    account = PLAIN.replace("49,23000,4", "16,890,,,,,NOTE/\n49,23000,5")
    found = read_bytes(tmp_path, "a.txt", bai2(account)).only
    assert (found.status, found.rows, found.accepted, found.ignored) == ("imported", 3, 2, 1)
    found = read_bytes(tmp_path, "a.txt", bai2(PLAIN.replace("16,475", "16,720"))).only
    assert (found.status, found.rejected, codes(found)[0]) == ("refused", 1, "bai2.type")


def test_negative_or_fractional_amount_is_rejected(tmp_path: Path) -> None:
    for amount in ("-2000", "20.00"):
        found = read_bytes(tmp_path, "a.txt", bai2(PLAIN.replace("16,475,2000", f"16,475,{amount}"))).only
        assert (found.status, codes(found)[0]) == ("refused", "amount.unreadable")


def test_interim_report_counts_by_the_banks_reference_only(tmp_path: Path) -> None:
    interim = {"group": "02,B,AC,1,260102,,USD,3"}
    found = read_bytes(tmp_path, "a.txt", bai2(PLAIN, **interim))
    final = read_bytes(tmp_path, "b.txt", bai2(PLAIN))
    assert found.rows("record_key") == final.rows("record_key")
    found = read_bytes(tmp_path, "c.txt", bai2(PLAIN.replace("BR2", ""), **interim))
    assert codes(found.only) == ["bank.no_bank_reference"]


def test_record_without_end_is_refused(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, "a.txt", bai2(PLAIN.replace("49,23000,4/", "88,x/\n" * 3000 + "49,23000,4/")))
    assert codes(found.only) == ["bai2.record"]
    found = read_bytes(tmp_path, "b.txt", bai2(PLAIN.replace("49,23000,4/", f"{'x' * 500}\n" * 500 + "49,23000,4/")))
    assert codes(found.only) == ["bai2.record"]
