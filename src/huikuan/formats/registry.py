"""All formats, in one literal list. `read_file` tries them in this order when scores are equal."""

from __future__ import annotations

from huikuan.formats.alipay_ledger import ALIPAY_LEDGER
from huikuan.formats.alipay_trades import ALIPAY_TRADES
from huikuan.formats.amazon_settlement import AMAZON_SETTLEMENT
from huikuan.formats.olist_tables import OLIST_ITEMS, OLIST_ORDERS, OLIST_PAYMENTS
from huikuan.formats.spec import Format
from huikuan.formats.tmall_orders import TMALL_ORDERS
from huikuan.formats.wechatpay_funds import WECHATPAY_FUNDS
from huikuan.formats.wechatpay_trades import WECHATPAY_TRADES

FORMATS: tuple[Format, ...] = (
    ALIPAY_LEDGER,
    ALIPAY_TRADES,
    WECHATPAY_TRADES,
    WECHATPAY_FUNDS,
    TMALL_ORDERS,
    AMAZON_SETTLEMENT,
    OLIST_ORDERS,
    OLIST_ITEMS,
    OLIST_PAYMENTS,
)


def get_format(format_id: str) -> Format | None:
    """The format of an id; None if there is none of that name."""
    return next((each for each in FORMATS if each.id == format_id), None)
