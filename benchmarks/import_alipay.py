"""Importing a 1,000,000-line GBK Alipay fund ledger, against Polars reading the same bytes as text (decode included):
by its own `encoding`, and, which is quicker, decoded whole in memory before.

    python benchmarks/import_alipay.py [LINES] [ROUNDS]

Each measurement runs in a process of its own; the medians are compared. Ours is the whole import into an empty book:
decode, recognise, read, checks, comparison with the lake, original kept, readings written, commit. The limit is 2 times
Polars' own reading. Memory is to stay what it is: five times the lines, at most a quarter more.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from measuring import OURS, judge, measure

LINES = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 3
RATIO_MAX, MEMORY_RATIO_MAX, MORE = 2, 1.25, 5

HEADER = (
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,"
    "业务类型,备注"
)


def write_ledger(path: Path, lines: int) -> None:
    """A ledger of sales, refunds, commissions and withdrawals with a running balance and true footer totals."""
    balance, income, outgo, n_in, n_out = 500_000_00, 0, 0, 0, 0
    with path.open("w", encoding="gb18030", newline="") as out:
        out.write("#支付宝账务明细查询\r\n#账号：[20880211096256330156]\r\n")
        out.write("#起始日期：[2026年01月01日 00:00:00]   终止日期：[2026年02月01日 00:00:00]\r\n")
        out.write("#-----------------------------------------账务明细列表----------------------------------------\r\n")
        out.write(HEADER + "\r\n")
        for i in range(lines):
            order = 3100982053977276192 + i // 2
            moment = f"2026-01-{1 + i * 31 // lines:02d} {i // 3600 % 24:02d}:{i // 60 % 60:02d}:{i % 60:02d}"
            amount, kind, remark = 1000 + i * 7919 % 50_000, "交易付款", "订单收款"
            if i % 2:
                amount, kind, remark = -(50 + i * 31 % 900), "其它", f"天猫佣金（类目）{{{order}}}扣款"
            elif i % 50 == 8:
                amount, kind, remark = -(1000 + i * 104729 % 30_000), "交易退款", f"售后退款-{order}"
            elif i % 5000 == 4998:
                amount, kind, remark = -min(balance // 2, 5_000_000), "提现", "提现到银行卡"
            balance += amount
            income, outgo = income + max(amount, 0), outgo + min(amount, 0)
            n_in, n_out = n_in + (amount > 0), n_out + (amount < 0)
            shown = f"{amount / 100:.2f}," if amount > 0 else f",{amount / 100:.2f}"
            flow, business = 20260101000000 * 10**8 + i, 2026010122001400000 * 10**9 + i // 2
            out.write(
                f"{flow}\t,{business}\t,T200P{order}\t,夏季新款连衣裙女装{i % 997}号,{moment},"
                f"王*{i % 5000}(138****{i % 10000:04d}),{shown},{balance / 100:.2f},支付宝,{kind},{remark}\r\n"
            )
        out.write("#-----------------------------------------账务明细列表结束------------------------------------\r\n")
        out.write(f"#支出合计：{n_out}笔，共{outgo / 100:.2f}元\r\n#收入合计：{n_in}笔，共{income / 100:.2f}元\r\n")
        out.write("#导出时间：[2026年02月01日 05:46:49]\r\n")


POLARS_OWN = (
    "import polars as pl\n",
    """
rows = pl.read_csv(
    sys.argv[1], encoding="gb18030", skip_rows=4, infer_schema=False, truncate_ragged_lines=True, quote_char='"'
).height
""",
)

POLARS = (
    "import io\nimport polars as pl\n",
    """
lines = open(sys.argv[1], "rb").read().decode("gb18030").encode()
rows = pl.read_csv(
    io.BytesIO(lines), skip_rows=4, infer_schema=False, truncate_ragged_lines=True, quote_char='"'
).height
""",
)


def main() -> int:
    """Write the file, measure all, print the ratios; 1 when a limit is not kept."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.csv"
        write_ledger(path, LINES)
        print(f"{LINES:,} lines, {path.stat().st_size / 2**20:.0f} MiB")
        own, rival, ours = (measure(code, path, ROUNDS) for code in (POLARS_OWN, POLARS, OURS))
        for name, found in (("polars, encoding", own), ("polars, decoded before", rival), ("ours", ours)):
            print(found.line(name))
        print("to Polars' own reading:")
        kept = judge(ours, own, RATIO_MAX)
        print("to text decoded whole in memory before:")
        judge(ours, rival, RATIO_MAX)
        write_ledger(path, MORE * LINES)
        more = measure(OURS, path, 1)
        print(more.line(f"ours, {MORE} times the lines"))
        return 0 if kept and more.memory_mib <= MEMORY_RATIO_MAX * ours.memory_mib else 1


if __name__ == "__main__":
    sys.exit(main())
