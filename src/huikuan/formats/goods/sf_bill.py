"""顺丰 (SF Express) monthly bill (月结账单): one row per parcel.

Source: two third parties' importers of such bills, which name its columns (read 2026-11); never compared with a bill of
ours. 费用(元) is the freight before the discount, 应付金额 or 应收费用 what is due for the parcel: what it holds beyond
freight and additional services is the charge `rest`, which is the discount (negative). Without that column the discount
is not told, so the file is flagged by nothing and the charges are those written. No bill number in the rows: the day
stands for it.
"""

from huikuan.formats.goods.courier_columns import Charge, charge_columns, charge_emits
from huikuan.formats.spec import About, Amount, Expression, Flag, Footer, Format, Identifier, Moment, Text
from huikuan.records.messages import gettext_noop

CHARGES = (
    Charge("freight", ("费用(元)", "费用", "运费")),
    Charge("insurance", ("保费", "保价费用", "保价")),
    Charge("pickup", ("委托取件/逆向物流", "委托取件")),
    Charge("fragile", ("易碎件",)),
    Charge("packaging", ("包装费用", "包装费")),
)
_DUE = ("应付金额", "应收费用", "应付金额(元)", "应收费用(元)", "应付费用")
_WEIGHT = ("计费重量", "计费重量(公斤)", "计费重量 (公斤)", "计费重量(kg)")

SF_BILL = Format(
    id="sf.bill",
    about=About(
        gettext_noop("SF Express monthly bill (顺丰 月结账单)"),
        gettext_noop("顺丰 → 月结服务平台 → 账单明细, as Excel"),
        "documentation",
        gettext_noop("Freight, additional services and the discount of each parcel."),
    ),
    needs=(("运单号码", "运单号"), _WEIGHT, (*_DUE, "费用(元)"), ("对方地区", "寄件地区", "付款方式")),
    lacks=(("内部订单号",),),
    columns=(
        Moment("sent", ("日期", "寄件日期", "日期时间", "寄件时间"), filled=True),
        Identifier("tracking_no", ("运单号码", "运单号"), filled=True),
        Identifier("order_no", ("订单号码", "客户订单号")),
        Text("origin", ("寄件地区", "始发地(省名)", "原寄地")),
        Text("province", ("目的地省名",)),
        Text("city", ("目的地城市名", "对方地区", "目的地")),
        Amount("weight", _WEIGHT),
        Amount("measured", ("实际重量",)),
        Text("volume", ("轻抛尺寸(长×宽×高)", "轻抛尺寸 (长×宽×高)")),
        Text("product", ("产品类型",)),
        *charge_columns(CHARGES),
        Amount("due", _DUE),
    ),
    values=(Expression("bill", "CAST(sent_date AS VARCHAR)", "text"),),
    flags=(Flag("key_damaged", "order_no_damaged", "订单号码"),),
    emits=charge_emits(
        CHARGES,
        {
            "invoice_no": "bill",
            "tracking_no": "tracking_no",
            "order_no": "order_no",
            "weight": "weight",
            "actual_weight": "measured",
            "volume": "volume",
            "origin": "origin",
            "province": "province",
            "city": "city",
            "text": "product",
        },
        "sent",
        "due",
    ),
    footer=Footer(starts=("合计", "总计", "小计")),
    currency="CNY",
)
