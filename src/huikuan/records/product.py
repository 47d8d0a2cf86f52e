"""Product 商品: one sku of the merchant, from a day on."""

from huikuan.records.kind import Field, Kind

PRODUCT = Kind(
    name="product",
    title="Product",
    key=("sku", "valid_from", "n"),
    fields=(
        Field("sku", "text", "the item"),
        Field("valid_from", "date", "first day of these values; blank = from the beginning"),
        Field("n", "int", "running number where a list names an item twice; 0 counts"),
        Field("title", "text", "the item's name"),
        Field("barcode", "text", "barcode, where told"),
        Field("weight", "quantity", "weight of one piece in kilograms"),
        Field("length", "quantity", "centimetres"),
        Field("width", "quantity", "centimetres"),
        Field("height", "quantity", "centimetres"),
        Field("cost", "money", "cost of one piece"),
        Field("category", "text", "category"),
    ),
)
