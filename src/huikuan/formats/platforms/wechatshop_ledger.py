"""WeChat shop (微信小店, 视频号) 资金流水: every movement of the shop's account with the balance after it.

From documentation (third parties' code). 收支金额 is signed in some exports and unsigned in others: 收支类型 is
applied to its absolute value. 流水单号 is repeated where a flow has several types (payment, fee, commission), so the
type is part of the key. It is the only bill of these settlements: a row is a wallet line and, if no transfer, a
settlement line.
"""

from __future__ import annotations

from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.spec import (
    About,
    Amount,
    Balance,
    Choice,
    Classified,
    Emit,
    Expression,
    Flag,
    Format,
    Identifier,
    Moment,
    Text,
)
from huikuan.records.messages import gettext_noop

_DIRECTIONS = {"收入": "in", "收": "in", "入账": "in", "支出": "out", "支": "out", "出账": "out"}
_NONE = ("0",)

WECHATSHOP_LEDGER = Format(
    id="wechatshop.ledger",
    about=About(
        title=gettext_noop("WeChat shop ledger (微信小店资金流水)"),
        where=gettext_noop("store.weixin.qq.com → 资金 → 资金流水 → 导出, as Excel or CSV"),
        verified="documentation",
    ),
    needs=(("流水单号",), ("记账时间",), ("动账类型",), ("收支类型",), ("收支金额", "收支金额（元）")),
    columns=(
        Identifier("flow_no", ("流水单号",), filled=True, blank=_NONE),
        Moment("happened", ("记账时间",), filled=True),
        Text("wording", ("动账类型",), filled=True),
        Choice("direction", ("收支类型",), _DIRECTIONS, filled=True),
        Amount("unsigned", ("收支金额", "收支金额（元）"), filled=True),
        Amount("balance", ("账户余额", "账户余额（元）")),
        Identifier("named_order", ("关联订单号",), blank=_NONE),
        Identifier("after_no", ("关联售后单号",), blank=_NONE),
        Identifier("payout_no", ("关联提现单号",), blank=_NONE),
        Text("remark", ("详情", "备注"), scrub=True),
    ),
    values=(
        Expression("amount", "CASE direction WHEN 'in' THEN abs(unsigned) ELSE -abs(unsigned) END", "money"),
        Classified("type", "wording", "wechatshop_items"),
        Expression(
            "movement",
            "CASE WHEN type_movement = 'payout' AND direction = 'in' THEN 'payout_returned' ELSE type_movement END",
            "text",
        ),
        Expression("order_no", "CASE WHEN type_movement IS NULL THEN named_order END", "text"),
        Expression("damaged", "type_movement IS NULL AND named_order_damaged", "bool"),
    ),
    flags=(Flag("key_damaged", "damaged", "关联订单号"),),
    emits=(
        Emit(
            "wallet_line",
            {
                "flow_no": "flow_no",
                "component": "wording",
                "amount": "amount",
                "balance": "balance",
                "movement": "movement",
                "item": "wording",
                "order_no": "order_no",
                "trade_no": "after_no",
                "payout_id": "CASE WHEN type_movement = 'payout' THEN coalesce(payout_no, flow_no) END",
                "text": "remark",
            },
            "happened",
        ),
        Emit(
            "settlement_line",
            {
                "flow_no": "flow_no",
                "component": "wording",
                "order_no": "order_no",
                "key_state": key_state_sql(damaged="damaged", linked="type_linked"),
                "type": "type",
                "item": "wording",
                "amount": "amount",
                "trade_no": "after_no",
                "text": "remark",
            },
            "happened",
            "type_movement IS NULL",
        ),
    ),
    balance=Balance(),
    currency="CNY",
    rank=30,
)
