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
OPEN_CLASSES = ORDER_CLASSES + PAYOUT_CLASSES + BANK_CLASSES + BALANCE_CLASSES + ("unknown",)
# Open, yet no work for a person.
NO_WORK_CLASSES = ("not_due", "other_period", "other_shop", "payout_in_transit", "own_transfer", "not_operating")

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
