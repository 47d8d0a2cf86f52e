-- The plainest query of each built-in report's figures, over all days: no proof, no drill-down, no other period beside.
-- Read by `reports.py --plain`; the tables are those of a run. A report that is not named here has none.

-- collection-summary
SELECT shop, currency, status, count(*), sum(receivable), sum(collected), sum(settled_not_collected), sum(not_due),
    sum(overdue), sum(disputed), sum(written_off) FROM collection GROUP BY ALL;

-- receivables-ageing
SELECT shop, currency, CASE WHEN overdue > 0 THEN (DATE '2026-03-31' - expected_date) // 15 END AS age,
    sum(settled_not_collected), sum(in_transit), sum(not_due), sum(overdue), sum(disputed) FROM collection GROUP BY ALL;

-- overdue
SELECT order_no, shop, status, business_date, expected_date, due_date, receivable, overdue, sum(overdue) OVER (),
    count(*) OVER () FROM collection WHERE overdue <> 0 ORDER BY expected_date, overdue DESC, order_no LIMIT 10000;

-- receivables
SELECT order_no, shop, status, business_date, expected_date, receivable - collected - written_off AS amount,
    sum(receivable - collected - written_off) OVER (), count(*) OVER () FROM collection
WHERE receivable - collected - written_off <> 0 ORDER BY expected_date, amount DESC, order_no LIMIT 10000;

-- days-to-collect
SELECT shop, collected_on - paid_at::DATE AS days, count(*), sum(collected) FROM collection
WHERE status = 'collected' AND collected <> 0 GROUP BY ALL;

-- collected-orders
SELECT order_no, shop, paid_at::DATE, collected_on, collected_on - paid_at::DATE AS days, collected,
    sum(collected) OVER (), count(*) OVER () FROM collection WHERE status = 'collected' AND collected <> 0
ORDER BY days DESC, order_no LIMIT 10000;

-- payouts
SELECT scope, count(*), sum(asked), sum(arrived), quantile_disc(days, 0.5) FROM (
    SELECT min(scope) FILTER (side = 'left') AS scope, sum(allocated) FILTER (side = 'left') AS asked,
        sum(allocated) FILTER (side = 'right') AS arrived, max(date) - min(date) AS days
    FROM payout_links GROUP BY group_id
    UNION ALL SELECT scope, amount, 0, NULL FROM payout_open WHERE side = 'left'
) GROUP BY ALL;

-- wallet-roll-forward
SELECT account, currency, item, movement, sum(amount) FILTER (amount > 0), sum(amount) FILTER (amount < 0)
FROM wallet_line GROUP BY ALL;

-- wallet-lines
SELECT account, business_date, item, order_no, amount, sum(amount) OVER (), count(*) OVER () FROM wallet_line
ORDER BY business_date DESC, amount DESC LIMIT 10000;

-- receivables-roll-forward
SELECT shop, currency, business_date, 'sold' AS kind, sum(paid + platform_borne - refunded) FROM order_line GROUP BY ALL
UNION ALL SELECT shop, currency, business_date, 'fees', sum(amount) FROM settlement_line
WHERE type NOT IN ('sale', 'refund', 'subsidy') GROUP BY ALL
UNION ALL SELECT shop, currency, bank_date, 'collected', sum(amount) FROM share WHERE matched GROUP BY ALL;

-- platform-fees
SELECT shop, type, date_trunc('month', business_date), sum(amount) FROM settlement_line GROUP BY ALL;

-- fee-lines
SELECT order_no, shop, business_date, type, item, account, amount, sum(amount) OVER (), count(*) OVER ()
FROM settlement_line WHERE type NOT IN ('sale', 'refund', 'subsidy') ORDER BY business_date DESC, amount LIMIT 10000;

-- refunds
SELECT shop, refunded_at::DATE, shipped_at <= refunded_at, count(DISTINCT order_no), sum(refunded) FROM order_line
WHERE refunded <> 0 GROUP BY ALL;

-- refunded-orders
SELECT order_no, shop, refunded_at::DATE, refunded, sum(refunded) OVER (), count(*) OVER () FROM order_line
WHERE refunded <> 0 ORDER BY refunded_at DESC, refunded DESC LIMIT 10000;

-- sales-comparison
SELECT shop, sku, max(title), sum(qty) FILTER (month(business_date) = 2), sum(qty) FILTER (month(business_date) = 3),
    sum(paid + platform_borne) FILTER (month(business_date) = 2),
    sum(paid + platform_borne) FILTER (month(business_date) = 3),
    sum(refunded) FILTER (month(business_date) = 2), sum(refunded) FILTER (month(business_date) = 3)
FROM order_line WHERE business_date BETWEEN '2026-02-01' AND '2026-03-31' AND status NOT IN ('unpaid', 'cancelled')
GROUP BY ALL;

-- net-income
SELECT l.shop, l.sku, count(DISTINCT l.order_no), sum(l.qty), sum(l.paid + l.platform_borne - l.refunded) AS net,
    sum(CASE WHEN c.paid <> 0 THEN c.fees * l.paid / c.paid ELSE 0 END) AS costs
FROM order_line l JOIN collection c ON c.shop = l.shop AND c.order_no = l.order_no GROUP BY ALL;

-- reconciliation
WITH whole AS (SELECT group_id, max(date) AS closed_on FROM order_links GROUP BY group_id)
SELECT side, currency, date, closed_on, count(*), sum(allocated) FROM order_links JOIN whole USING (group_id)
GROUP BY ALL;

-- settlement-differences
WITH should AS (
    SELECT group_id, min(scope) AS shop, sum(allocated) AS should FROM order_links WHERE side = 'left' GROUP BY group_id
), settled AS (
    SELECT group_id, sum(allocated) AS settled FROM order_links JOIN settlement_line USING (record_key)
    WHERE side = 'right' AND type IN ('sale', 'refund', 'subsidy') GROUP BY group_id
)
SELECT shop, count(*), sum(should), sum(settled), sum(should - coalesce(settled, 0)) FILTER (should > settled)
FROM should LEFT JOIN settled USING (group_id) GROUP BY ALL;

-- exceptions
SELECT side, class, cause, needs_work, count(*), sum(amount), sum(abs(amount)), max(age_days)
FROM (FROM order_open UNION ALL FROM payout_open) GROUP BY ALL;

-- vouchers
SELECT 'sale' AS event, shop AS owner, received_at::DATE AS day, '' AS type, sum(paid + platform_borne) FROM collection
GROUP BY ALL
UNION ALL SELECT 'refund', shop, coalesce(refunded_at, received_at)::DATE, '', sum(refunded) FROM order_line GROUP BY ALL
UNION ALL SELECT 'settled', account, business_date, type, sum(amount) FROM settlement_line GROUP BY ALL
UNION ALL SELECT 'wallet', account, business_date, movement, sum(amount) FROM wallet_line GROUP BY ALL;
