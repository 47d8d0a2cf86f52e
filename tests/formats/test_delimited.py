"""Text files as people have them: encodings, blank lines, quoted line breaks, ragged rows; lines are the file's own."""

from __future__ import annotations

import codecs
from decimal import Decimal
from pathlib import Path

import pytest

from huikuan.formats import typed
from huikuan.formats.readers import text_parts, text_rows
from tests.formats.support import Read, Row, ledger, read

HEADER = "order_id,payment_sequential,payment_type,payment_value"


def payments(folder: Path, body: str, encoding: str = "utf-8", header: str = HEADER, **context: object) -> Read:
    path = folder / "payments.csv"
    path.write_bytes(f"{header}\n{body}".encode(encoding))
    return read(path, account="olist", **context)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    got = payments(tmp_path, "a1,1,信用卡\U00020000,10.00\n", encoding)
    assert got.rows("settlement_line", "item, amount, source_row") == [("信用卡\U00020000", Decimal(10), 2)]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("cp1252", "Empfänger*in für 5 €"), ("latin-1", "Crédit \x81"), ("cp932", "アマゾンの手数料"), ("gbk", "收入")],
)
def test_encodings_of_other_countries(tmp_path: Path, encoding: str, text: str) -> None:
    got = payments(tmp_path, f"a1,1,{text},10.00\n", encoding)
    assert got.rows("settlement_line", "item") == [(text,)]


def test_what_gbk_reads_gb18030_reads_alike() -> None:
    """GBK, the quicker, is tried first (`text_parts`): every pair of bytes it takes must be the same character."""
    taken = 0
    for pair in (bytes([lead, trail]) for lead in range(0x80, 0x100) for trail in range(0x100)):
        try:
            character = pair.decode("gbk")
        except UnicodeDecodeError:
            continue
        taken += 1
        assert character == pair.decode("gb18030"), pair
    assert taken > 20_000


@pytest.mark.parametrize(
    ("size_mib", "parts_mib"),
    [
        (0, []),
        (7, [7]),
        (9, [4.5, 4.5]),
        (64, [8, 28, 14, 7, 7]),
        (200, [8, 64, 64, 32, 16, 8, 4, 4]),
    ],
)
def test_parts_of_a_long_file_are_small_at_both_ends(size_mib: int, parts_mib: list[float]) -> None:
    left, parts = (size_mib << 20) // text_parts.BLOCK_BYTES, []
    while left:
        parts.append(text_parts._blocks_of_part(len(parts), left))
        left -= parts[-1]
    assert [blocks * text_parts.BLOCK_BYTES / 2**20 for blocks in parts] == parts_mib


@pytest.mark.parametrize("text", ["a\r\nb\r\n", "a\r\nb\rc\n", "a\n\rb\r", "\r", "a\r\r\nb", "a\nb", ""])
def test_every_line_end_becomes_one(text: str) -> None:
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    assert text_parts._unix_lines(text.encode()) == plain.encode()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path: Path, end: str) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(end.join([HEADER, "a1,1,x,1.00", "a2,1,x,2.00", ""]).encode())
    assert read(path, account="a").rows("settlement_line", "source_row, amount") == [(2, 1), (3, 2)]


def test_lines_are_physical_with_blank_lines_and_quoted_breaks(tmp_path: Path) -> None:
    body = 'a1,1,x,1.00\n\n\na2,1,"two\nlines",2.00\n,,,\na3,1,x,bad\na4,1,x,4.00\n\n'
    got = payments(tmp_path, body, accept_partial=True)
    assert got.rows("settlement_line", "source_row, amount") == [(2, 1), (5, 2), (9, 4)]
    assert [(each.code, each.row, each.column) for each in got.reading.problems] == [
        ("amount.unreadable", 8, "payment_value")
    ]
    assert (got.reading.rows, got.reading.accepted, got.reading.rejected) == (4, 3, 1)


def test_fast_and_slow_way_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [Row(f"{10**15 + i}", f"{i % 7 - 3}.5", "交易付款", order=f"T200P{10**18 + i}") for i in range(500)]
    path = ledger(tmp_path, rows)
    monkeypatch.setattr(text_parts, "LAST_PART_BYTES", 4096)
    monkeypatch.setattr(text_parts, "PART_BYTES", 4096)
    monkeypatch.setattr(text_parts, "FIRST_PART_BYTES", 1024)
    monkeypatch.setattr(text_parts, "BLOCK_BYTES", 1000)
    fast = read(path)
    monkeypatch.setattr(text_rows, "_insert", lambda *_: False)
    slow = read(path)
    assert fast.reading.totals == slow.reading.totals
    for kind in fast.reading.tables:
        assert fast.rows(kind, "*") == slow.rows(kind, "*")


def test_wordings_met_late_are_classified_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["天猫佣金", "淘宝客", "运费险", "没见过的"]
    rows = [
        Row(f"{i}", "-1.00", "其它", order=f"T200P{10**18 + i}", remark=f"{words[i // 100]}扣款") for i in range(400)
    ]
    path = ledger(tmp_path, rows)
    known = read(path)
    assert {found for (found,) in known.rows("settlement_line", "type")} >= {"commission", "unclassified"}
    for module in (typed, text_rows):
        monkeypatch.setattr(module, "LEARNED_ROWS", 1)
    monkeypatch.setattr(text_parts, "LAST_PART_BYTES", 4096)
    monkeypatch.setattr(text_parts, "PART_BYTES", 4096)
    monkeypatch.setattr(text_parts, "FIRST_PART_BYTES", 1024)
    monkeypatch.setattr(text_parts, "BLOCK_BYTES", 1000)
    streamed = read(path)
    monkeypatch.setattr(text_rows, "_insert", lambda *_: False)
    slow = read(path)
    for kind in known.reading.tables:
        assert known.rows(kind, "*") == streamed.rows(kind, "*") == slow.rows(kind, "*")


def test_ragged_rows_are_named(tmp_path: Path) -> None:
    got = payments(tmp_path, "a1,1,x,1.00,\na2,1,x\na3,1,x,1.00,more\na4,1,x,1.00,1,2,3,4,5,6\n")
    assert got.reading.status == "refused"
    assert [(each.code, each.row) for each in got.reading.problems] == [
        ("row.too_few_cells", 3),
        ("row.too_many_cells", 4),
        ("row.too_many_cells", 5),
    ]


def test_phantom_column_and_wrapped_identifiers(tmp_path: Path) -> None:
    got = payments(tmp_path, '="a1"\t,1,x,"1,234.50"\t\t,\n\'10160070484512.0,`1,x,(2.00),\n', header=HEADER + ",")
    assert got.rows("settlement_line", "order_no, amount") == [("a1", Decimal("1234.50")), ("10160070484512", -2)]


def test_all_problems_are_counted_and_a_hundred_listed(tmp_path: Path) -> None:
    got = payments(tmp_path, "".join(f"a{i},1,x,bad\n" for i in range(250)))
    assert len(got.reading.problems) == 100
    assert got.reading.problems_total == 250
    assert got.reading.rejected == 250


def test_header_only_is_told(tmp_path: Path) -> None:
    got = payments(tmp_path, "")
    assert (got.reading.rows, got.codes) == (0, ["rows.none"])


def test_header_is_found_below_other_lines(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("my notes\n\nfor 2026\n" + HEADER + "\na1,1,x,1.00\n")
    assert read(path, account="a").rows("settlement_line", "source_row") == [(5,)]


@pytest.mark.parametrize("tail", [b"\xff\xff\xff\n", codecs.BOM_UTF8 + b"\xff\n"])
def test_undecodable_line_is_named(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(HEADER.encode() + b"\na1,1,x,1.00\n" + tail)
    got = read(path, account="a")
    assert (got.reading.status, got.codes, got.reading.problems[0].row) == ("refused", ["file.encoding"], 3)


def test_repeated_order_is_rejected_with_both_lines(tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    path.write_text("order_id,order_item_id,price,freight_value\na,1,1.00,0\nb,1,1.00,0\na,1,2.00,0\n")
    got = read(path)
    assert got.codes == ["key.repeated"]
    assert (got.reading.problems[0].row, got.reading.problems[0].params["first"]) == (4, 2)


@pytest.mark.parametrize("date", ["2026-02-30 10:00:00", "2026-13-01 10:00:00", "0001-01-01 00:00:00", "soon"])
def test_impossible_dates_are_rejected(tmp_path: Path, date: str) -> None:
    got = read(ledger(tmp_path, [Row("1", "1.00", order="T200P3100982053977276192", time=date)]))
    first = got.reading.problems[0]
    assert (first.code, first.row, first.column) == (
        "date.unreadable",
        6,
        "发生时间",
    )
    assert got.reading.status == "refused"


def test_line_longer_than_any_row_is_refused_before_it_is_split(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_parts, "BLOCK_BYTES", 200)
    monkeypatch.setattr(text_parts, "LINE_BYTES_MAX", 2000)
    path = ledger(tmp_path, [Row(f"202601050000000{at}", "1.00") for at in range(5)])
    lines = path.read_bytes().split(b"\r\n")
    lines[7] = b"1," * 3000
    path.write_bytes(b"\r\n".join(lines))
    got = read(path)
    assert (got.codes, got.reading.problems[0].row) == (["file.row_unreadable"], 8)


def test_long_file_with_old_line_ends_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = ledger(tmp_path, [Row(f"20260105{at:08d}", "1.00") for at in range(100)])
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\r"))
    monkeypatch.setattr(text_parts, "BLOCK_BYTES", 200)
    monkeypatch.setattr(text_parts, "LINE_BYTES_MAX", 2000)
    got = read(path)
    assert (got.reading.status, got.reading.rows) == ("imported", 100)
