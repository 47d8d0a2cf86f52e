"""Taobao's WeChat channel: the fund ledger of what buyers pay through WeChat Pay (千牛 聚合结算, 收支明细).

Two layouts known from third parties' code that runs on real exports: the older names 商家昵称 and splits date and
time, the newer (千牛) has one time and 淘宝订单编号. 支出 is written positive and taken off; where a row has none, it
is blank. A row is a wallet line and, if it names an order or normally would, a settlement line. One 支付流水号 may
have several kinds of entry, so the kind is part of the key.

Numbers that a spreadsheet has damaged are refused for the flow; for the order, the remark
(`订单{2701855562034109276}退款`) names it again.
"""

from __future__ import annotations

from dataclasses import replace

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
    Reject,
    Text,
)
from huikuan.records.messages import gettext_noop

_ABOUT = About(
    title=gettext_noop("Taobao fund ledger of the WeChat channel (千牛聚合结算 收支明细)"),
    where=gettext_noop("千牛 → 财务 → 聚合结算 → 收支明细 → 导出, as Excel or CSV"),
    verified="documentation",
    note=gettext_noop("The newer layout does not name its account: name it when importing."),
)
# Entries that say enough; the others are told apart by the description.
_PLAIN = "('交易收款', '交易退款', '交易退款(售后)', '交易退款（售后）', '提现', '保证金扣款', '充值')"
_NOT_WORDS = "[^\\p{Han}|-]+"
_IN_TEXT = "'[{（(]([0-9]{10,25})[}）)]'"

_COLUMNS: tuple[Column, ...] = (
    Identifier("flow_no", ("支付流水号",), filled=True),
    Identifier("main_no", ("淘宝订单编号", "主订单id", "主订单编号", "订单编号")),
    Text("entry", ("入账类型",), filled=True),
    Amount("income", ("收入金额（元）", "收入金额")),
    Amount("outgo", ("支出金额（元）", "支出金额")),
    Text("described", ("业务描述",), scrub=True),
    Text("remark", ("备注",), scrub=True),
)
_VALUES = (
    Expression("amount", "coalesce(income, 0) - abs(coalesce(outgo, 0))", "money"),
    Expression(
        "wording",
        f"CASE WHEN entry IN {_PLAIN} THEN entry "
        f"ELSE concat_ws('|', entry, nullif(regexp_replace(t_described, '{_NOT_WORDS}', '', 'g'), '')) END",
        "text",
    ),
    Classified("type", "wording", "alipay_items"),
    Expression(
        "named_order",
        "coalesce(CASE WHEN regexp_full_match(main_no, '[0-9]{10,25}') THEN main_no END, "
        f"nullif(regexp_extract(t_remark, {_IN_TEXT}, 1), ''), nullif(regexp_extract(t_described, {_IN_TEXT}, 1), ''))",
        "text",
    ),
    Expression("order_no", "CASE WHEN type_movement IS NULL THEN named_order END", "text"),
    Expression("damaged", "order_no IS NULL AND type_movement IS NULL AND main_no_damaged", "bool"),
    Expression(
        "key_state",
        key_state_sql(damaged="damaged", linked="type_linked"),
        "text",
    ),
)
_REJECTS = (Reject("cell.empty", "income IS NULL AND outgo IS NULL", "收入金额（元）"),)
_FLAGS = (Flag("key_damaged", "damaged", "淘宝订单编号"),)
_TEXT = "concat_ws(' | ', described, remark)"
_EMITS = (
    Emit(
        kind="wallet_line",
        moment="happened",
        fields={
            "flow_no": "flow_no",
            "component": "entry",
            "amount": "amount",
            "movement": "type_movement",
            "item": "wording",
            "order_no": "order_no",
            "trade_no": "flow_no",
            "payout_id": "CASE WHEN type_movement = 'payout' THEN flow_no END",
            "text": _TEXT,
        },
    ),
    Emit(
        kind="settlement_line",
        moment="happened",
        where="type_movement IS NULL AND (key_state <> 'none' OR type = 'unclassified')",
        fields={
            "flow_no": "flow_no",
            "component": "entry",
            "order_no": "order_no",
            "key_state": "key_state",
            "type": "type",
            "item": "wording",
            "amount": "amount",
            "trade_no": "flow_no",
            "text": _TEXT,
        },
    ),
)

TAOBAO_WECHAT = Format(
    id="taobao.wechat",
    about=_ABOUT,
    needs=(
        ("入账时间",),
        ("支付流水号",),
        ("入账类型",),
        ("收入金额（元）", "收入金额"),
        ("支出金额", "支出金额（元）"),
    ),
    lacks=(("入账日期",),),
    file_name="聚合结算|聚合账户|收支明细",
    columns=(Moment("happened", ("入账时间",), filled=True), *_COLUMNS),
    values=_VALUES,
    rejects=_REJECTS,
    flags=_FLAGS,
    emits=_EMITS,
    currency="CNY",
    rank=30,
)

TAOBAO_WECHAT_V1 = Format(
    id="taobao.wechat",
    about=replace(
        _ABOUT, title=gettext_noop("Taobao fund ledger of the WeChat channel, older layout (微信渠道收支明细)"), note=""
    ),
    needs=(
        ("入账日期",),
        ("支付流水号",),
        ("入账类型",),
        ("收入金额（元）", "收入金额"),
        ("支出金额", "支出金额（元）"),
    ),
    columns=(
        Moment("happened", ("入账日期",), filled=True, also=("入账时间",)),
        Text("nick", ("商家昵称",)),
        *_COLUMNS,
    ),
    values=_VALUES,
    rejects=_REJECTS,
    flags=_FLAGS,
    emits=_EMITS,
    account_value="nick",
    currency="CNY",
    rank=30,
)
