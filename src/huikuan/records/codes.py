"""The closed lists of codes (DESIGN section 7). Prose is for people, codes are for programs."""

from __future__ import annotations

ORDER_STATUSES = ("unpaid", "paid", "shipped", "received", "closed", "refunded", "cancelled")

SETTLEMENT_TYPES = (
    "sale", "subsidy", "refund", "commission", "service_fee", "payment_fee", "influencer_commission",
    "affiliate_commission", "marketing", "freight_insurance", "freight", "installment_fee", "penalty",
    "compensation", "deposit", "adjustment", "tax", "payout", "transfer", "unclassified",
)  # fmt: skip
# What order-settlement compares with what the order should bring (DESIGN rule 4).
GROSS_TYPES = ("sale", "subsidy", "refund", "freight")
# Charged by the platform for an order; compared with the shop's rates, no residual.
FEE_TYPES = (
    "commission", "service_fee", "payment_fee", "influencer_commission", "affiliate_commission", "marketing",
    "freight_insurance", "installment_fee", "penalty", "compensation", "adjustment", "tax", "unclassified",
)  # fmt: skip

WALLET_MOVEMENTS = ("payout", "payout_returned", "topup", "transfer", "deposit")

PASSES = ("decision", "key", "reference", "amount", "batch", "subset", "suggest")
LINK_STATUSES = ("matched", "difference", "manual", "forced")

# First that fits.
ORDER_CLASSES = (
    "key_damaged", "key_missing", "other_shop", "other_period", "duplicate", "refund_twice", "refund_missing",
    "fee_not_returned", "fee_rate", "unexpected_settlement", "missing_left", "not_due", "missing_right",
    "short", "over",
)  # fmt: skip
FEE_CLASSES = ("fee_not_returned", "fee_rate")  # of ORDER_CLASSES: what an audit of the fees finds
PAYOUT_CLASSES = ("payout_in_transit", "payout_missing", "payout_returned")
BANK_CLASSES = ("unidentified_receipt", "unidentified_payment", "own_transfer", "not_operating")
BALANCE_CLASSES = ("balance_break", "total_mismatch", "possible_duplicate")
GOODS_CLASSES = ("quantity_short", "quantity_over", "wrong_item")
OPEN_CLASSES = ORDER_CLASSES + PAYOUT_CLASSES + BANK_CLASSES + BALANCE_CLASSES + GOODS_CLASSES + ("unknown",)
# Open, yet no work for a person.
NO_WORK_CLASSES = ("not_due", "other_period", "other_shop", "payout_in_transit", "own_transfer", "not_operating")

# Why an item is open.
UNKNOWN_CAUSE = "unknown"
CAUSES = (
    "c-T1", "c-T2", "c-T3", "c-T4", "c-O1", "c-F1", "c-F2", "c-F3", "c-F4", "c-F5", "c-S1", "c-S2",
    "c-R1", "c-R2", "c-R3", "c-R4", "c-R5", "c-R6", "c-P1", "c-P2", "c-P3", "c-P4", "c-P5",
    "c-D1", "c-D2", "c-D3", "c-D4", "c-D5", "c-W1", "c-W2", "c-G1", "c-G2", "c-G3", UNKNOWN_CAUSE,
)  # fmt: skip
# What a person says a difference is; it goes before any cause.
DIFFERENCE_REASONS = (
    "fee",
    "rounding",
    "refund",
    "freight",
    "subsidy",
    "exchange",
    "penalty",
    "timing",
    "write_off",
    "other",
)

COLLECTION_STATUSES = (
    "written_off", "disputed", "cancelled", "unpaid", "refunded", "collected", "overdue",
    "not_shipped", "partly_collected", "settled", "awaiting",
)  # fmt: skip

ROLES = ("owner", "accountant", "clerk", "warehouse", "auditor")
