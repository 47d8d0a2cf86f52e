"""WeChat Pay 交易账单, the trade bill of a merchant: layouts ALL, SUCCESS and REFUND.

Source: https://pay.weixin.qq.com/doc/v2/merchant/4011987833 and real files. Every data cell begins with a back tick and
nothing is quoted (goods names contain commas), so rows are split at comma + back tick. On refund rows the order
amount is 0, the refund positive, the fee negative (given back). Net = Σ应结订单金额 − Σ退款金额 + Σ充值券退款金额 −
Σ手续费. A refund that is pending or failed by its 退款状态 is ignored: it comes again in a later bill if it succeeds.
"""

from __future__ import annotations

from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.spec import (
    About,
    Amount,
    Choice,
    Emit,
    Expression,
    Flag,
    Footer,
    Format,
    Identifier,
    Moment,
    Text,
    Total,
)
from huikuan.records.messages import gettext_noop


def _emit(type_name: str, component: str, amount: str, item: str, refund: bool, where: str = "TRUE") -> Emit:
    side = "is_refund" if refund else "NOT is_refund"
    return Emit(
        kind="settlement_line",
        moment="refund_time" if refund else "happened",
        where=f"{side} AND ({where})",
        fields={
            "flow_no": "coalesce(refund_no, trade_no)" if refund else "trade_no",
            "component": f"'{component}'",
            "order_no": "order_no",
            "key_state": key_state_sql(damaged="order_no_damaged"),
            "type": f"'{type_name}'",
            "item": f"'{item}'",
            "amount": amount,
            "trade_no": "trade_no",
            "text": "title",
        },
    )


WECHATPAY_TRADES = Format(
    id="wechatpay.trades",
    about=About(
        title=gettext_noop("WeChat Pay trade bill (微信支付交易账单)"),
        where=gettext_noop("pay.weixin.qq.com → 交易中心 → 交易账单 (all, successful or refunds), as CSV or gzip"),
        verified="real file",
        note=gettext_noop("Gives settlement lines; wallet lines come from the fund bill."),
    ),
    needs=(("交易时间",), ("商户号",), ("微信订单号",), ("商户订单号",), ("交易状态",), ("手续费",)),
    file_name="交易账单|tradebill|trade",
    prefix="`",
    columns=(
        Moment("happened", ("交易时间",), filled=True),
        Identifier("merchant", ("商户号",), filled=True),
        Identifier("trade_no", ("微信订单号",), filled=True),
        Identifier("order_no", ("商户订单号",)),
        Choice("state", ("交易状态",), {"SUCCESS": "sale", "REFUND": "refund", "REVOKED": "revoked"}, filled=True),
        Text("money", ("货币种类",)),
        Amount("settled", ("应结订单金额", "总金额")),
        Amount("coupon", ("代金券金额", "代金券或立减优惠金额")),
        Moment("refunded_at", ("退款成功时间",)),
        Identifier("refund_no", ("微信退款单号",), blank=("0",)),
        Amount("refund", ("退款金额",)),
        Amount("coupon_refund", ("充值券退款金额",)),
        Text("refund_state", ("退款状态",)),
        Text("title", ("商品名称",), scrub=True),
        Amount("fee", ("手续费",), filled=True),
        Amount("gross", ("订单金额",)),
        Amount("asked_refund", ("申请退款金额",)),
    ),
    values=(
        Expression("is_refund", "state <> 'sale'", "bool"),
        Expression("refund_time", "CASE WHEN refunded_at_date IS NULL THEN happened ELSE refunded_at END", "time"),
        Expression("refund_time_date", "coalesce(refunded_at_date, happened_date)", "date"),
        Expression("given_back", "coalesce(coupon_refund, 0) - coalesce(refund, 0)", "money"),
    ),
    ignored="is_refund AND refund_state IN ('PROCESSING', 'FAIL', 'CHANGE')",
    flags=(Flag("key_damaged", "order_no_damaged", "商户订单号"),),
    emits=(
        _emit("sale", "sale", "settled", "交易", refund=False),
        _emit("payment_fee", "fee", "-fee", "手续费", refund=False, where="fee <> 0"),
        _emit("refund", "refund", "given_back", "退款", refund=True),
        _emit("payment_fee", "fee", "-fee", "手续费", refund=True, where="fee <> 0"),
    ),
    footer=Footer(starts=("总交易单数",), expected=True),
    footer_table="总交易单数",
    totals=(
        Total("总交易单数", "总交易单数", "count(*)"),
        Total("应结订单总金额", "应结订单总金额", "sum(settled)"),
        Total("退款总金额", "退款总金额", "sum(refund)"),
        Total("充值券退款总金额", "充值券退款总金额", "sum(coupon_refund)"),
        Total("手续费总金额", "手续费总金额", "sum(fee)"),
        Total("订单总金额", "订单总金额", "sum(gross)"),
        Total("申请退款总金额", "申请退款总金额", "sum(asked_refund)"),
    ),
    account_value="merchant",
    currency="CNY",
    currency_value="money",
    rank=30,
)
