"""Stock count 盘点: how many pieces of an item a warehouse holds at the end of a day."""

from huikuan.records.kind import Field, Kind

STOCK_COUNT = Kind(
    name="stock_count",
    title="Stock count",
    key=("warehouse", "sku", "count_date", "n"),
    fields=(
        Field("warehouse", "text", "the warehouse"),
        Field("sku", "text", "the item"),
        Field("count_date", "date", "the day at whose end it was counted"),
        Field("n", "int", "running number where an item lies in several places; their pieces add up"),
        Field("title", "text", "the item's name"),
        Field("qty", "quantity", "pieces there"),
        Field("reserved", "quantity", "pieces of them promised to orders"),
        Field("cost", "money", "cost of one piece, where told"),
    ),
)
