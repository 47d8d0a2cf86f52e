"""What the bills of personal accounts share (Alipay, WeChat Pay, JD, Meituan): small sellers are paid there too.

The account is the personal account as the bill tells it, the ways of paying linked to it included: a purchase paid by
bank card stands in the bill, so it is a movement of the account. One row is one wallet line. What a row is worth:

- 收入 is added, 支出 is taken off, in full. A refund stands in a row of its own and is added; its original keeps its
  full amount, so that both net to what was really paid.
- A row that the bill counts as neither (不计收支, `/`) has the sign that its own words tell: a refund, a withdrawal
  or a top-up between the account and a bank, interest. Where they tell none (between pots of one's own, pay later)
  the account holds as much as before: amount 0, movement `transfer`. What the bill states is never lost: it begins
  the line's text.
- Failed, unpaid and withdrawn trades are ignored.

The totals in the preamble are compared and a difference is flagged; the platforms themselves warn that theirs may be
counted in another way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from huikuan.formats.platforms.alipay_columns import TAOBAO_ORDER
from huikuan.formats.spec import Emit, Expression, Fact, Total

SIDES: Mapping[str, str] = {
    "收入": "in",
    "支出": "out",
    "不计收支": "neutral",
    "中性交易": "neutral",
    "其他": "neutral",
    "其它": "neutral",
    "/": "neutral",
}
# By the bill's own words nothing was paid.
NOT_DONE = "失败|撤销|已取消|待付款|待支付|等待付款|等待买家付款|未付款|待确认收款|退款关闭"

_DATE = r"\[?([^\]\s,]+(?: [\d:]+)?)"


@dataclass(frozen=True)
class Sides:
    """The words under which a bill states its totals; `neutral` is what it calls the third side."""

    neutral: str = "不计收支"
    facts: tuple[Fact, ...] = field(init=False)
    totals: tuple[Total, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Facts and totals of the three sides: how many rows, and what they come to."""
        facts = [Fact("row_count", r"^\W*共[：:]?\s*(\S+?)\s*笔")]
        totals = [Total("记录笔数", "row_count", "count(*)")]
        for side, word in (("in", "收入"), ("out", "支出"), ("neutral", self.neutral)):
            facts.append(Fact(f"{side}_count", rf"^\W*{word}[：:]\s*(\S+?)笔"))
            totals.append(Total(f"{word}笔数", f"{side}_count", f"count(*) FILTER (side = '{side}')"))
            if side != "neutral":
                facts.append(Fact(f"{side}_sum", rf"^\W*{word}[：:].*?笔(?:[（(][^）)]*[）)])?[，, ]*([^，, ]*?)元"))
                totals.append(Total(word, f"{side}_sum", f"sum(counted) FILTER (side = '{side}')"))
        object.__setattr__(self, "facts", tuple(facts))
        object.__setattr__(self, "totals", tuple(totals))


STATED = (
    Fact("period_from", rf"(?:起始时间|起始日期|日期区间)[：:]\s*{_DATE}"),
    Fact("period_to", rf"(?:终止时间|终止日期)[：:]\s*{_DATE}"),
    Fact("period_to", rf"日期区间[：:]\s*\S+\s*(?:至|到|-|~)\s*{_DATE}"),
    Fact("exported_at", rf"(?:导出时间|申请时间)[：:]\s*{_DATE}"),
)

# 商家订单号 of a Taobao trade holds the order's own number.
ORDER_NO = Expression(
    "order_no",
    f"CASE WHEN regexp_full_match(out_no, '{TAOBAO_ORDER}') THEN substr(out_no, 6) ELSE out_no END",
    "text",
)


def stated_text(*parts: str) -> Expression:
    """The value `told`: the row's free text; a line that is worth another amount than the bill states begins with
    what it states."""
    side = "CASE WHEN t_side = '/' THEN '中性交易' ELSE t_side END"
    stated = f"CASE WHEN abs(amount) <> abs(gross) THEN concat_ws(' ', {side}, CAST(gross AS DECIMAL(18,2))) END"
    return Expression("told", f"concat_ws(' | ', {stated}, {', '.join(parts)})", "text")


def wallet_emit(
    component: str,
    item: str,
    *,
    amount: str = "amount",
    movement: str = "movement",
    flow_no: str = "flow_no",
    where: str = "",
) -> Emit:
    """The wallet line of a row. Every bill names its values alike: happened, party, out_no, told."""
    return Emit(
        kind="wallet_line",
        moment="happened",
        where=where,
        fields={
            "flow_no": flow_no,
            "component": component,
            "amount": amount,
            "movement": movement,
            "item": item,
            "order_no": "order_no",
            "trade_no": flow_no,
            "payout_id": f"CASE WHEN {movement} = 'payout' THEN {flow_no} END",
            "counterparty_hash": "party_hash",
            "counterparty_mask": "party_mask",
            "text": "told",
        },
    )
