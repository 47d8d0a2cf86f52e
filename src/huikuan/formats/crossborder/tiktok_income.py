"""TikTok Shop income: what each order or adjustment settled, one column per component.

Known from third parties' code; no file of ours. The sheet is called `Order details`; other sheets of the workbook say
the same as sums and are left out. Headers change: `Order/adjustment ID  ` (blanks behind), `Order/Adjustment ID`,
`Order\\adjustment ID`; `Ajustment amount`. There are as many fees as countries. Total settlement amount is the proof:
what the named columns do not add up to is a line of its own, of the row's kind where the row is an adjustment, else
unclassified. Subtotals (Total Revenue, Total Fees, the parts of the seller's shipping fee) are no lines. The list of
unsettled orders is another document: its amounts are estimates.
"""

from __future__ import annotations

from huikuan.formats.components import Component, component_columns, component_emits, component_sum
from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.spec import (
    BOOK,
    ISO_DATES,
    About,
    Amount,
    Classified,
    Emit,
    Expression,
    Flag,
    Format,
    Identifier,
    Moment,
    Reject,
    Text,
)
from huikuan.records.messages import gettext_noop

_ID = (
    "Order/adjustment ID", "Order\\adjustment ID", "Order adjustment ID", "ID Pesanan/Penyesuaian",
    "ID do pedido/ajuste", "ID đơn hàng/điều chỉnh",
)  # fmt: skip
_SETTLED = (
    "Total settlement amount", "Jumlah penyelesaian pembayaran", "Valor total de liquidação", "Tổng số tiền quyết toán",
)  # fmt: skip
_KIND = ("Type", "Transaction type", "Jenis transaksi", "Tipo", "Loại giao dịch")


def _service(name: str, *headers: str) -> Component:
    return Component(name, headers, "service_fee")


_COMPONENTS = (
    Component("sale", ("Subtotal after seller discounts", "Net sales", "Subtotal setelah diskon penjual"), "sale"),
    Component(
        "refund",
        ("Refund subtotal after seller discounts", "Subtotal pengembalian dana setelah diskon penjual"),
        "refund",
    ),
    Component("transaction_fee", ("Transaction fee", "Payment fee", "Biaya transaksi"), "payment_fee"),
    Component(
        "commission",
        ("TikTok Shop commission fee", "Platform commission fee", "Referral fee", "Commission fee"),
        "commission",
    ),
    Component("dynamic_commission", ("Dynamic Commission", "Dynamic commission fee"), "commission"),
    Component("shipping", ("Seller shipping fee", "Shipping cost", "Shipping"), "freight"),
    Component("affiliate", ("Affiliate commission",), "influencer_commission"),
    Component("affiliate_partner", ("Affiliate partner commission",), "affiliate_commission"),
    Component("affiliate_ads", ("Affiliate Shop Ads commission",), "influencer_commission"),
    Component("partner_ads", ("Affiliate Partner shop ads commission",), "affiliate_commission"),
    Component("affiliate_deposit", ("Affiliate commission deposit",), "deposit"),
    Component("affiliate_back", ("Affiliate commission refund",), "influencer_commission"),
    _service("sfp_fee", "SFP service fee"),
    _service("cashback_fee", "Bonus cashback service fee"),
    _service("live_fee", "LIVE Specials service fee"),
    _service("voucher_fee", "Voucher Xtra service fee"),
    _service("eams_fee", "EAMS Program service fee"),
    _service(
        "flash_fee",
        "Brands Crazy Deals/Flash Sale service fee",
        "Brand Crazy Deals/Flash Sale service fee",
        "Flash Sale service fee",
    ),
    Component("paylater_fee", ("TikTok PayLater program fee",), "installment_fee"),
    Component("installment_fee", ("Credit card installment - Interest rate cost",), "installment_fee"),
    Component("campaign_fee", ("Campaign resource fee",), "marketing"),
    Component("gmv_max", ("GMV Max ad fee", "GMV Max Coupon"), "marketing"),
    _service("processing_fee", "Order processing fee"),
    _service("growth_fee", "Commerce growth fee"),
    _service("infrastructure_fee", "Infrastructure fee", "Fix Infrastructure Fee"),
    _service("preorder_fee", "Pre-order service fee"),
    _service("mall_fee", "Mall service fee"),
    _service("item_fee", "Fee per item sold"),
    _service("handling_fee", "DT Handling Fee"),
    _service("installation_fee", "Installation service fee"),
    _service("shipping_service", "Shipping service fee"),
    Component("gst", ("GST", "SST", "VAT"), "tax"),
    Component("referral_tax", ("Sales tax on referral fees", "Sales tax on Referral fee"), "tax"),
    Component("difal", ("ICMS DIFAL",), "tax"),
)
_ADJUSTMENT = Component("adjustment", ("Ajustment amount", "Adjustment amount", "Jumlah penyesuaian"), "adjustment")
_ALL = (*_COMPONENTS, _ADJUSTMENT)
_SHARED = {
    "flow_no": "flow_no",
    "order_no": "order_no",
    "key_state": key_state_sql(damaged="damaged", linked="type_linked"),
    "batch": "batch",
    "sku": "sku",
    "text": "reason",
}

TIKTOK_INCOME = Format(
    id="tiktok.income",
    about=About(
        title=gettext_noop("TikTok Shop income"),
        where=gettext_noop("seller.tiktokglobalshop.com → Finance → Income → Export, as Excel"),
        verified="documentation",
        note=gettext_noop(
            "Times without UTC in their header, and dates alone, are read in the book's time zone. Fees that have no "
            "name here are imported as unclassified."
        ),
    ),
    needs=(_ID, _SETTLED, _KIND),
    lacks=(("Total estimated settlement amount",),),
    file_name="(?i)income|settlement|order details",
    columns=(
        Identifier("number", _ID, filled=True),
        Text("kind", _KIND, filled=True),
        Moment("settled_utc", ("Order settled time(UTC)", "Settled time(UTC)"), tz="UTC"),
        Moment(
            "settled_here",
            ("Order settled time", "Statement date", "Settled time", "Waktu pesanan diselesaikan"),
            tz=BOOK,
            worded=True,
            date_formats=ISO_DATES,
            day_first="seen",
        ),
        Text("currency_told", ("Currency", "Mata uang", "Moeda", "Đơn vị tiền tệ", "Tiền tệ"), filled=True),
        Amount("total", _SETTLED, filled=True),
        Amount("revenue", ("Total Revenue", "Total Pendapatan")),
        Amount("fees", ("Total Fees",)),
        *component_columns(_ALL),
        Identifier("related", ("Related order ID", "ID do pedido relacionado")),
        Identifier("statement", ("Statement ID", "Payment ID")),
        Identifier("sku", ("SKU ID", "ID do SKU")),
        Text("reason", ("Adjustment reasons", "Adjustment reason"), scrub=True),
    ),
    values=(
        Expression("settled", "coalesce(settled_utc, settled_here)", "time"),
        Expression("settled_date", "coalesce(settled_utc_date, settled_here_date)", "date"),
        Expression("money", "upper(currency_told)", "text"),
        Classified("type", "kind", "tiktok_items"),
        Expression("is_order", "type = 'sale'", "bool"),
        Expression("order_no", "coalesce(related, CASE WHEN is_order OR type = 'refund' THEN number END)", "text"),
        Expression("damaged", "order_no IS NULL AND related_damaged", "bool"),
        Expression("batch", "statement", "text"),
        Expression("rest", f"total - {component_sum(_ALL)}", "money"),
        Expression("rest_type", "CASE WHEN is_order THEN 'unclassified' ELSE type END", "text"),
        Expression("adjustment_type", "CASE WHEN is_order THEN 'adjustment' ELSE type END", "text"),
        Expression("flow_no", "concat_ws('|', number, statement, sku, kind, strftime(settled_date, '%Y%m%d'))", "text"),
    ),
    rejects=(Reject("cell.empty", "settled_date IS NULL", "Order settled time"),),
    flags=(
        Flag("key_damaged", "damaged", "Related order ID"),
        Flag("row.sum", "total <> revenue + fees + coalesce(adjustment, 0)", "Total settlement amount"),
    ),
    emits=(
        *component_emits(_COMPONENTS, moment="settled", fields=_SHARED),
        *(
            Emit(
                "settlement_line",
                {**_SHARED, "component": f"'{name}'", "type": f"{name}_type", "item": "kind", "amount": name},
                "settled",
                f"coalesce({name}, 0) <> 0",
            )
            for name in ("adjustment", "rest")
        ),
    ),
    currency_value="money",
    rank=30,
)
