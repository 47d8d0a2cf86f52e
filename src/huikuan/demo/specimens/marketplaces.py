"""Marketplaces abroad: Amazon, eBay, Etsy, TikTok Shop. Names, numbers and amounts are invented."""

from __future__ import annotations

import codecs
from decimal import Decimal

from huikuan.demo.specimens.specimen import Specimen
from huikuan.demo.specimens.writing import xlsx_bytes

_AMAZON = """\
"Includes Amazon Marketplace, Fulfillment by Amazon (FBA), and Amazon Webstore transactions"
"All amounts in USD, unless specified"
"Definitions:"
"Sales tax collected: Includes sales tax collected from buyers for product sales, shipping, and gift wrap."
"Selling fees: Includes variable closing fees and referral fees."
"Other transaction fees: Includes shipping chargebacks, shipping holdbacks, per-item fees  and sales tax collection fees."
"Other: Includes non-order transaction amounts. For more details, see the ""Type"" and ""Description"" columns for each order ID."
"date/time","settlement id","type","order id","sku","description","quantity","marketplace","account type","fulfillment","order city","order state","order postal","tax collection model","product sales","product sales tax","shipping credits","shipping credits tax","gift wrap credits","giftwrap credits tax","Regulatory Fee","Tax On Regulatory Fee","promotional rebates","promotional rebates tax","marketplace withheld tax","selling fees","fba fees","other transaction fees","other","total","Transaction Status","Transaction Release Date"
"Sep 4, 2026 1:05:07 AM PDT","1001","Order","111-0000001-0000001","MUG-1","Mug, 2-Pack","1","amazon.com","Standard Orders","Amazon","AUSTIN","TX","78701","MarketplaceFacilitator","1,234.50","98.76","5.00","0","0","0","0","0","-5.00","0","-98.76","-185.18","-7.35","0","0","1,041.97","Released","Sep 14, 2026"
"Sep 5, 2026 11:30:00 PM PDT","1001","Refund","111-0000002-0000002","MUG-1","Mug, 2-Pack","1","amazon.com","Standard Orders","Amazon","AUSTIN","TX","78701","MarketplaceFacilitator","-20.00","0","0","0","0","0","0","0","0","0","0","3.00","0","0","0","-17.00","Released","Sep 14, 2026"
"Sep 6, 2026 8:00:00 AM PDT","1001","Service Fee","","","Cost of Advertising","","amazon.com","","","","","","","0","0","0","0","0","0","0","0","0","0","0","0","0","0","-50.00","-50.00","Released","Sep 14, 2026"
"Sep 7, 2026 8:00:00 AM PDT","1001","Adjustment","","MUG-1","FBA Inventory Reimbursement - Damaged:Warehouse","1","amazon.com","","","","","","","0","0","0","0","0","0","0","0","0","0","0","0","0","0","12.00","12.00","Released","Sep 14, 2026"
"Sep 14, 2026 12:10:00 PM PDT","1001","Transfer","","","To account ending in: 123","","","","","","","","","0","0","0","0","0","0","0","0","0","0","0","0","0","0","-986.97","-986.97","Released","Sep 14, 2026"
"Sep 15, 2026 1:00:00 AM PDT","","Order","111-0000003-0000003","MUG-1","Mug, 2-Pack","1","amazon.com","Standard Orders","Amazon","AUSTIN","TX","78701","","12.00","0","0","0","0","0","0","0","0","0","0","-2.00","0","0","0","10.00","Deferred",""
"""  # noqa: E501

_AMAZON_GERMAN = """\
"Umfasst Amazon Marketplace-, Versand durch Amazon- und Amazon Webstore-Transaktionen"
"Alle Beträge in EUR sofern nicht anders gekennzeichnet"
"Definitionen:"
"Eingenommene Umsatzsteuer: ..."
"Verkaufsgebühren: ..."
"Andere Transaktionsgebühren: ..."
"Andere: ..."
"Datum/Uhrzeit","Abrechnungsnummer","Typ","Bestellnummer","SKU","Beschreibung","Menge","Marketplace","Versand","Ort der Bestellung","Bundesland","Postleitzahl","Steuererhebungsmodell","Umsätze","Produktumsatzsteuer","Gutschrift für Versandkosten","Steuer auf Versandgutschrift","Gutschrift für Geschenkverpackung","Steuer auf Geschenkverpackungsgutschriften","Rabatte aus Werbeaktionen","Steuer auf Aktionsrabatte","Einbehaltene Steuer auf Marketplace","Verkaufsgebühren","Gebühren zu Versand durch Amazon","Andere Transaktionsgebühren","Andere","Gesamt"
"04.09.2026 01:05:07 UTC","2001","Bestellung","302-0000001-0000001","TASSE-1","Tasse","1","amazon.de","Amazon","Berlin","","10115","","1.234,50","0","0","0","0","0","0","0","0","-185,18","0","0","0","1.049,32"
"05.09.2026 09:00:00 UTC","2001","Erstattung","302-0000002-0000002","TASSE-1","Tasse","1","amazon.de","Amazon","Berlin","","10115","","-20,00","0","0","0","0","0","0","0","0","3,00","0","0","0","-17,00"
"14.09.2026 12:00:00 UTC","2001","Übertrag","","","Auf Konto mit der Endung: 123","","","","","","","","0","0","0","0","0","0","0","0","0","0","0","0","-1.032,32","-1.032,32"
"""  # noqa: E501

_EBAY = """\
Transaction report
Report creation date,"Oct 15, 2026"
Seller,mugshop
Legal name,Mug Shop Ltd
Start date,"Oct 1, 2026"
End date,"Oct 14, 2026"
Timezone,PDT
Transaction type,All
Funds status,All

Transaction creation date,Type,Order number,Legacy order ID,Buyer username,Buyer name,Ship to city,Ship to province/region/state,Ship to zip,Ship to country,Net amount,Payout currency,Payout date,Payout ID,Payout method,Payout status,Reason for hold,Item ID,Transaction ID,Item title,Custom label,Quantity,Item subtotal,Shipping and handling,Seller collected tax,eBay collected tax,Final Value Fee - fixed,Final Value Fee - variable,Regulatory operating fee,"Very high ""item not as described"" fee",Below standard performance fee,International fee,Charity donation,Deposit processing fee,Gross transaction amount,Transaction currency,Exchange rate,Reference ID,Description
"Oct 2, 2026",Order,12-00001-00001,--,buyer1,Jane Sample,Austin,TX,78701,US,91.20,USD,"Oct 6, 2026",5500,Bank,Succeeded,--,1234,900001,Mug,MUG-1,1,100.00,5.00,--,8.40,-0.40,-13.40,--,--,--,--,--,--,113.40,USD,--,--,--
"Oct 2, 2026",Other fee,12-00001-00001,--,--,--,--,--,--,--,-2.50,USD,"Oct 6, 2026",5500,Bank,Succeeded,--,1234,--,--,--,--,--,--,--,--,--,--,--,--,--,--,--,--,-2.50,USD,--,FEE-1,Promoted Listings - General fee
"Oct 3, 2026",Shipping label,12-00001-00001,--,--,--,--,--,--,--,-4.75,USD,"Oct 6, 2026",5500,Bank,Succeeded,--,--,--,--,--,--,--,--,--,--,--,--,--,--,--,--,--,--,-4.75,USD,--,LBL-1,--
"Oct 4, 2026",Refund,12-00001-00001,--,buyer1,Jane Sample,Austin,TX,78701,US,($25.99),USD,"Oct 6, 2026",5500,Bank,Succeeded,--,1234,900001,Mug,MUG-1,1,($28.00),--,--,--,--,$2.01,--,--,--,--,--,--,($28.00),USD,--,--,--
"Oct 6, 2026",Payout,--,--,--,--,--,--,--,--,-57.96,USD,"Oct 6, 2026",5500,Bank,Succeeded,--,--,--,--,--,--,--,--,--,--,--,--,--,--,--,--,--,--,-57.96,USD,--,PAY-1,--
"Oct 8, 2026",Order,12-00002-00002,--,buyer2,Jo Sample,London,--,N1 1AA,GB,12.00,USD,--,--,--,Funds on hold,--,1235,900002,Cup,CUP-1,1,10.00,--,--,--,--,-1.11,--,--,--,--,--,--,10.00,GBP,1.35,--,--
"""  # noqa: E501

_ETSY = """\
Date,Type,Title,Info,Currency,Amount,Fees & Taxes,Net,Tax Details
"September 3, 2026",Sale,Payment for Order #900100001,,CAD,CA$76.00,--,CA$76.00,--
"September 3, 2026",Fee,Transaction fee: Handmade Ceramic Mug,Order #900100001,CAD,--,-CA$4.42,-CA$4.42,--
"September 3, 2026",Fee,Transaction fee: Handmade Ceramic Mug,Order #900100001,CAD,--,-CA$4.42,-CA$4.42,--
"September 3, 2026",Fee,Processing fee,Order #900100001,CAD,--,-CA$2.53,-CA$2.53,--
"September 3, 2026",Tax,Sales tax paid by buyer,Order #900100001,CAD,--,-CA$1.08,-CA$1.08,--
"September 3, 2026",Fee,Listing fee,Listing #150100001,CAD,--,-CA$0.28,-CA$0.28,--
"September 9, 2026",Marketing,Etsy Ads,,CAD,--,-CA$5.00,-CA$5.00,--
"September 12, 2026",Sale,Payment for Order #900100002,,CAD,CA$20.00,-CA$1.00,CA$19.00,--
"September 30, 2026",Deposit,"CA$60.00 sent to your bank account",,CAD,--,--,--,--
"""

_INCOME_HEADER = (
    "Order/adjustment ID  ", "Type ", "Order created time(UTC)", "Order settled time(UTC)", "Currency",
    "Total settlement amount", "Total Revenue", "Subtotal after seller discounts", "Subtotal before discounts",
    "Seller discounts", "Refund subtotal after seller discounts", "Total Fees", "Transaction fee",
    "TikTok Shop commission fee", "Seller shipping fee", "Actual shipping fee", "Affiliate commission",
    "New programme fee", "Ajustment amount", "Related order ID",
)  # fmt: skip
_INCOME = (
    ("580000000000000001", "Order", "2026/01/05", "2026/01/20", "USD",
     85, 100, 100, 110, -10, 0, -15, -2, -5, -4, -6, -3, -1, 0, "/"),
    ("580000000000000002", "Order", "2026/01/06", "2026/01/20", "USD",
     -1, 0, 50, 50, 0, -50, -1, -1, 0, 0, 0, 0, 0, 0, "/"),
    ("580000000000000003", "GMV Payment for TikTok Ads", "/", "2026/01/21", "USD",
     -20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -20, "/"),
    ("580000000000000004", "Logistics reimbursement", "/", "2026/01/21", "USD",
     7.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7.5, "580000000000000001"),
)  # fmt: skip
_ORDERS_HEADER = (
    "Order ID", "Order Status", "Order Substatus", "Cancelation/Return Type", "SKU ID", "Seller SKU", "Product Name",
    "Quantity", "SKU Unit Original Price", "SKU Subtotal Before Discount", "SKU Platform Discount",
    "SKU Seller Discount", "SKU Subtotal After Discount", "Shipping Fee After Discount", "Order Amount",
    "Order Refund Amount", "Created Time", "Paid Time", "Cancelled Time",
)  # fmt: skip
_ORDERS = (
    ("Platform unique order ID.", "Current order status.", "Current order sub status.", "Cancelled or returned.",
     "Platform SKU ID.", "Seller SKU input by the seller.", "Platform product name.", "SKU sold quantity.",
     "Unit price.", "Before discounts.", "By the platform.", "By the seller.", "After discounts.", "Shipping.",
     "It's the total amount of the order.", "Refunded.", "Order created time.", "Order paid time.", "Cancelled."),
    ("580000000000000001", "Completed", "Completed", "", "1729000000000000001", "MUG-1", "Mug", 1,
     70, 70, 5, 5, 60, 0, 90, 0, "01/05/2026 10:00:00 AM", "01/05/2026 10:01:00 AM", ""),
    ("580000000000000001", "Completed", "Completed", "", "1729000000000000002", "CUP-1", "Cup", 1,
     35, 35, 0, 5, 30, 0, 90, 0, "01/05/2026 10:00:00 AM", "01/05/2026 10:01:00 AM", ""),
    ("580000000000000005", "Canceled", "Canceled", "Cancel", "1729000000000000001", "MUG-1", "Mug", 1,
     20, 20, 0, 0, 20, 0, 20, 0, "01/20/2026 10:00:00 AM", "", "01/20/2026 11:00:00 AM"),
    ("580000000000000006", "Shipped", "In transit", "Return/Refund", "1729000000000000001", "MUG-1", "Mug", 1,
     40, 40, 0, 0, 40, 0, 40, 10, "01/21/2026 10:00:00 PM", "01/21/2026 10:05:00 PM", ""),
)  # fmt: skip


def _settled(into: str, out: str) -> dict[str, Decimal]:
    return {"settlement_line.in": Decimal(into), "settlement_line.out": Decimal(out)}


MARKETPLACES: tuple[Specimen, ...] = (
    Specimen(
        file="2026SepMonthlyUnifiedTransaction.csv",
        format="amazon.transactions",
        content=codecs.BOM_UTF8 + _AMAZON.encode(),
        rows=6,
        ignored=1,
        totals=_settled("1353.26", "1353.26"),
        account="Amazon",
        layout="English",
    ),
    Specimen(
        file="2026SepDatumsbereich.csv",
        format="amazon.transactions",
        content=codecs.BOM_UTF8 + _AMAZON_GERMAN.encode(),
        rows=3,
        totals=_settled("1237.50", "1237.50"),
        account="Amazon",
        layout="German",
    ),
    Specimen(
        file="Transaction report.csv",
        format="ebay.transactions",
        content=codecs.BOM_UTF8 + _EBAY.encode(),
        rows=6,
        totals=_settled("119.01", "107.01"),
    ),
    Specimen(
        file="etsy_statement_2026_9.csv",
        format="etsy.statement",
        content=codecs.BOM_UTF8 + _ETSY.encode(),
        rows=9,
        totals=_settled("96.00", "78.73"),
        account="Etsy",
    ),
    Specimen(
        file="income_20260122.xlsx",
        format="tiktok.income",
        content=xlsx_bytes(
            {
                "Order details": [_INCOME_HEADER, *_INCOME],
                "Reports": [("Time period", "2026/01/01-2026/01/31"), ("Total settlement amount", 71.5)],
            }
        ),
        rows=4,
        totals=_settled("157.50", "86.00"),
        status="flagged",  # the sheet of sums is no table
        account="TikTok Shop",
    ),
    Specimen(
        file="All order-2026-01-22.xlsx",
        format="tiktok.orders",
        content=xlsx_bytes({"OrderSKUList": [_ORDERS_HEADER, *_ORDERS]}),
        rows=4,
        totals={"order_line.paid": Decimal("130.00")},
        shop="TikTok Shop",
    ),
)
