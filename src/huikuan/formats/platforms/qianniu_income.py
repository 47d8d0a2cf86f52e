"""千牛 收入明细 (收支账单): what Taobao accounts for each sub-order and bill item, signed. From documentation.

金额 is signed. A row of the direction 支出 with a positive amount contradicts that: it is taken as paid out, and told.

The columns change with the kind of bill that was chosen; 账期, the three levels of business and 金额 are always
there. The money itself moves in the fund ledgers of Alipay and of the WeChat channel: this bill gives settlement
lines only, and counts less than they do. A row without a flow number is known by its period, order, item, kind of
flow and time.
"""

from __future__ import annotations

from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.spec import (
    About,
    Amount,
    Classified,
    Emit,
    Expression,
    Flag,
    Format,
    Identifier,
    Moment,
    Reject,
    Text,
)
from huikuan.records.messages import gettext_noop

QIANNIU_INCOME = Format(
    id="qianniu.income",
    about=About(
        title=gettext_noop("Taobao / Tmall income bill (千牛收支账单 收入明细)"),
        where=gettext_noop("千牛 → 财务 → 收支账单 → 收入明细 → 下载, as CSV, Excel or ZIP"),
        verified="documentation",
        note=gettext_noop("Does not name its account: name it when importing. Settlement lines only."),
    ),
    needs=(("账期",), ("账单大类",), ("业务小类", "业务大类"), ("金额", "金额（元）")),
    file_name="收支账单|收入明细|交易货款",
    columns=(
        Text("period", ("账期",)),
        Text("direction", ("资金方向",)),
        Text("bill", ("账单大类",)),
        Text("business", ("业务大类",)),
        Text("part", ("业务小类",)),
        Identifier("main_no", ("交易主单号", "订单号")),
        Identifier("sub_no", ("交易子订单号", "子订单号")),
        Identifier("pay_flow", ("支付流水号",)),
        Identifier("own_flow", ("业务流水号",)),
        Identifier("trade_no", ("支付宝订单号",)),
        Amount("written", ("金额", "金额（元）"), filled=True),
        Text("flow_kind", ("流水类型",)),
        Moment("flowed", ("时间",)),
        Moment("paid_out", ("打款时间",)),
        Moment("received", ("确认收货时间",)),
        Moment("paid_at", ("支付时间",)),
        Identifier("item_no", ("商品ID",)),
        Text("sku", ("sku", "sku编码")),
        Text("remark", ("备注",), scrub=True),
    ),
    values=(
        Expression("contradicts", "coalesce(direction = '支出', FALSE) AND written > 0", "bool"),
        Expression("amount", "CASE WHEN contradicts THEN -written ELSE written END", "money"),
        Expression("happened", "coalesce(flowed, paid_out, received, paid_at)", "time"),
        Expression("happened_date", "coalesce(flowed_date, paid_out_date, received_date, paid_at_date)", "date"),
        Expression("wording", "concat_ws('|', business, part)", "text"),
        Classified("item_type", "wording", "alipay_items"),
        Expression("type", "CASE WHEN item_type = 'sale' AND amount < 0 THEN 'refund' ELSE item_type END", "text"),
        Expression("damaged", "main_no IS NULL AND main_no_damaged", "bool"),
        Expression(
            "key_state",
            key_state_sql("main_no", damaged="damaged", linked="item_type_linked"),
            "text",
        ),
        Expression(
            "flow_no",
            "coalesce(pay_flow, own_flow, concat_ws(' ', period, main_no, strftime(happened, '%Y%m%d%H%M%S')))",
            "text",
        ),
    ),
    rejects=(
        Reject("cell.empty", "happened_date IS NULL", "时间"),
        Reject("identifier.damaged", "pay_flow_damaged AND own_flow IS NULL", "支付流水号"),
    ),
    flags=(Flag("key_damaged", "damaged", "交易主单号"), Flag("sign.contradicts", "contradicts", "金额")),
    emits=(
        Emit(
            kind="settlement_line",
            moment="happened",
            fields={
                "flow_no": "flow_no",
                "component": "concat_ws('|', wording, sub_no, flow_kind)",
                "order_no": "main_no",
                "key_state": "key_state",
                "type": "type",
                "item": "concat_ws('|', bill, wording)",
                "amount": "amount",
                "trade_no": "trade_no",
                "sku": "coalesce(sku, item_no)",
                "text": "remark",
            },
        ),
    ),
    currency="CNY",
    rank=15,
)
