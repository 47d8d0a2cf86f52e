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
# All parts of a line came or went as it did, so that what came and went is what the bill itself adds up. Columns are
# few, as there are as many rows as lines: LINES_SQL has the others.
PARTS_SQL = """
WITH moved AS (SELECT record_key, min(group_id) AS group_id FROM {links} WHERE side = 'right' GROUP BY record_key),
billed AS (SELECT record_key, min(group_id) AS group_id FROM {links} WHERE side = 'left' GROUP BY record_key),
line AS (
    SELECT w.record_key, account, currency, business_date, movement, amount, coalesce(m.group_id, w.flow_no) AS meets
    FROM {wallet_line} w LEFT JOIN moved m ON m.record_key = w.record_key
    WHERE w.business_date IS NULL OR w.business_date <= DATE '{as_of}'
), settled AS (
    SELECT s.account, s.currency, coalesce(m.group_id, s.flow_no) AS meets, s.type, s.amount
    FROM {settlement_line} s LEFT JOIN billed m ON m.record_key = s.record_key
    WHERE NOT coalesce(s.corroborating, false) AND coalesce(m.group_id, s.flow_no, '') <> ''
      AND s.type NOT IN ('payout', 'transfer')
), same AS (
    SELECT account, currency, meets, amount, min(type) AS type FROM settled GROUP BY ALL HAVING min(type) = max(type)
), single AS (
    SELECT account, currency, meets, min(type) AS type FROM settled GROUP BY ALL HAVING min(type) = max(type)
), named AS (
    SELECT l.*, coalesce(nullif(l.movement, ''), e.type, o.type) AS type FROM line l
    LEFT JOIN same e ON e.account = l.account AND e.currency = l.currency AND e.meets = l.meets AND e.amount = l.amount
    LEFT JOIN single o ON o.account = l.account AND o.currency = l.currency AND o.meets = l.meets
), rest AS (SELECT * FROM named WHERE type IS NULL),
alone AS (
    SELECT account, currency, meets FROM line SEMI JOIN rest USING (account, currency, meets) GROUP BY ALL
    HAVING count(*) = 1
), told AS (
    SELECT account, currency, meets, type, sum(amount) AS amount, sum(sum(amount)) OVER flow AS whole
    FROM settled SEMI JOIN alone USING (account, currency, meets)
    GROUP BY account, currency, meets, type WINDOW flow AS (PARTITION BY account, currency, meets)
), parted AS (
    SELECT record_key, account, currency, business_date, type, amount, amount AS whole FROM named
    WHERE type IS NOT NULL
    UNION ALL SELECT r.record_key, r.account, r.currency, r.business_date, coalesce(t.type, '{other}'),
        coalesce(t.amount, r.amount), r.amount
    FROM rest r LEFT JOIN told t ON t.account = r.account AND t.currency = r.currency AND t.meets = r.meets
      AND t.whole = r.amount
)
SELECT * EXCLUDE (whole), CASE WHEN whole < 0 THEN 'out' ELSE 'in' END AS direction FROM parted
"""
LINES_SQL = """
SELECT p.*, w.occurred_at, w.flow_no, w.document_id, w.source_row, w.order_no, w.item, w.text
FROM {parts} p JOIN {wallet_line} w ON w.record_key = p.record_key
  AND w.business_date IS NOT DISTINCT FROM p.business_date
"""
NO_LINKS = "(SELECT '' AS side, '' AS record_key, '' AS group_id WHERE false)"
IN, OUT = _("In"), _("Out")
DIRECTIONS = {"in": IN, "out": OUT}


def wallet_parts_sql(wallet_line: str, settlement_line: str, links: str, as_of: date) -> str:
    """The query of all parts up to a day. Key: record_key, type. Columns: account, currency, business_date, amount,
    direction. `links`: those of settlement-wallet, or blank."""
    return PARTS_SQL.format(
        wallet_line=wallet_line, settlement_line=settlement_line, links=links or NO_LINKS, as_of=as_of, other=OTHER
    )


def wallet_lines_sql(parts: str, wallet_line: str) -> str:
    """The parts (a table) with what else their lines tell."""
    return LINES_SQL.format(parts=parts, wallet_line=wallet_line)


def type_word(code: str) -> str:
    """What a type of wallet line is called."""
    return translated(MOVEMENT_WORDS[code]) if code in MOVEMENT_WORDS else word_of("type", code)
