"""Xiaohongshu (小红书) 包裹详情: which item went out in which parcel. From documentation (third parties' code)."""

from __future__ import annotations

from huikuan.formats.spec import About, Amount, Emit, Format, Identifier, Moment, Reject, Text
from huikuan.records.messages import gettext_noop

XIAOHONGSHU_PARCELS = Format(
    id="xiaohongshu.parcels",
    about=About(
        title=gettext_noop("Xiaohongshu parcels (小红书包裹详情)"),
        where=gettext_noop("ark.xiaohongshu.com → 订单 → 订单查询 → 导出 → 包裹详情, as Excel or CSV"),
        verified="documentation",
        note=gettext_noop("Rows without a parcel number were not sent yet; they are left out and counted."),
    ),
    needs=(("订单号",), ("商家编码",), ("SKU件数",), ("快递单号",)),
    lacks=(("商品总价（元）",),),  # the order export, which has these columns too
    file_name="包裹|订单明细",
    columns=(
        Identifier("order_no", ("订单号",), filled=True),
        Text("sku", ("商家编码",)),
        Amount("qty", ("SKU件数",)),
        Identifier("tracking", ("快递单号",)),
        Text("courier", ("快递公司",)),
        Moment("shipped", ("发货时间", "订单发货时间")),
    ),
    rejects=(Reject("identifier.damaged", "tracking_damaged", "快递单号"),),
    ignored="tracking IS NULL AND NOT tracking_damaged",
    emits=(
        Emit(
            "shipment_line",
            {
                "tracking_no": "tracking",
                "sku": "coalesce(sku, '')",
                "order_no": "order_no",
                "qty": "qty",
                "courier": "nullif(courier, '-')",
                "status": "'sent'",
                "shipped_at": "shipped",
            },
            "shipped",
        ),
    ),
)
