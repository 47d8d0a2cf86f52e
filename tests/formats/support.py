"""What the tests of formats share: a context, reading a file, and Alipay ledgers in the documented layouts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from huikuan.formats.read_file import read_file
from huikuan.formats.reading import ReadContext, Reading

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = Path(os.environ.get("HUIKUAN_SAMPLES", ROOT / ".." / "shared" / "samples"))
CONTEXT = ReadContext(shop="Shop", hash_key=b"k" * 32)

HEADER = (
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,"
    "业务类型,备注"
)
NEW_HEADER = HEADER + ",业务描述,业务账单来源,业务基础订单号,业务订单号"


@dataclass
class Read:
    """One document, and the connection its records live in."""

    reading: Reading
    con: duckdb.DuckDBPyConnection

    def rows(self, kind: str, columns: str) -> list[tuple[Any, ...]]:
        """Columns of the records of a kind, in the order of the file."""
        return self.con.execute(f"SELECT {columns} FROM {self.reading.tables[kind]} ORDER BY source_row").fetchall()

    @property
    def codes(self) -> list[str]:
        """The codes of the listed problems."""
        return [problem.code for problem in self.reading.problems]


def read(path: Path, name: str = "", **changes: Any) -> Read:
    """Read a file that holds one document."""
    con = duckdb.connect()
    readings = read_file(path, name or path.name, replace(CONTEXT, **changes), con)
    assert len(readings) == 1
    return Read(readings[0], con)


def sample(name: str) -> Path:
    """A real file; the test is skipped where the samples are not at hand."""
    path = SAMPLES / name
    if not path.exists():
        pytest.skip(f"sample {name} is not here")
    return path


@dataclass(frozen=True)
class Row:
    """A row of an Alipay fund ledger; `amount` signed."""

    flow: str
    amount: str
    business: str = "交易付款"
    order: str = ""
    remark: str = ""
    described: str = ""
    base: str = ""
    balance: str = ""
    time: str = "2026-01-05 10:00:00"
    party: str = "张三(138****1234)"


def ledger(
    folder: Path,
    rows: Sequence[Row],
    new_layout: bool = False,
    footer: str | None = None,
    start: str = "1000.00",
    newest_first: bool = False,
    positive_out: bool = False,
) -> Path:
    """Write a ledger in GBK as Alipay does: preamble, tabs, running balance, true totals unless `footer` is given."""
    balance = Decimal(start)
    lines = []
    for row in rows:
        amount = Decimal(row.amount)
        balance += amount
        income = f"{amount}" if amount > 0 else ""
        outgo = "" if amount > 0 else f"{abs(amount) if positive_out else amount}"
        cells = [f"{row.flow}\t", f"B{row.flow}\t", f"{row.order}\t", "商品", row.time, row.party, income, outgo]
        cells += [row.balance or f"{balance}", "支付宝", row.business, row.remark]
        lines.append(",".join(cells + ([row.described, "淘宝", row.base, ""] if new_layout else [])))
    if newest_first:
        lines.reverse()
    inward = [Decimal(row.amount) for row in rows if Decimal(row.amount) > 0]
    outward = [Decimal(row.amount) for row in rows if Decimal(row.amount) < 0]
    true = f"#支出合计：{len(outward)}笔，共{sum(outward)}元\r\n#收入合计：{len(inward)}笔，共{sum(inward)}元\r\n"
    text = (
        "#支付宝账务明细查询\r\n#账号：[20880211096256330156]\r\n"
        "#起始日期：[2026年01月01日 00:00:00]   终止日期：[2026年02月01日 00:00:00]\r\n#-----账务明细列表-----\r\n"
        + (NEW_HEADER if new_layout else HEADER)
        + "\r\n"
        + "".join(f"{line}\r\n" for line in lines)
        + "#-----账务明细列表结束-----\r\n"
        + (true if footer is None else footer)
        + "#导出时间：[2026年02月01日 05:46:49]\r\n"
    )
    path = folder / "账务明细.csv"
    path.write_bytes(text.encode("gb18030"))
    return path
