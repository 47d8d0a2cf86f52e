"""Douyin 资金账单 / 动账明细: every movement of the shop's money, in two documents of one kind.

From documentation (third parties' code that runs on real exports; no file of ours).

With components (header 订单实付应结 …): a row is a wallet line and its components are settlement lines. Traps: ids
behind an apostrophe; 动帐流水号 or 动账流水号; 动账金额 without a sign in some exports, so 动账方向 is applied to its
absolute value; refunds and fees negative in most exports, positive in others: the row's own sum proves which. What the
components do not explain becomes the line `rest`. A movement of a fee of its own (compensation, premium ...) is one
line, whatever its columns say, under the same key in both documents.

Without components (动账明细 of an account, with or without 账户余额): wallet lines, proved by the running balance, and
the fees of their own. What orders bring is told net there: their settlement lines come from the other document.

An account may be one of several of the shop (聚合账户, 微信, 支付宝 ...), and other shops have accounts of these names
too: the account is asked for, never taken from 动账账户.
"""

from __future__ import annotations

from huikuan.formats.components import (
    Component,
    component_columns,
    component_emits,
    component_sum,
    proved_values,
    written_columns,
    written_sum,
)
from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.platforms.douyin_columns import DIRECTIONS, FEES, LEDGER_RANK
from huikuan.formats.spec import (
    About,
    Amount,
    Balance,
    Choice,
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

_GAINS = (
    Component("sale", ("订单实付应结", "订单实付"), "sale"),
    Component("freight", ("运费实付",), "freight"),
    Component("freight_subsidy", ("实际平台补贴_运费",), "subsidy"),
    Component("platform_subsidy", ("实际平台补贴",), "subsidy"),
    Component("other_subsidy", ("其他平台补贴",), "subsidy"),
    Component("trade_in", ("以旧换新抵扣",), "subsidy"),
    Component("government", ("政府补贴平台垫资",), "subsidy"),
    Component("influencer_subsidy", ("实际达人补贴",), "subsidy"),
    Component("pay_subsidy", ("实际抖音支付补贴",), "subsidy"),
    Component("monthly_subsidy", ("实际抖音月付营销补贴", "实际DOU分期营销补贴"), "subsidy"),
    Component("bank_subsidy", ("银行补贴",), "subsidy"),
)
_REFUND = (Component("refund", ("订单退款",), "refund"),)
_COMPONENTS = (*_GAINS, *_REFUND, *FEES)

# Movements that both documents tell as one line: their types never are those of an order's components.
_OWN_FEE = (
    "(type_movement IS NULL AND type IN ('compensation', 'penalty', 'freight_insurance', 'service_fee', 'marketing', "
    "'adjustment', 'tax', 'installment_fee', 'payment_fee'))"
)
_FLOW = ("动账流水号", "流水号")
_COLUMNS: tuple[Column, ...] = (
    Identifier("flow_no", _FLOW, filled=True),
    Moment("happened", ("动账时间",), filled=True),
    Choice("direction", ("动账方向", "账户方向"), DIRECTIONS, filled=True),
    Amount("unsigned", ("动账金额", "动账金额（元）"), filled=True),
    Text("scene", ("动账场景",)),
    Text("remark", ("备注", "动账摘要"), scrub=True),
    Identifier("main_no", ("订单号", "关联订单号", "主订单编号", "店铺单号"), blank=("0",)),
    Identifier("sub_no", ("子订单号", "关联子订单号", "子订单编号"), blank=("0",)),
)
_VALUES = (
    Expression("amount", "CASE direction WHEN 'in' THEN abs(unsigned) ELSE -abs(unsigned) END", "money"),
    Expression(
        "wording",
        "coalesce(nullif(scene, '-'), nullif(regexp_replace(t_remark, '[^\\p{Han}|-]+', '', 'g'), ''), '?')",
        "text",
    ),
    Classified("type", "wording", "douyin_items"),
    # A payout that comes back is money in under the same scene.
    Expression(
        "movement",
        "CASE WHEN type_movement = 'payout' AND direction = 'in' THEN 'payout_returned' ELSE type_movement END",
        "text",
    ),
    Expression("order_no", "CASE WHEN type_movement IS NULL THEN coalesce(main_no, sub_no) END", "text"),
    Expression("damaged", "type_movement IS NULL AND order_no IS NULL AND (main_no_damaged OR sub_no_damaged)", "bool"),
)
_FLAGS = (Flag("key_damaged", "damaged", "订单号"),)


def _wallet(balance: str) -> Emit:
    return Emit(
        "wallet_line",
        {
            "flow_no": "flow_no",
            "component": "''",
            "amount": "amount",
            "balance": balance,
            "movement": "movement",
            "item": "wording",
            "order_no": "order_no",
            "payout_id": "CASE WHEN movement = 'payout' THEN flow_no END",
            "text": "remark",
        },
        "happened",
    )


def _whole_line(where: str) -> Emit:
    return Emit(
        "settlement_line",
        {
            "flow_no": "flow_no",
            "component": "''",
            "order_no": "order_no",
            "key_state": key_state_sql(damaged="damaged", linked="type_linked"),
            "type": "type",
            "item": "wording",
            "amount": "amount",
            "text": "remark",
        },
        "happened",
        where,
    )


_TOLD = " OR ".join(f"coalesce(w_{each.name}, 0) <> 0" for each in (*_REFUND, *FEES))
_TOLD = f"({' OR '.join(f'coalesce({each.name}, 0) <> 0' for each in _GAINS)} OR {_TOLD})"
_SPLIT = f"type_movement IS NULL AND NOT {_OWN_FEE} AND told"
_G, _R, _F = component_sum(_GAINS), written_sum(_REFUND), written_sum(FEES)
_ORDER_FIELDS = {
    "flow_no": "flow_no",
    "order_no": "order_no",
    "key_state": key_state_sql(damaged="damaged"),
    "sku": "sku",
    "text": "remark",
}

DOUYIN_LEDGER = Format(
    id="douyin.ledger",
    about=About(
        title=gettext_noop("Douyin shop fund bill (抖店资金账单, 动账明细)"),
        where=gettext_noop("fxg.jinritemai.com → 资金 → 账单中心 → 动账明细, as CSV, Excel or ZIP"),
        verified="documentation",
        note=gettext_noop(
            "Its settlement lines count; those of the settlement, premium and BIC bills corroborate them."
        ),
    ),
    needs=(
        ("动账流水号", "流水号"),
        ("动账方向",),
        ("动账金额", "动账金额（元）"),
        ("动账场景", "动账摘要"),
        ("订单实付应结", "订单实付"),
        ("平台服务费", "技术服务费"),
    ),
    file_name="资金账单|动账明细|资金流水",
    columns=(
        *_COLUMNS,
        Identifier("sku", ("商品ID",)),
        *component_columns(_GAINS),
        *written_columns((*_REFUND, *FEES)),
    ),
    values=(
        *_VALUES,
        Expression("told", _TOLD, "bool"),
        Expression(
            "signs",
            f"CASE WHEN amount = {_G} + {_R} + {_F} THEN '++' WHEN amount = {_G} - {_R} - {_F} THEN '--' "
            f"WHEN amount = {_G} + {_R} - {_F} THEN '+-' WHEN amount = {_G} - {_R} + {_F} THEN '-+' ELSE '++' END",
            "text",
        ),
        Expression("refund_sign", "CASE WHEN signs LIKE '-%' THEN -1 ELSE 1 END", "int"),
        Expression("fee_sign", "CASE WHEN signs LIKE '%-' THEN -1 ELSE 1 END", "int"),
        *proved_values(_REFUND, "refund_sign"),
        *proved_values(FEES, "fee_sign"),
    ),
    flags=_FLAGS,
    emits=(
        _wallet("NULL"),
        *component_emits(_COMPONENTS, moment="happened", fields=_ORDER_FIELDS, total="amount", where=_SPLIT),
        _whole_line(f"type_movement IS NULL AND (NOT told OR {_OWN_FEE})"),
    ),
    currency="CNY",
    rank=LEDGER_RANK,
)

DOUYIN_ACCOUNT_LEDGER = Format(
    id="douyin.ledger",
    about=About(
        title=gettext_noop("Douyin shop account ledger (抖店账户动账明细, with or without balance)"),
        where=gettext_noop("fxg.jinritemai.com → 资金 → 账户流水 → 动账明细, as CSV, Excel or ZIP"),
        verified="documentation",
        note=gettext_noop("Gives wallet lines and fees; what orders bring comes from the fund bill with components."),
    ),
    needs=(
        ("动账流水号", "流水号"),
        ("动账时间",),
        ("动账方向", "账户方向"),
        ("动账金额", "动账金额（元）"),
        ("动账场景", "动账摘要"),
    ),
    lacks=(("订单实付应结", "订单实付"),),
    file_name="动账明细|账户流水",
    columns=(*_COLUMNS, Amount("balance", ("账户余额", "账户余额（元）"))),
    values=_VALUES,
    flags=_FLAGS,
    emits=(_wallet("balance"), _whole_line(_OWN_FEE)),
    balance=Balance(),
    currency="CNY",
    rank=LEDGER_RANK,
)
