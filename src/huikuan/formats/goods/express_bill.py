"""Bill of a courier's branch (网点账单) of 圆通, 中通 and the like: one row per parcel.

Source: the lists of headers that third parties' upload forms demand for 圆通 and 中通, and the columns that a third
party's reconciliation looks for (业务时间, 网点称重, 面单费用, 加收费用, 合计费用) (read 2026-11). Traps:
- Columns that a person has filled by a look-up hold 0: no charge.
- 总金额 is the row's total and the proof of the columns beside it; what it holds beyond them is the charge `rest`.
- The file is the whole company's: its rows name shops or customers in words of the branch (账单结算对象名称), which are
  kept as text and are no shops. One waybill may stand in it twice; both are charges.
- No bill number: the day of the scan stands for it.
"""

from huikuan.formats.goods.courier_columns import Charge, charge_columns, charge_emits, charge_sum
from huikuan.formats.spec import (
    About,
    Amount,
    Expression,
    Footer,
    Format,
    Identifier,
    Moment,
    Text,
    Total,
)
from huikuan.records.messages import gettext_noop

_TRACKING = ("运单号码", "运单号", "快递单号", "运单编号", "面单号")
_WEIGHT = ("计费重量(kg)", "计费重量", "结算重量", "结算重量(kg)", "账单重量", "网点称重")
_SCANNED = ("扫描时间", "揽收时间", "寄件时间", "发货时间", "业务时间", "业务日期", "日期")
CHARGES = (
    Charge("freight", ("单价", "价单", "运费", "快递费", "派费")),
    Charge("remote", ("新西费用", "新疆西藏", "偏远费", "偏远附加费")),
    Charge("over_3kg", ("3KG以上费用", "超重费")),
    Charge("surcharge_shanghai", ("上海加收费用", "上海加收")),
    Charge("label", ("面单费用", "面单费")),
    Charge("surcharge", ("加收费用", "附加费")),
)
_TOTAL = ("总金额", "合计", "合计金额", "合计费用", "费用合计", "总费用", "总运费")

EXPRESS_BILL = Format(
    id="express.bill",
    about=About(
        gettext_noop("Courier branch bill (圆通, 中通 网点账单)"),
        gettext_noop("From the courier's branch each month, as Excel or CSV"),
        "documentation",
        gettext_noop("Each column of charges becomes a charge of its own; the row's total is its proof."),
    ),
    needs=(
        _TRACKING,
        _WEIGHT,
        _SCANNED,
        ("总金额", "合计费用", "单价", "3KG以上费用", "新西费用", "新疆西藏", "价单", "快递费"),
    ),
    lacks=(("对方地区",), ("线上订单号",), ("订单编号",)),
    columns=(
        Moment("scanned", _SCANNED),
        Identifier("tracking_no", _TRACKING, filled=True),
        Text("object", ("账单结算对象名称", "物料结算名称", "主店铺", "客户名称", "订单客户")),
        Amount("weight", _WEIGHT),
        Amount("measured", ("重量", "实际重量")),
        Text("volume", ("体积参数", "体积")),
        Text("province", ("计费省份", "目的地省", "省份", "目的省份")),
        Text("city", ("计费目的地名称", "目的地市", "城市", "目的城市")),
        Text("zone", ("分区",)),
        *charge_columns(CHARGES),
        Amount("total", _TOTAL),
    ),
    values=(Expression("bill", "CAST(scanned_date AS VARCHAR)", "text"),),
    emits=charge_emits(
        CHARGES,
        {
            "invoice_no": "bill",
            "tracking_no": "tracking_no",
            "weight": "weight",
            "actual_weight": "measured",
            "volume": "volume",
            "zone": "zone",
            "province": "province",
            "city": "city",
            "shop": "NULL",
            "text": "object",
        },
        "scanned",
        "total",
    ),
    footer=Footer(starts=("合计", "总计", "合 计")),
    totals=(Total("总金额", "sum(total)", f"sum({charge_sum(CHARGES)}) FILTER (total IS NOT NULL)", in_rows=True),),
    currency="CNY",
)
