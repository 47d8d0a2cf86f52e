"""QIF: dates and amounts by the whole file, no guess where nothing tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.formats_bank.reading import CONTEXT, Read, codes, money, read, read_bytes, sample

NAMED = replace(CONTEXT, account="6222")


def qif(folder: Path, *entries: str, head: str = "!Type:Bank") -> Read:
    content = "\n".join([head, *("\n".join([*entry.split(";"), "^"]) for entry in entries)]) + "\n"
    return read_bytes(folder, "a.qif", content.encode(), NAMED)


def test_real_file() -> None:
    found = read(sample("qif/oca/test_qif.qif"), NAMED)
    assert (found.only.status, codes(found.only), found.only.rows) == ("flagged", ["unproved"], 5)
    assert found.rows("business_date, amount, counterparty")[0] == (date(2013, 8, 12), money("-1000"), "Delta PC")
    assert found.only.totals["bank_line.out"] == money("1896.09")


def test_account_must_be_named_unless_the_file_does(tmp_path: Path) -> None:
    content = b"!Type:Bank\nD1/31/26\nT-5.00\n^\n"
    assert codes(read_bytes(tmp_path, "a.qif", content).only)[0] == "account.unknown"
    named = read_bytes(tmp_path, "a.qif", b"!Account\nNSavings\nTBank\n^\n" + content).only
    assert (named.account, named.rows) == ("Savings", 1)


@pytest.mark.parametrize(("source", "ignored"), [("[Savings]", 1), ("[Checking]", 0), ("Gifts", 0)])
def test_the_balance_that_an_account_began_with_is_no_movement(tmp_path: Path, source: str, ignored: int) -> None:
    head = "!Account\nNSavings\nTBank\n^\n!Type:Bank"
    found = qif(tmp_path, f"D1/31/26;T1,000.00;POpening Balance;L{source}", "D2/1/26;T-5.00;PA", head=head)
    assert (found.only.ignored, found.only.accepted) == (ignored, 2 - ignored)


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (("1/2/26", "1/31/26"), [date(2026, 1, 2), date(2026, 1, 31)]),
        (("1/2/26", "31/1/26"), [date(2026, 2, 1), date(2026, 1, 31)]),
        (("1.2.2026", "3.4.2026"), [date(2026, 2, 1), date(2026, 4, 3)]),
        (("1/ 2' 6", "12/31'26"), None),
        (("1/ 2'94", "12/31'06"), [date(1994, 1, 2), date(2006, 12, 31)]),
        (("1/ 2'06", "12/31/99"), [date(2006, 1, 2), date(1999, 12, 31)]),
        (("2026-01-02", "2026/1/31"), [date(2026, 1, 2), date(2026, 1, 31)]),
        (("5/5/26", "6/6/26"), [date(2026, 5, 5), date(2026, 6, 6)]),
    ],
)
def test_the_whole_file_decides_the_order_of_dates(
    tmp_path: Path, dates: tuple[str, str], expected: list[date] | None
) -> None:
    found = qif(tmp_path, *(f"D{day};T1.00" for day in dates))
    if expected is None:
        assert found.only.status == "refused"
    else:
        assert [row[0] for row in found.rows("business_date")] == expected


@pytest.mark.parametrize(
    ("dates", "code"),
    [(("1/2/26", "3/4/26"), "qif.date_order"), (("13/1/26", "1/13/26"), "qif.date_order"),
     (("?", "1/31/26"), "date.unreadable")],
)  # fmt: skip
def test_dates_are_not_guessed(tmp_path: Path, dates: tuple[str, str], code: str) -> None:
    found = qif(tmp_path, *(f"D{day};T1.00" for day in dates)).only
    assert (found.status, codes(found)[0]) == ("refused", code)


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        (("-1,000.00", "1,234"), ["-1000", "1234"]),
        (("-1.000,00", "1.234"), ["-1000", "1234"]),
        (("5", "-7.5"), ["5", "-7.5"]),
    ],
)
def test_the_whole_file_decides_the_decimal_comma(
    tmp_path: Path, amounts: tuple[str, ...], expected: list[str]
) -> None:
    found = qif(tmp_path, *(f"D1/31/26;T{amount}" for amount in amounts))
    assert found.rows("amount") == [(money(each),) for each in expected]


def test_amount_that_is_none_is_rejected(tmp_path: Path) -> None:
    assert codes(qif(tmp_path, "D1/31/26;T$5").only)[0] == "amount.unreadable"


def test_splits_lists_and_cards(tmp_path: Path) -> None:
    split = "D1/31/26;T-30.00;PShop;SFood;$-10.00;SHome;$-20.00;MTwo things"
    found = qif(tmp_path, split, head="!Type:Cat\nNFood\n^\n!Type:CCard")
    assert found.rows("amount, counterparty, text") == [(money("-30"), "Shop", "Shop Two things")]


def test_equal_lines_are_counted(tmp_path: Path) -> None:
    assert qif(tmp_path, "D1/31/26;T1.00", "D1/31/26;T1.00").rows("n") == [(0,), (1,)]


@pytest.mark.parametrize(("head", "code"), [("!Type:Invst", "qif.investment"), ("!Type:Cat", "qif.no_statement")])
def test_what_holds_no_bank_lines_is_refused(tmp_path: Path, head: str, code: str) -> None:
    assert codes(qif(tmp_path, "D1/31/26;T1.00", head=head).only) == [code]
