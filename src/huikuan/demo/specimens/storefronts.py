"""Shop systems and payment services: Shopify Payments, Stripe, PayPal. Names, numbers and amounts are invented."""

from __future__ import annotations

import codecs
from decimal import Decimal

from huikuan.demo.specimens.specimen import Specimen

_SHOPIFY_PAYMENTS = """\
Transaction Date,Type,Order,Card Brand,Card Source,Payout Status,Payout Date,Payout ID,Available On,Amount,Fee,Net,Checkout,Payment Method Name,Presentment Amount,Presentment Currency,Currency,VAT
2026-02-03 23:32:39 -0500,charge,#1003,visa,online,paid,2026-02-05,,2026-02-05,100.00,3.20,96.80,#3003,card,100.00,USD,USD,0.00
2026-02-03 12:02:01 -0500,charge,#1002,master,online,scheduled,2026-02-07,,2026-02-07,45.00,1.61,43.39,#3002,card,45.00,USD,USD,0.00
2026-02-02 09:00:00 -0500,refund,#1001,visa,online,paid,2026-02-05,,2026-02-05,-10.00,0.00,-10.00,#3001,card,9.20,EUR,USD,0.00
2026-02-02 08:00:00 -0500,chargeback,#1000,visa,online,paid,2026-02-05,,2026-02-05,-20.00,15.00,-35.00,#3000,card,20.00,USD,USD,0.00
2026-02-02 07:00:00 -0500,shop_cash_credit,#1003,,,paid,2026-02-05,,2026-02-05,5.00,0.00,5.00,#3003,,5.00,USD,USD,0.00
2026-02-02 07:00:00 -0500,marketplace sales tax,#1003,,,paid,2026-02-05,,2026-02-05,-8.00,0.00,-8.00,#3003,,-8.00,USD,USD,0.00
"""  # noqa: E501

_SHOPIFY_PAYOUTS = """\
Payout Date,Status,Charges,Refunds,Adjustments,Reserved Funds,Fees,Retried Amount,Total,Currency
2026-02-07,scheduled,45.00,0.00,0.00,0.00,-1.61,0.00,43.39,USD
2026-02-05,paid,100.00,-10.00,-23.00,0.00,-18.20,0.00,48.80,USD
2026-02-03,paid,200.00,0.00,0.00,-50.00,-6.10,0.00,143.90,USD
"""

_STRIPE_PAYMENTS = """\
id;Created date (UTC);Amount;Amount Refunded;Currency;Captured;Converted Amount;Converted Amount Refunded;Converted Currency;Fee;Refunded date (UTC);Status;Taxes On Fee;Invoice Number
ch_1;2026-02-01 10:00:00;20,00;0,00;usd;true;18,40;0,00;eur;0,78;;Paid;0,15;A-0001
ch_2;2026-02-01 11:00:00;10,00;10,00;gbp;true;11,60;11,60;eur;0,50;2026-02-04 09:00:00;Refunded;0,00;
ch_3;2026-02-02 12:00:00;1250,00;0,00;eur;true;1250,00;0,00;eur;37,75;;Paid;0,00;A-0003
ch_4;2026-02-02 13:00:00;99,00;0,00;eur;false;99,00;0,00;eur;0,00;;Failed;0,00;A-0004
"""  # noqa: E501

_STRIPE_PAYOUTS = """\
"automatic_payout_id","automatic_payout_effective_at_utc","balance_transaction_id","created_utc","available_on_utc","currency","gross","fee","net","reporting_category","source_id","description","payment_intent_id","charge_id","payment_metadata[order_id]"
"po_1","2026-02-05 00:00:00","txn_1","2026-02-01 10:00:00","2026-02-04 00:00:00","usd","100.00","3.20","96.80","charge","ch_11","Order 5001","pi_11","ch_11","5001"
"po_1","2026-02-05 00:00:00","txn_2","2026-02-02 10:00:00","2026-02-04 00:00:00","usd","-10.00","0.00","-10.00","refund","re_11","","pi_11","ch_11","5001"
"po_1","2026-02-05 00:00:00","txn_3","2026-02-03 10:00:00","2026-02-04 00:00:00","usd","-20.00","15.00","-35.00","dispute","dp_11","","pi_11","ch_11","5001"
"po_1","2026-02-05 00:00:00","txn_4","2026-02-05 00:00:00","2026-02-05 00:00:00","usd","-51.80","0.00","-51.80","payout","po_1","STRIPE PAYOUT","","",""
"""  # noqa: E501

_STRIPE_HISTORY = """\
id,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Available On (UTC),Description
txn_21,charge,ch_21,120.00,3.78,116.22,usd,2026-03-01 14:03,2026-03-03 00:00,Order 6001
txn_22,refund,re_21,-20.00,0.00,-20.00,usd,2026-03-02 14:03,2026-03-04 00:00,REFUND FOR CHARGE
txn_23,stripe_fee,,-2.00,0.00,-2.00,usd,2026-03-04 14:03,2026-03-04 00:00,Billing fee
txn_24,payout,po_21,-94.22,0.00,-94.22,usd,2026-03-05 14:03,2026-03-05 00:00,STRIPE PAYOUT
"""

_STRIPE_PAYOUT_LIST = """\
id,Amount,Created (UTC),Currency,Livemode,Arrival Date (UTC),Source Type,Destination,Status,Type,Method,Description,Balance Transaction,Statement Descriptor
po_31,3930.14,2026-03-10 00:18,usd,true,2026-03-12 00:00,card,ba_1,paid,bank_account,standard,STRIPE PAYOUT,txn_31,
po_32,51.80,2026-03-11 00:18,usd,true,2026-03-13 00:00,card,ba_1,in_transit,bank_account,standard,STRIPE PAYOUT,txn_32,
po_33,20.00,2026-03-12 00:18,usd,true,2026-03-14 00:00,card,ba_1,failed,bank_account,standard,STRIPE PAYOUT,txn_33,
"""  # noqa: E501

# An authorisation, its hold and the hold's end beside the payment: none of them moves the balance.
_PAYPAL_FIFTEEN = """\
Date,Time,TimeZone,Name,Type,Status,Currency,Amount,Fees,Total,Exchange Rate,Receipt ID,Balance,Transaction ID,Item Title
04/29/2026,09:23:28,EDT,Airline,General Authorization,Pending,USD,-184.30,0.00,-184.30,,,0.00,2T01,
05/01/2026,06:53:02,EDT,PayPal,Account Hold for Open Authorization,Pending,USD,-184.30,0.00,-184.30,,,0.00,1601,
05/01/2026,06:53:02,EDT,Airline,Express Checkout Payment,Completed,USD,-184.30,0.00,-184.30,,,-184.30,0P01,
05/01/2026,06:53:02,EDT,,Bank Deposit to PP Account,Pending,USD,184.30,0.00,184.30,,,0.00,1301,
05/01/2026,06:53:02,EDT,PayPal,Reversal of General Account Hold,Completed,USD,184.30,0.00,184.30,,,0.00,0Y01,
05/01/2026,06:53:02,EDT,Airline,General Authorization,Completed,USD,-184.30,0.00,-184.30,,,0.00,2T01,
05/20/2026,10:00:00,EDT,Jane Sample,Website Payment,Completed,USD,100.00,-3.48,96.52,,,96.52,0P02,
"""  # noqa: E501

_PAYPAL_TEN = """\
"Date","Time","TimeZone","Name","Type","Status","Currency","Amount","Receipt ID","Balance"
"01/05/2026","10:00:00","PST","Jane Sample","Website Payment","Completed","USD","25.00","","125.00"
"01/05/2026","10:05:00","PST","","General Withdrawal - Bank Account","Completed","USD","-100.00","","25.00"
"01/20/2026","10:00:00","PST","Jo Sample","Express Checkout Payment","Completed","EUR","40.00","","40.00"
"01/21/2026","10:00:00","PST","Jane Sample","Payment Refund","Completed","USD","-5.00","","20.00"
"01/22/2026","10:00:00","PST","Al Sample","eCheck Payment","Pending","USD","9.00","","20.00"
"01/23/2026","10:00:00","PST","Al Sample","Mobile Payment","Completed","USD","1,200.00","","1,220.00"
"""

_PAYPAL_GERMAN = """\
"Datum","Uhrzeit","Zeitzone","Beschreibung","Währung","Brutto","Entgelt","Netto","Guthaben","Transaktionscode","Absender E-Mail-Adresse","Name","Name der Bank","Bankkonto","Versand- und Bearbeitungsgebühr","Umsatzsteuer","Rechnungsnummer","Zugehöriger Transaktionscode"
"07.06.2026","19:54:41","Europe/Berlin","PayPal Express-Zahlung","EUR","-29,98","0,00","-29,98","-29,98","7RN1","a@example.com","Beispiel GmbH","","","0,00","0,00","",""
"07.06.2026","19:54:41","Europe/Berlin","Bankgutschrift auf PayPal-Konto","EUR","29,98","0,00","29,98","0,00","15K3","","","","","0,00","0,00","","7RN1"
"08.06.2026","09:00:00","Europe/Berlin","Allgemeine Zahlung","EUR","1.250,00","-37,85","1.212,15","1.212,15","8AB2","b@example.com","Erika Muster","","","0,00","0,00","R-1001",""
"09.06.2026","09:00:00","Europe/Berlin","Rückzahlung","EUR","-50,00","1,50","-48,50","1.163,65","9CD4","b@example.com","Erika Muster","","","0,00","0,00","R-1001","8AB2"
"10.06.2026","09:00:00","Europe/Berlin","Von Nutzer eingeleitete Abbuchung","EUR","-1.000,00","0,00","-1.000,00","163,65","1EF5","","","","","0,00","0,00","",""
"""  # noqa: E501


def _money(**totals: str) -> dict[str, Decimal]:
    return {name.replace("__", "."): Decimal(amount) for name, amount in totals.items()}


STOREFRONTS: tuple[Specimen, ...] = (
    Specimen(
        file="payment_transactions_export_1.csv",
        format="shopify.payments",
        content=_SHOPIFY_PAYMENTS.encode(),
        rows=6,
        totals=_money(settlement_line__in="203.00", settlement_line__out="159.61"),
        account="Shopify Payments",
    ),
    Specimen(
        file="payouts_export_1.csv",
        format="shopify.payouts",
        content=_SHOPIFY_PAYOUTS.encode(),
        rows=3,
        ignored=1,
        totals=_money(settlement_line__in="0.00", settlement_line__out="192.70"),
        account="Shopify Payments",
    ),
    Specimen(
        file="payments.csv",
        format="stripe.payments",
        content=_STRIPE_PAYMENTS.encode(),
        rows=4,
        ignored=1,
        totals=_money(settlement_line__in="1280.00", settlement_line__out="50.78"),
        account="Stripe",
        layout="reduced",
    ),
    Specimen(
        file="payouts.csv",
        format="stripe.payouts",
        content=_STRIPE_PAYOUT_LIST.encode(),
        rows=3,
        ignored=1,
        totals={"wallet_line.in": Decimal("0"), "wallet_line.out": Decimal("3981.94")},
        account="stripe",
    ),
    Specimen(
        file="balance_history.csv",
        format="stripe.balance",
        content=_STRIPE_HISTORY.encode(),
        rows=4,
        totals=_money(
            wallet_line__in="116.22",
            wallet_line__out="116.22",
            settlement_line__in="120.00",
            settlement_line__out="25.78",
        ),
        account="Stripe",
        layout="all activity",
    ),
    Specimen(
        file="Download.CSV",
        format="paypal.activity",
        content=_PAYPAL_FIFTEEN.encode(),
        rows=7,
        ignored=5,
        totals=_money(
            wallet_line__in="96.52",
            wallet_line__out="184.30",
            settlement_line__in="100.00",
            settlement_line__out="3.48",
        ),
        account="PayPal",
        layout="15 columns",
    ),
    Specimen(
        file="Itemized_payout_reconciliation.csv",
        format="stripe.balance",
        content=_STRIPE_PAYOUTS.encode(),
        rows=4,
        totals=_money(
            wallet_line__in="96.80",
            wallet_line__out="96.80",
            settlement_line__in="100.00",
            settlement_line__out="48.20",
        ),
        account="Stripe",
        layout="payout reconciliation",
    ),
    Specimen(
        file="PayPal Download.CSV",
        format="paypal.activity",
        content=codecs.BOM_UTF8 + _PAYPAL_TEN.replace("\n", "\r\n").encode(),
        rows=6,
        ignored=1,
        totals=_money(
            wallet_line__in="1265.00",
            wallet_line__out="105.00",
            settlement_line__in="1265.00",
            settlement_line__out="5.00",
        ),
        account="PayPal",
        layout="ten columns",
    ),
    Specimen(
        file="PayPal Aktivitaeten.csv",
        format="paypal.activity",
        content=codecs.BOM_UTF8 + _PAYPAL_GERMAN.encode(),
        rows=5,
        totals=_money(
            wallet_line__in="1242.13",
            wallet_line__out="1078.48",
            settlement_line__in="1251.50",
            settlement_line__out="87.85",
        ),
        account="PayPal",
        layout="German",
    ),
)
