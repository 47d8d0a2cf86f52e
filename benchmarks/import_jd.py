"""Importing a JD settlement bill (xlsx) of 1,000,000 rows, against python-calamine reading the same workbook.

    python benchmarks/import_jd.py [ROWS] [ROUNDS]

The rival reads all cells as Python values and does nothing with them. Ours is the whole import into an empty book. The
limit is 2 times the rival's time.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from measuring import OURS, judge, measure

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 3
RATIO_MAX = 2

HEADER = (
    "订单编号", "父单号", "订单状态", "订单下单时间", "订单完成时间", "售后服务单号", "售后退款时间",
    "商品编号", "商品名称", "商品数量", "扣点类型", "佣金比例", "费用名称", "应结金额", "币种", "收支方向",
    "结算状态", "预计结算时间", "账单生成时间", "到账时间", "商户订单号", "资金动账备注", "费用项含义", "备注",
    "留用时间", "费用说明",
)  # fmt: skip
FEES = (("货款", "收入"), ("佣金", "支出"), ("交易服务费", "支出"), ("运费保险服务费", "支出"))


def write_bill(path: Path, rows: int) -> None:
    """A bill of four fee rows for each order, as 对账中心 exports it: texts, amounts as numbers, `--` for none."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "use_zip64": True})
    sheet = book.add_worksheet("Sheet1")
    sheet.write_row(0, 0, HEADER)
    for i in range(rows):
        order, (fee, side) = 301_000_000_000 + i // 4, FEES[i % 4]
        day = 1 + i * 28 // rows
        cents = 2_000 + (i // 4) * 7919 % 90_000 if i % 4 == 0 else -(50 + i * 31 % 900)
        sheet.write_row(
            i + 1, 0,
            (
                str(order), "--", "完成", f"2026-09-{day:02d} 10:{i % 60:02d}:{i // 60 % 60:02d}",
                f"2026-09-{day:02d} 20:{i % 60:02d}:11", "--", "--", str(10_000_000 + i % 5000),
                f"儿童保温杯大容量吸管杯{i % 997}号", 1, "固定", "8%", fee, cents / 100, "CNY", side, "已结算",
                f"2026-10-{day:02d}", f"202610{day:02d}", f"2026-10-{day:02d} 03:12:{i % 60:02d}", f"20261{day:02d}88",
                f"2026年10月{day}日商家结算款", "商品销售货款", "--", "--", "--",
            ),
        )  # fmt: skip
    book.close()


CALAMINE = (
    "import python_calamine\n",
    """
book = python_calamine.CalamineWorkbook.from_path(sys.argv[1])
rows = sum(1 for _ in book.get_sheet_by_index(0).iter_rows()) - 1
""",
)


def main() -> int:
    """Write the workbook, measure both, print the ratio; 1 when the limit is not kept."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "jd.xlsx"
        write_bill(path, ROWS)
        print(f"{ROWS:,} rows, {path.stat().st_size / 2**20:.0f} MiB")
        rival, ours = measure(CALAMINE, path, ROUNDS), measure(OURS, path, ROUNDS)
        print(rival.line("python-calamine"))
        print(ours.line("ours"))
        return 0 if judge(ours, rival, RATIO_MAX) else 1


if __name__ == "__main__":
    sys.exit(main())
