"""Reading a 1,000,000-line GBK Alipay fund ledger, against Polars reading the same bytes as text (decode included).

    python benchmarks/import_alipay.py [LINES] [ROUNDS]

Each measurement runs in a process of its own; the medians are compared. Ours: `read_file` and all readings fetched
as Arrow batches, totals and controls included. The limit for the whole import is 3 times Polars; reading alone
should stay within 1.8.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

LINES = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 3

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


POLARS = """
import io, sys, time, resource
import polars as pl
start = time.perf_counter()
text = open(sys.argv[1], "rb").read().decode("gb18030")
lines = text.encode()
frame = pl.read_csv(io.BytesIO(lines), skip_rows=4, infer_schema=False, truncate_ragged_lines=True, quote_char='"')
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, frame.height)
"""

OURS = """
import sys, time, resource
import duckdb, pyarrow
from pathlib import Path
from huikuan.formats.read_file import read_file
from huikuan.formats.reading import ReadContext
start = time.perf_counter()
con = duckdb.connect(config={"threads": 2, "memory_limit": "1GiB"})
con.execute("SET enable_progress_bar = false")
[reading] = read_file(Path(sys.argv[1]), "ledger.csv", ReadContext(hash_key=b"k" * 32), con)
read = time.perf_counter() - start
rows = 0
for table in reading.tables.values():
    for batch in con.execute(f"SELECT * FROM {table}").fetch_record_batch(100_000):
        rows += batch.num_rows
assert reading.status == "imported", reading.problems[:3]
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, rows, read)
"""


def measure(code: str, path: Path) -> tuple[float, float, str]:
    """Median seconds, greatest memory in MiB, what the last run printed."""
    seconds, memory, last = [], 0.0, ""
    for _ in range(ROUNDS):
        done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
        last = done.stdout.strip()
        seconds.append(float(last.split()[0]))
        memory = max(memory, int(last.split()[1]) / 1024)
    return statistics.median(seconds), memory, last


def main() -> None:
    """Write the file, measure both, print the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.csv"
        write_ledger(path, LINES)
        print(f"{LINES:,} lines, {path.stat().st_size / 2**20:.0f} MiB")
        rival, rival_memory, _ = measure(POLARS, path)
        ours, memory, last = measure(OURS, path)
        print(f"polars {rival:.2f} s, {rival_memory:.0f} MiB")
        print(f"ours   {ours:.2f} s, {memory:.0f} MiB ({last})")
        print(f"ratio  {ours / rival:.2f}")


if __name__ == "__main__":
    main()
