"""JD returns: 退货订单报表 of 京慧 (JD's warehouse), one row per return. Known from documentation; no file of ours.

The warehouse tells what came back, so goods are always to come back here; what the buyer was given is in the
settlement bill. The detail export of 京东物流工作台 names the same things by other words, one row per item.
"""

from __future__ import annotations

from huikuan.formats.spec import About, Amount, Emit, Expression, Flag, Format, Identifier, Moment, Text
from huikuan.records.messages import gettext_noop

JD_RETURNS = Format(
    id="jd.returns",
    about=About(
        title=gettext_noop("JD warehouse returns (京慧退货订单)"),
        where=gettext_noop("jh.jdl.com → 报表中心 → 退货订单及明细报表 → 导出, as CSV or Excel"),
        verified="documentation",
    ),
    needs=(("ECLP退货单号",), ("销售平台订单号", "销售平台单号"), ("逆向运单号",)),
    file_name="退货",
    columns=(
        Identifier("return_no", ("ECLP退货单号",), filled=True),
        Identifier("order_no", ("销售平台订单号", "销售平台单号")),
        Identifier("sent_no", ("原运单号", "正向运单号")),
        Identifier("back_no", ("逆向运单号",)),
        Identifier("sku", ("事业部商品编码", "商品编码", "商品编号")),
        Text("courier", ("承运商名称",)),
        Amount("expected", ("应入库sku总件数", "应入库数量", "应退数量")),
        Amount("counted", ("实际入库sku总件数", "实际入库数量", "实收数量")),
        Text("state", ("单据状态", "退货单状态")),
        Text("condition", ("实物等级", "商品等级")),
        Text("reason", ("退货原因",)),
        Moment("asked", ("创建时间", "建单时间"), filled=True),
        Moment("shelved", ("退货上架时间", "上架时间")),
        Moment("in_warehouse", ("库房上架时间",)),
    ),
    values=(
        Expression("received", "coalesce(shelved, in_warehouse)", "time"),
        Expression(
            "status",
            "CASE WHEN contains(coalesce(state, ''), '取消') OR contains(coalesce(state, ''), '作废') THEN 'closed' "
            "WHEN received IS NOT NULL OR counted > 0 OR contains(coalesce(state, ''), '完成') THEN 'received' "
            "WHEN back_no IS NOT NULL THEN 'in_transit' ELSE 'requested' END",
            "text",
        ),
    ),
    flags=(Flag("key_damaged", "order_no_damaged", "销售平台订单号"),),
    emits=(
        Emit(
            kind="return_line",
            moment="asked",
            fields={
                "return_no": "return_no",
                "sku": "sku",
                "order_no": "order_no",
                "tracking_no": "back_no",
                "sent_tracking_no": "sent_no",
                "courier": "courier",
                "goods_back": "TRUE",
                "qty_claimed": "expected",
                "qty_received": "CASE WHEN status = 'received' THEN counted END",
                "condition": "condition",
                "status": "status",
                "reason": "reason",
                "requested_at": "asked",
                "received_at": "received",
            },
        ),
    ),
    currency="CNY",
)
