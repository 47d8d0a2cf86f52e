"""What Alipay's documents share: how an order number is written, and how account and period are stated."""

from __future__ import annotations

from huikuan.formats.spec import Fact

# `T200P<order number>` is how Taobao and Tmall write their order numbers as a merchant's order number.
TAOBAO_ORDER = "T[0-9]{3}P[0-9]{10,25}"

STATED = (
    # An account may stand behind its login name: `#账号：shop***@example.com[2088000000000000]`.
    Fact("account", r"账号[：:](?:[^\[\],]*\[)?\s*(\d{8,30})"),
    Fact("period_from", r"#起始日期[：:]\s*\[?([^\]\s]+(?: [\d:]+)?)"),
    Fact("period_to", r"终止日期[：:]\s*\[?([^\]\s]+(?: [\d:]+)?)"),
    Fact("exported_at", r"#导出时间[：:]\s*\[?([^\]\s]+(?: [\d:]+)?)"),
)
