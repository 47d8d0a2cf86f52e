"""What holds for any input: one grammar of amounts, totals that don't depend on row order, no traceback."""

from __future__ import annotations

import re
import runpy
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from huikuan.formats.read_file import read_file
from huikuan.formats.registry import FORMATS
from huikuan.formats.values_sql import scrub_sql
from huikuan.records.money import amount_fault_sql, amount_sql, parse_amount, split_exactly
from tests.formats.support import CONTEXT, ROOT, Row, ledger, read

CON = duckdb.connect()
ALIKE = st.text(alphabet="0123456789.,-+−()¥￥$ \tERs元%eE_１N/", max_size=14)
MONEY = st.decimals(min_value=-(10**9), max_value=10**9, places=5)


@settings(max_examples=400, deadline=None)
@given(ALIKE | MONEY.map(str) | MONEY.map(lambda amount: f"¥{amount:,}"))
@example("1.2E+21")
@example("NaN")
@example("１２.３０")
@example("1_000")
@example("12.345678")
@example("12.3456000")
@example("(¥1,234.50)")
@example("--")
@example("-0.0")
@example("12345678901234")
@example("1,23")
def test_one_grammar_of_amounts(cell: str) -> None:
    try:
        expected, fault = parse_amount(cell), False
    except ValueError:
        expected, fault = None, True
    found = CON.execute(
        f"SELECT value, {amount_fault_sql('cell', 'value')} FROM (SELECT cell, {amount_sql('cell')} AS value "
        "FROM (SELECT ?::VARCHAR AS cell))",
        [cell],
    ).fetchone()
    assert found == (expected, fault)


@pytest.mark.parametrize("cell", ["1.2E+21", "NaN", "inf", "１２.３０", "1_000", "12.345678", "1,23", "a0.01", "5-5"])
def test_what_is_no_amount(cell: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        parse_amount(cell)


@given(MONEY.map(lambda a: round(a, 2)), st.lists(st.integers(0, 1000).map(Decimal), min_size=1, max_size=8))
def test_parts_add_up(amount: Decimal, weights: list[Decimal]) -> None:
    assert sum(split_exactly(amount, weights)) == amount


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电话13812345678", "电话***"),
        ("13812345678,13912345678", "***,***"),
        ("138-1234-5678转", "***转"),
        ("订单3100982053977276192", "订单3100982053977276192"),
        ("+8613812345678", "***"),
    ],
)
def test_phone_numbers_are_struck_out_and_order_numbers_stay(text: str, expected: str) -> None:
    [(found,)] = CON.execute(f"SELECT {scrub_sql('t')} FROM (SELECT ?::VARCHAR AS t)", [text]).fetchall()
    assert found == expected


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(range(12)))
def test_row_order_changes_no_total(tmp_path: Path, order: list[int]) -> None:
    rows = [Row(f"{i}", f"{(-1) ** i * (i + 1)}.25", order=f"T200P{10**18 + i}", balance="0.00") for i in range(12)]
    one, other = read(ledger(tmp_path, rows)), read(ledger(tmp_path, [rows[place] for place in order]))
    assert one.reading.totals == other.reading.totals
    keys = "SELECT record_key, amount FROM {} ORDER BY 1"
    for kind, table in one.reading.tables.items():
        expected = one.con.execute(keys.format(table)).fetchall()
        assert other.con.execute(keys.format(other.reading.tables[kind])).fetchall() == expected


BASE = (
    "#支付宝账务明细查询\r\n#账号：[20880211096256330156]\r\n账务流水号,业务流水号,商户订单号,发生时间,收入金额（+元）,"
    "支出金额（-元）,账户余额（元）,业务类型,备注\r\n"
    "1\t,B1\t,T200P3100982053977276192,2026-01-05 10:00:00,10.00,,10.00,交易付款,x\r\n"
    "2\t,B2\t,,2026-01-05 10:00:01,,-1.00,9.00,提现,y\r\n#收入合计：1笔，共10.00元\r\n"
).encode("gb18030")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, len(BASE)), st.binary(max_size=3), st.integers(0, 40)), max_size=4))
def test_mutated_files_never_raise(tmp_path: Path, changes: list[tuple[int, bytes, int]]) -> None:
    data = BASE
    for place, new, cut in changes:
        data = data[:place] + new + data[place + cut :]
    path = tmp_path / "mutated.csv"
    path.write_bytes(data)
    for reading in read_file(path, "mutated.csv", CONTEXT, duckdb.connect()):
        assert reading.status in ("imported", "flagged", "refused")
        assert reading.rows == reading.accepted + reading.rejected + reading.ignored
        assert all(problem.text for problem in reading.problems)
        assert reading.status != "refused" or reading.problems


def test_formats_are_well_formed() -> None:
    assert len({(each.id, each.needs, each.marks) for each in FORMATS}) == len(FORMATS)  # layouts may share an id
    for each in FORMATS:
        assert re.fullmatch(r"[a-z0-9]+([._][a-z0-9]+)*", each.id)
        assert each.about.title
        assert each.about.verified in ("real file", "documentation")
        assert each.needs or each.sniff


def test_the_page_of_formats_is_current() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "formats_doc.py"))
    page = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    assert page.partition(script["SAMPLES_TITLE"])[0] == script["text"]()


def test_the_howto_declares_a_format_that_works(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "howto" / "add-a-format.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    exec(page.split("```python\n")[1].split("```")[0], names)
    path = tmp_path / "bill.csv"
    path.write_text(
        "Bill no,Order no,Settled at,Amount,Remark\nB1,O1,2026-01-05 10:00:00,10.00,x\nTotal,,,10.00,\n",
        encoding="utf-8",
    )
    got = read(path, account="a", mappings=(names["EXAMPLE_SETTLEMENT"],))
    assert (got.reading.format, got.reading.status) == ("example.settlement", "imported")
    assert [control.ok for control in got.reading.controls] == [True]
