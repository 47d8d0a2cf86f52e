"""1688 bills: what the shop received (应收账单) and what it paid (应付账单). Known from third parties' code.

Received: 已收金额 is signed, a refund to the buyer (订单售后退款) is negative. Paid: 已付金额 is positive where money
left, so it is taken off. A bill of which nothing has been received or paid yet is pending: it is ignored. 应收 and
应付 only say what is due. Key: 账单编号.
"""

from __future__ import annotations

from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.spec import (
    About,
    Amount,
    Classified,
    Column,
    Emit,
    Expression,
    Flag,
    Format,
    Identifier,
    Moment,
    Text,
)
from huikuan.records.messages import gettext_noop

_COLUMNS: tuple[Column, ...] = (
    Identifier("bill_no", ("账单编号",), filled=True),
    Text("bill", ("账单类型",)),
    Text("scene", ("场景类型",)),
    Text("detail", ("场景明细",)),
    Text("state", ("账单状态",)),
    Moment("created", ("账单创建时间",), filled=True),
    Identifier("order_no", ("关联订单号", "订单号")),
    Text("remark", ("备注",), scrub=True),
)


def _values(amount: str) -> tuple[Expression | Classified, ...]:
    return (
        Expression("amount", amount, "money"),
        Expression("wording", "concat_ws('|', scene, detail)", "text"),
        Classified("item_type", "coalesce(nullif(wording, ''), bill)", "alibaba1688_items"),
        Expression("type", "CASE WHEN item_type = 'sale' AND amount < 0 THEN 'refund' ELSE item_type END", "text"),
        Expression(
            "key_state",
            key_state_sql(damaged="order_no_damaged", linked="item_type_linked"),
            "text",
        ),
    )


def _emit(component: str) -> Emit:
    return Emit(
        kind="settlement_line",
        moment="created",
        fields={
            "flow_no": "bill_no",
            "component": f"'{component}'",
            "order_no": "order_no",
            "key_state": "key_state",
            "type": "type",
            "item": "concat_ws('|', bill, wording)",
            "amount": "amount",
            "text": "remark",
        },
    )


_FLAGS = (Flag("key_damaged", "order_no_damaged", "关联订单号"),)

ALIBABA1688_RECEIPTS = Format(
    id="1688.receipts",
    about=About(
        title=gettext_noop("1688 bill of receipts (1688 应收账单)"),
        where=gettext_noop("1688 卖家工作台 → 资金 → 对账中心 → 应收账单 → 导出, as Excel or CSV"),
        verified="documentation",
        note=gettext_noop("Does not name its account: name it when importing. Pending bills are ignored."),
    ),
    needs=(("账单编号",), ("已收金额（元）", "已收金额"), ("场景类型", "场景明细"), ("关联订单号", "订单号")),
    lacks=(("已付金额（元）", "已付金额"),),
    columns=(
        *_COLUMNS,
        Amount("due", ("应收金额（元）", "应收金额")),
        Amount("settled", ("已收金额（元）", "已收金额")),
    ),
    values=_values("coalesce(settled, 0)"),
    flags=_FLAGS,
    ignored="coalesce(settled, 0) = 0 AND coalesce(due, 0) <> 0",
    emits=(_emit("receipt"),),
    currency="CNY",
    rank=20,
)

ALIBABA1688_PAYMENTS = Format(
    id="1688.payments",
    about=About(
        title=gettext_noop("1688 bill of payments (1688 应付账单)"),
        where=gettext_noop("1688 卖家工作台 → 资金 → 对账中心 → 应付账单 → 导出, as Excel or CSV"),
        verified="documentation",
        note=gettext_noop("Does not name its account: name it when importing. Pending bills are ignored."),
    ),
    needs=(("账单编号",), ("已付金额（元）", "已付金额"), ("场景类型", "场景明细"), ("关联订单号", "订单号")),
    lacks=(("已收金额（元）", "已收金额"),),
    columns=(
        *_COLUMNS,
        Amount("due", ("应付金额（元）", "应付金额")),
        Amount("settled", ("已付金额（元）", "已付金额")),
    ),
    values=_values("-coalesce(settled, 0)"),
    flags=_FLAGS,
    ignored="coalesce(settled, 0) = 0 AND coalesce(due, 0) <> 0",
    emits=(_emit("payment"),),
    currency="CNY",
    rank=20,
)
