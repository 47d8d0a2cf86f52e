"""A list of what a warehouse holds, as the order systems export it: how many pieces of each item, on which day.

Such a file states no day of its own: a column 统计日期 (added by those who collect such files) or the date in the
file's name tells it; without either a row cannot be dated and is rejected.
"""

from __future__ import annotations

from huikuan.formats.spec import About, Amount, Day, Emit, Expression, Format, Identifier, Reject, Text
from huikuan.records.messages import gettext_noop, register

register(
    {
        "count.no_date": gettext_noop(
            "%(place)s: the file does not say on which day was counted. Add a column 统计日期, or put the date into "
            "the file's name (商品库存_20260131.xlsx), and import it again."
        ),
    }
)


def stock_list(
    format_id: str,
    about: About,
    *,
    needs: tuple[tuple[str, ...], ...],
    lacks: tuple[tuple[str, ...], ...],
    sku: tuple[str, ...],
    title: tuple[str, ...],
    qty: tuple[str, ...],
    reserved: tuple[str, ...],
) -> Format:
    """The format of an order system's list; `sku`, `title`, `qty`, `reserved` are its names of these columns."""
    return Format(
        id=format_id,
        about=about,
        needs=needs,
        lacks=lacks,
        exported_in_name=r"(20\d{2}-\d{2}-\d{2}|20\d{6}(?:\d{4}(?:\d{2})?)?)(?!\d)",
        columns=(
            Identifier("sku", sku, filled=True),
            Text("title", title),
            Amount("qty", qty, filled=True),
            Amount("reserved", reserved),
            Text("warehouse", ("仓库", "仓库名称", "分仓")),
            Amount("unit_cost", ("成本价",)),
            Day("counted", ("统计日期", "库存日期", "盘点日期")),
        ),
        values=(Expression("count_day", "coalesce(counted_date, named_date)", "date"),),
        rejects=(Reject("count.no_date", "count_day IS NULL", "统计日期"),),
        emits=(
            Emit(
                kind="stock_count",
                fields={
                    "warehouse": "warehouse",
                    "sku": "sku",
                    "count_date": "count_day",
                    "business_date": "count_day",
                    "title": "title",
                    "qty": "qty",
                    "reserved": "reserved",
                    "cost": "unit_cost",
                },
            ),
        ),
        currency="CNY",
    )
