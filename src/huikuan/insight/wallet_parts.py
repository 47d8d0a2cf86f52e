"""What the lines of the platform accounts are: each of the type that the settlement lines it meets tell.

One flow may hold a sale and its fee: such a line is parted. A payout or transfer is the movement that the platform
says. The wallet roll-forward and the wallet's subject of questions read the same parts.
"""

from __future__ import annotations

from datetime import date

from huikuan.insight.words import word_of
from huikuan.records.codes import SETTLEMENT_TYPES, WALLET_MOVEMENTS
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

OTHER = "other"
MOVEMENT_WORDS = {
    "payout": _("Payout"), "payout_returned": _("Payout that came back"), "topup": _("Top-up"),
    "transfer": _("Transfer"), "deposit": _("Deposit"), OTHER: _("Without settlement line"),
}  # fmt: skip
ORDER = (*SETTLEMENT_TYPES[:-4], "unclassified", *WALLET_MOVEMENTS, OTHER)
# Parts of the wallets' lines by type. The settlement lines that a wallet line meets (in a match of settlement-wallet,
# else in its flow) tell its type: the one of its own amount, else the only one, else all where they add up to it.
PARTS_SQL = """
WITH matched AS (SELECT side, record_key, min(group_id) AS group_id FROM {links} GROUP BY ALL),
line AS (
    SELECT w.*, coalesce(m.group_id, w.flow_no) AS meets,
        count(*) OVER (PARTITION BY account, currency, coalesce(m.group_id, w.flow_no)) AS lines
    FROM {wallet_line} w LEFT JOIN matched m ON m.record_key = w.record_key AND m.side = 'right'
    WHERE w.business_date IS NULL OR w.business_date <= DATE '{as_of}'
), settled AS (
    SELECT s.account, s.currency, coalesce(m.group_id, s.flow_no) AS meets, s.type, s.amount
    FROM {settlement_line} s LEFT JOIN matched m ON m.record_key = s.record_key AND m.side = 'left'
    WHERE NOT coalesce(s.corroborating, false) AND coalesce(m.group_id, s.flow_no, '') <> ''
      AND s.type NOT IN ('payout', 'transfer')
), same AS (
    SELECT account, currency, meets, amount, min(type) AS type FROM settled GROUP BY ALL HAVING count(DISTINCT type) = 1
), told AS (
    SELECT account, currency, meets, type, sum(amount) AS amount, sum(sum(amount)) OVER flow AS whole,
        count(*) OVER flow AS types
    FROM settled GROUP BY account, currency, meets, type WINDOW flow AS (PARTITION BY account, currency, meets)
), single AS (SELECT account, currency, meets, type FROM told WHERE types = 1),
named AS (
    SELECT l.*, coalesce(nullif(l.movement, ''), e.type, o.type) AS named,
        CASE WHEN named IS NULL AND l.lines = 1 THEN l.meets END AS meets_whole
    FROM line l
    LEFT JOIN same e ON e.account = l.account AND e.currency = l.currency AND e.meets = l.meets AND e.amount = l.amount
    LEFT JOIN single o ON o.account = l.account AND o.currency = l.currency AND o.meets = l.meets
), parted AS (
    SELECT n.*, coalesce(n.named, t.type, '{other}') AS type, coalesce(t.amount, n.amount) AS part
    FROM named n LEFT JOIN told t ON t.account = n.account AND t.currency = n.currency AND t.meets = n.meets_whole
      AND t.whole = n.amount
)
SELECT account, currency, business_date, occurred_at, flow_no, record_key, document_id, source_row, order_no, item,
    text, type, part AS amount,
    CASE WHEN part < 0 THEN 'out' ELSE 'in' END AS direction FROM parted
"""
NO_LINKS = "(SELECT '' AS side, '' AS record_key, '' AS group_id WHERE false)"
IN, OUT = _("In"), _("Out")
DIRECTIONS = {"in": IN, "out": OUT}


def wallet_parts_sql(wallet_line: str, settlement_line: str, links: str, as_of: date) -> str:
    """The query of all parts up to a day. Key: record_key, type. `links`: those of settlement-wallet, or blank."""
    return PARTS_SQL.format(
        wallet_line=wallet_line, settlement_line=settlement_line, links=links or NO_LINKS, as_of=as_of, other=OTHER
    )


def type_word(code: str) -> str:
    """What a type of wallet line is called."""
    return translated(MOVEMENT_WORDS[code]) if code in MOVEMENT_WORDS else word_of("type", code)
