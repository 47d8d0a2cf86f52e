"""Every status code with its look and its word: the one place which says how a code is shown.

Looks are the eight of the status table: matched difference open not_due in_transit overdue forced closed. A look has
an icon and a colour; a code has a look and a word. `{% badge code %}` draws it. Codes come from `records.codes`.
"""

from __future__ import annotations

from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huikuan.records.codes import CAUSES, DIFFERENCE_REASONS, SETTLEMENT_TYPES
from huikuan.server.core.field_words import FIELD

ICONS = {
    "matched": "circle-check",
    "difference": "equal-not",
    "open": "circle-dashed",
    "not_due": "clock-hour-4",
    "in_transit": "circle-arrow-right",
    "overdue": "alert-triangle",
    "forced": "shield-half",
    "closed": "lock",
}

LINK = {
    "matched": ("matched", _("Matched")),
    "difference": ("difference", _("Difference")),
    "manual": ("matched", _("Matched by hand")),
    "forced": ("forced", _("Forced")),
    "open": ("open", pgettext_lazy("status", "Open")),
}
COLLECTION = {
    "written_off": ("forced", _("Written off")),
    "disputed": ("open", _("Disputed")),
    "cancelled": ("not_due", _("Cancelled")),
    "unpaid": ("not_due", _("Unpaid")),
    "refunded": ("not_due", _("Refunded")),
    "collected": ("matched", _("Collected")),
    "overdue": ("overdue", _("Overdue")),
    "not_shipped": ("not_due", _("Not shipped")),
    "partly_collected": ("difference", _("Partly collected")),
    "settled": ("in_transit", _("Settled, not collected")),
    "awaiting": ("not_due", _("Awaiting settlement")),
}
OPEN_CLASS = {
    "key_damaged": ("difference", _("Number damaged")),
    "key_missing": ("open", _("Number missing")),
    "other_shop": ("not_due", _("Another shop's")),
    "other_period": ("not_due", _("Another period's")),
    "duplicate": ("overdue", _("Booked twice")),
    "refund_twice": ("overdue", _("Refunded twice")),
    "refund_missing": ("difference", _("Refund missing")),
    "fee_not_returned": ("difference", _("Fee not returned")),
    "fee_rate": ("difference", _("Fee differs")),
    "unexpected_settlement": ("difference", _("Settlement not expected")),
    "missing_left": ("open", _("Order unknown")),
    "not_due": ("not_due", _("Not due")),
    "missing_right": ("overdue", _("Not settled")),
    "short": ("difference", _("Too little")),
    "over": ("difference", _("Too much")),
    "payout_in_transit": ("in_transit", _("In transit")),
    "payout_missing": ("overdue", _("Payout not arrived")),
    "payout_returned": ("difference", _("Payout came back")),
    "unidentified_receipt": ("open", _("Receipt not identified")),
    "unidentified_payment": ("open", _("Payment not identified")),
    "own_transfer": ("not_due", _("Own transfer")),
    "not_operating": ("not_due", _("Not operating")),
    "balance_break": ("overdue", _("Balance break")),
    "total_mismatch": ("difference", _("Total disagrees")),
    "possible_duplicate": ("difference", _("Possibly twice")),
    "quantity_short": ("difference", _("Too few pieces")),
    "quantity_over": ("difference", _("Too many pieces")),
    "wrong_item": ("difference", _("Another item")),
    "late": ("difference", _("Late")),
    "unknown": ("open", _("Not classified")),
}
# What a reconciliation calls its classes otherwise.
ERP_CLASS = OPEN_CLASS | {
    "duplicate": ("overdue", _("Held twice")),
    "unexpected_settlement": ("difference", _("Not to be held")),
    "missing_right": ("overdue", _("Not in the ERP")),
    "short": ("difference", _("Holds too little")),
    "over": ("difference", _("Holds too much")),
}
DOCUMENT = {
    "imported": ("matched", _("Imported")),
    "flagged": ("difference", _("Imported, flagged")),
    "refused": ("overdue", _("Refused")),
    "unchanged": ("not_due", _("Unchanged")),
    "held": ("difference", _("Would change known records")),
    "left": ("not_due", _("Left out")),
    "undone": ("closed", _("Undone")),
}
ORDER = {
    "unpaid": ("not_due", _("Unpaid")),
    "paid": ("open", _("Paid")),
    "shipped": ("in_transit", _("Shipped")),
    "received": ("matched", _("Received")),
    "closed": ("closed", pgettext_lazy("order", "Closed")),
    "refunded": ("not_due", _("Refunded")),
    "cancelled": ("not_due", _("Cancelled")),
}
JOB = {
    "waiting": ("not_due", _("Waiting")),
    "running": ("in_transit", _("Running")),
    "done": ("matched", _("Done")),
    "failed": ("overdue", _("Failed")),
    "cancelled": ("closed", _("Cancelled")),
}
# Why an order is on the list of missing money (server/followup).
MISSING = {
    "late": ("overdue", _("Nothing came")),
    "short": ("difference", _("Too little came")),
    "overcharged": ("difference", _("Fee too high")),
    "disputed": ("open", _("Disputed")),
}
PERIOD = {
    "closed": ("closed", pgettext_lazy("period", "Closed")),
    "open": ("open", pgettext_lazy("period", "Not closed")),
    "running": ("in_transit", _("Running")),
}
FAMILIES: dict[str, dict[str, tuple[str, Any]]] = {
    "link": LINK,
    "collection": COLLECTION,
    "class": OPEN_CLASS,
    "order-erp": ERP_CLASS,
    "document": DOCUMENT,
    "order": ORDER,
    "job": JOB,
    "missing": MISSING,
    "period": PERIOD,
}


def _library_word(group: str, code: str) -> str:
    from huikuan.insight import words  # imports the engine, which starting shall not

    return words.word_of(group, code)


SETTLEMENT_TYPE = {code: lazy(_library_word, str)("type", code) for code in SETTLEMENT_TYPES}
DIFFERENCE_REASON = {code: lazy(_library_word, str)("cause", code) for code in DIFFERENCE_REASONS}
CAUSE = {code: lazy(_library_word, str)("cause", code) for code in CAUSES} | DIFFERENCE_REASON
PASS = {
    "decision": _("By decision"),
    "key": _("By number"),
    "reference": _("By reference in the text"),
    "amount": _("By amount and date"),
    "batch": _("By batch"),
    "subset": _("By sum of several"),
    "suggest": _("Suggested"),
}
KIND = {
    "order_line": _("Order lines"),
    "settlement_line": _("Settlement lines"),
    "wallet_line": _("Wallet lines"),
    "bank_line": _("Bank lines"),
    "erp_order": _("ERP order lines"),
    "shipment_line": _("Shipment lines"),
    "tracking_event": _("Tracking events"),
    "return_line": _("Return lines"),
    "courier_charge": _("Courier charges"),
    "product": _("Products"),
    "stock_move": _("Stock moves"),
    "stock_count": _("Stock counts"),
    "ledger_line": _("Ledger lines"),
}
SIGN = {
    "signed": _("One column, positive is money in"),
    "inverted": _("One column, positive is money out"),
    "two_columns": _("Two columns, in and out"),
    "direction": _("One column, another says the direction"),
}
UNIT = {"yuan": _("Main unit (yuan)"), "fen": _("Hundredths (fen)")}
PLATFORM = {
    "tmall": _("Tmall"),
    "taobao": _("Taobao"),
    "jd": _("JD"),
    "douyin": _("Douyin"),
    "pinduoduo": _("Pinduoduo"),
    "wechat": _("WeChat Shop"),
    "amazon": _("Amazon"),
    "alipay": _("Alipay"),
    "wechatpay": _("WeChat Pay"),
    "qianniu": _("Qianniu"),
    "1688": "1688",
    "pdd": _("Pinduoduo"),
    "kuaishou": _("Kuaishou"),
    "xiaohongshu": _("Xiaohongshu"),
    "wechatshop": _("WeChat Shop"),
    "meituan": _("Meituan"),
    "shopify": "Shopify",
    "stripe": "Stripe",
    "paypal": "PayPal",
    "ebay": "eBay",
    "etsy": "Etsy",
    "tiktok": "TikTok Shop",
    "olist": _("Olist"),
}
ACTOR = {"command line": _("command line"), "system": _("system"), "file": _("file")}
SIDE = {"left": _("Left side"), "right": _("Right side")}
WORDS: dict[str, dict[str, Any]] = {
    "type": SETTLEMENT_TYPE,
    "reason": DIFFERENCE_REASON,
    "pass": PASS,
    "side": SIDE,
    "field": FIELD,
    "kind": KIND,
    "sign": SIGN,
    "unit": UNIT,
    "platform": PLATFORM,
    "actor": ACTOR,
    "cause": CAUSE,
}
LIBRARY_FAMILIES = ("part", "change", "changed_field")  # whose words are the library's alone


def class_family(name: str) -> str:
    """The family of a reconciliation's classes: its own words for them where it has some."""
    return name if name in FAMILIES else "class"


def look_of(family: str, code: str) -> tuple[str, Any]:
    """Look and word of a code; an unknown code is shown as itself, in the look of what is open."""
    return FAMILIES[family].get(code, ("open", code))


def word_of(family: str, code: str) -> Any:
    """The word of a code of any family; an unknown code is shown as itself."""
    if family in LIBRARY_FAMILIES:
        return _library_word(family, code)
    if family in WORDS:
        return WORDS[family].get(code, code)
    return look_of(family, code)[1]
