-- What a good analyst would write by hand: order settlement as one plain DuckDB query, from the same Parquet to the same
-- columns of `links` and `open` of the key pass, written to Parquet. The two files are $orders and $settlements.
-- No classes beyond what the join itself tells, no proof, no decisions.
CREATE TEMP TABLE groups AS
WITH l AS (
    SELECT shop, order_no, currency, count(*) AS n,
        sum(CASE WHEN status IN ('unpaid', 'cancelled') THEN 0
            ELSE coalesce(paid, 0) + coalesce(platform_borne, 0) - coalesce(refunded, 0) END) AS amount
    FROM read_parquet('$orders') WHERE business_date <= DATE '$as_of' AND line_no <> '' GROUP BY ALL
), r AS (
    SELECT shop, order_no, currency, count(*) AS n,
        sum(CASE WHEN type IN ('sale', 'subsidy', 'refund', 'freight') THEN amount ELSE 0 END) AS amount
    FROM read_parquet('$settlements')
    WHERE business_date <= DATE '$as_of' AND type NOT IN ('payout', 'transfer', 'deposit') AND NOT corroborating
    GROUP BY ALL
)
SELECT coalesce(l.shop, r.shop) AS shop, coalesce(l.order_no, r.order_no) AS order_no,
    coalesce(l.currency, r.currency) AS currency,
    md5('order-settlement' || chr(10) || 'key' || chr(10) || coalesce(l.shop, r.shop) || chr(10)
        || coalesce(l.order_no, r.order_no) || chr(10) || coalesce(l.currency, r.currency)) AS group_id,
    (coalesce(l.amount, 0) - coalesce(r.amount, 0))::DECIMAL(18,5) AS residual,
    CASE WHEN l.n IS NOT NULL AND (r.n IS NOT NULL OR l.amount = 0)
        THEN CASE WHEN coalesce(l.amount, 0) = coalesce(r.amount, 0) THEN 'matched' ELSE 'difference' END
        ELSE 'open' END AS status
FROM l FULL JOIN r ON l.shop = r.shop AND l.order_no = r.order_no AND l.currency = r.currency;

CREATE TEMP VIEW lines AS
SELECT 'left' AS side, shop, record_key, document_id, source_row, order_no, business_date, currency,
    (CASE WHEN status IN ('unpaid', 'cancelled') THEN 0
        ELSE coalesce(paid, 0) + coalesce(platform_borne, 0) - coalesce(refunded, 0) END)::DECIMAL(18,5) AS amount
FROM read_parquet('$orders') WHERE business_date <= DATE '$as_of' AND line_no <> ''
UNION ALL
SELECT 'right', shop, record_key, document_id, source_row, order_no, business_date, currency, amount
FROM read_parquet('$settlements')
WHERE business_date <= DATE '$as_of' AND type NOT IN ('payout', 'transfer', 'deposit') AND NOT corroborating;

COPY (
    SELECT md5(group_id || record_key) AS link_id, group_id, side, lines.shop AS scope, record_key, document_id, source_row,
        order_no, business_date AS date, currency, amount, amount AS allocated, 'key' AS pass, status,
        CASE WHEN residual > 0 THEN 'short' WHEN residual < 0 THEN 'over' ELSE '' END AS class, residual, '' AS reason,
        '{"code": "key"}' AS evidence
    FROM lines JOIN groups USING (shop, order_no, currency) WHERE status <> 'open'
) TO '$links' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1);

COPY (
    SELECT md5('order-settlement' || chr(10) || record_key) AS item_id, '' AS group_id, record_key, side, lines.shop AS scope,
        document_id, source_row, order_no, business_date AS date, currency, amount,
        CASE side WHEN 'left' THEN 'missing_right' ELSE 'missing_left' END AS class, true AS needs_work,
        NULL::DATE AS due_date, date_diff('day', business_date, DATE '$as_of') AS age_days, '' AS cause, '' AS suggestion,
        '' AS evidence
    FROM lines JOIN groups USING (shop, order_no, currency) WHERE status = 'open'
    UNION ALL
    SELECT md5('order-settlement' || chr(10) || group_id), group_id, '', 'left', shop, NULL, NULL, order_no, NULL, currency,
        residual, CASE WHEN residual > 0 THEN 'short' ELSE 'over' END, true, NULL, NULL, '', '', ''
    FROM groups WHERE status = 'difference'
) TO '$open' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1);
