"""What stands in Huikuan's place elsewhere, for `whole_command.py`: run with the Python of the peers' environment.

    python whole_command_peers.py polars|pandas|datacompy|splink ORDERS.csv LINES.csv FOLDER

Fees are left out, the rest is summed by order, compared and stored. Amounts are cents, so that sums are exact.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

ORDER, PAID, LINE_ORDER, AMOUNT, BILL = "订单编号", "买家实际支付金额", "交易主单号", "金额", "账单大类"


def with_polars(orders: Path, lines: Path, folder: Path) -> None:
    """Lazily read, summed, joined; links and open items as Parquet."""
    import polars as pl

    def cents(column: str) -> Any:
        return (pl.col(column).cast(pl.Float64) * 100).round().cast(pl.Int64)

    text = {"infer_schema": False}
    left = pl.scan_csv(orders, **text).select(key=ORDER, owed=cents(PAID)).group_by("key").agg(pl.col("owed").sum())
    told = pl.scan_csv(lines, **text).filter(pl.col(BILL) != "服务费")
    right = told.select(key=LINE_ORDER, came=cents(AMOUNT)).group_by("key").agg(pl.col("came").sum())
    joined = left.join(right, on="key", how="full", coalesce=True).with_columns(
        residual=pl.col("owed").fill_null(0) - pl.col("came").fill_null(0)
    )
    found = joined.collect()
    both = found["owed"].is_not_null() & found["came"].is_not_null()
    found.filter(both).write_parquet(folder / "polars_links.parquet")
    found.filter(found["residual"] != 0).write_parquet(folder / "polars_open.parquet")
    print(found.height, found.filter(found["residual"] != 0).height)


def pandas_sums(orders: Path, lines: Path) -> tuple[Any, Any]:
    """What each order should bring and what came, as frames of key and amount."""
    import pandas as pd

    def cents(column: Any) -> Any:
        return (pd.to_numeric(column) * 100).round().astype("int64")

    left = pd.read_csv(orders, dtype=str, usecols=[ORDER, PAID])
    right = pd.read_csv(lines, dtype=str, usecols=[LINE_ORDER, AMOUNT, BILL])
    right = right[right[BILL] != "服务费"]
    owed = cents(left[PAID]).groupby(left[ORDER]).sum().rename_axis("key").rename("amount").reset_index()
    came = cents(right[AMOUNT]).groupby(right[LINE_ORDER]).sum().rename_axis("key").rename("amount").reset_index()
    return owed, came


def with_pandas(orders: Path, lines: Path, folder: Path) -> None:
    """Read, summed, merged; links and open items as Parquet."""
    owed, came = pandas_sums(orders, lines)
    found = owed.merge(came, on="key", how="outer", suffixes=("_owed", "_came"))
    found["residual"] = found["amount_owed"].fillna(0) - found["amount_came"].fillna(0)
    found.dropna().to_parquet(folder / "pandas_links.parquet")
    found[found["residual"] != 0].to_parquet(folder / "pandas_open.parquet")
    print(len(found), int((found["residual"] != 0).sum()))


def with_datacompy(orders: Path, lines: Path, folder: Path) -> None:
    """The same sums, compared by datacompy; its report as text."""
    import datacompy

    owed, came = pandas_sums(orders, lines)
    compared = datacompy.PandasCompare(owed, came, join_columns="key")
    (folder / "datacompy.txt").write_text(compared.report(), encoding="utf-8")
    print(len(compared.intersect_rows), len(compared.df1_unq_rows) + len(compared.df2_unq_rows))


def with_splink(orders: Path, lines: Path, folder: Path) -> None:
    """Pairs that share the order number by a deterministic link: the matching alone, nothing summed."""
    import pandas as pd
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    left = pd.read_csv(orders, dtype=str, usecols=[ORDER]).rename(columns={ORDER: "key"})
    right = pd.read_csv(lines, dtype=str, usecols=[LINE_ORDER]).rename(columns={LINE_ORDER: "key"})
    database = DuckDBAPI()
    tables = []
    for frame, name in ((left, "orders"), (right, "lines")):
        frame["unique_id"] = frame.index
        tables.append(database.register(frame, table_name=name))
    settings = SettingsCreator(link_type="link_only", blocking_rules_to_generate_predictions=[block_on("key")])
    found = Linker(tables, settings).inference.deterministic_link()
    found.to_parquet(str(folder / "splink.parquet"), overwrite=True)
    print(len(found.as_pandas_dataframe()))


PEERS = {"polars": with_polars, "pandas": with_pandas, "datacompy": with_datacompy, "splink": with_splink}

if __name__ == "__main__":
    PEERS[sys.argv[1]](*map(Path, sys.argv[2:]))
