"""Alipay 业务明细, the trade bill of a merchant: what was traded and refunded, with what the merchant received.

Checked against one real file. 完成时间 is when it was posted (creation time is the original trade's, also on refunds);
amounts of refunds are negative. Fees are negative when charged.
"""

from __future__ import annotations

from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.platforms.alipay_columns import STATED, TAOBAO_ORDER
from huikuan.formats.spec import (
    About,
    Amount,
    Choice,
    Emit,
    Expression,
    Fact,
    Flag,
    Footer,
    Format,
    Identifier,
    Moment,
    Text,
    Total,
)
from huikuan.records.messages import gettext_noop


def _emit(component: str, type_sql: str, amount: str, item: str, where: str) -> Emit:
    return Emit(
        kind="settlement_line",
        moment="happened",
        where=where,
        fields={
            "flow_no": "trade_no",
            "component": component,
            "order_no": "order_no",
            "key_state": key_state_sql(damaged="out_no_damaged"),
            "type": type_sql,
            "item": item,
            "amount": amount,
            "trade_no": "trade_no",
            "text": "title",
        },
    )


_SUFFIX = "CASE WHEN type = 'refund' THEN concat_ws(' ', 'refund', refund_no) ELSE 'sale' END"

ALIPAY_TRADES = Format(
    id="alipay.trades",
    about=About(
        title=gettext_noop("Alipay trade bill (支付宝业务明细)"),
        where=gettext_noop("b.alipay.com → 对账中心 → 交易账单 → 业务明细, as CSV or ZIP"),
        verified="real file",
        note=gettext_noop("Gives settlement lines only; where the fund ledger covers the same days, that one counts."),
    ),
    needs=(("支付宝交易号",), ("商户订单号",), ("业务类型",), ("完成时间",), ("商家实收（元）",)),
    marks=("支付宝业务明细查询", "业务明细列表"),
    file_name="业务明细",
    columns=(
        Identifier("trade_no", ("支付宝交易号",), filled=True),
        Identifier("out_no", ("商户订单号",)),
        Choice("type", ("业务类型",), {"交易": "sale", "退款": "refund"}, filled=True),
        Text("title", ("商品名称",), scrub=True),
        Moment("happened", ("完成时间",), filled=True),
        Amount("gross", ("订单金额（元）",)),
        Amount("received", ("商家实收（元）",), filled=True),
        Amount("merchant_discount", ("商家优惠（元）",)),
        Identifier("refund_no", ("退款批次号/请求号", "退款批次号")),
        Amount("fee", ("服务费（元）",)),
        Amount("share", ("分润（元）",)),
    ),
    values=(
        Expression(
            "order_no",
            f"CASE WHEN regexp_full_match(out_no, '{TAOBAO_ORDER}') THEN substr(out_no, 6) ELSE out_no END",
            "text",
        ),
    ),
    flags=(Flag("key_damaged", "out_no_damaged", "商户订单号"),),
    emits=(
        _emit(_SUFFIX, "type", "received", "CASE type WHEN 'sale' THEN '交易' ELSE '退款' END", ""),
        _emit(f"'fee ' || {_SUFFIX}", "'payment_fee'", "fee", "'服务费'", "fee <> 0"),
        _emit(f"'share ' || {_SUFFIX}", "'affiliate_commission'", "share", "'分润'", "share <> 0"),
    ),
    footer=Footer(starts=("#",), expected=True),
    facts=(
        *STATED,
        Fact("sale_count", r"#交易合计[：:]\s*(\S+?)笔"),
        Fact("sale_sum", r"#交易合计[：:].*?商家实收共(\S+?)元"),
        Fact("sale_discount", r"#交易合计[：:].*?商家优惠共(\S+?)元"),
        Fact("refund_count", r"#退款合计[：:]\s*(\S+?)笔"),
        Fact("refund_sum", r"#退款合计[：:].*?商家实收退款共(\S+?)元"),
    ),
    totals=(
        Total("交易合计笔数", "sale_count", "count(*) FILTER (type = 'sale')"),
        Total("交易合计商家实收", "sale_sum", "sum(received) FILTER (type = 'sale')"),
        Total("交易合计商家优惠", "sale_discount", "sum(merchant_discount) FILTER (type = 'sale')"),
        Total("退款合计笔数", "refund_count", "count(*) FILTER (type = 'refund')"),
        Total("退款合计商家实收退款", "refund_sum", "sum(received) FILTER (type = 'refund')"),
    ),
    currency="CNY",
    rank=20,
)
