"""All formats, in one literal list. `read_file` tries them in this order when scores are equal."""

from __future__ import annotations

from huikuan.formats.banks.abc_statement import ABC_DEBIT
from huikuan.formats.banks.bai2_statement import BAI2
from huikuan.formats.banks.bank_statement import BANK_SHEET, BANK_STATEMENT, NAMED_BANKS
from huikuan.formats.banks.boc_statement import BOC_CORPORATE, BOC_CREDIT, BOC_DEBIT
from huikuan.formats.banks.bocom_statement import BOCOM_CREDIT, BOCOM_DEBIT
from huikuan.formats.banks.camt_statement import CAMT_052, CAMT_053, CAMT_054
from huikuan.formats.banks.ccb_statement import CCB_CORPORATE, CCB_PERSONAL
from huikuan.formats.banks.cgb_statement import CGB_CREDIT
from huikuan.formats.banks.chase_statement import CHASE_STATEMENT
from huikuan.formats.banks.citic_statement import CITIC_CREDIT
from huikuan.formats.banks.cmb_statement import CMB_CREDIT, CMB_DEBIT
from huikuan.formats.banks.hsbc_statement import HSBC_CREDIT, HSBC_DEBIT
from huikuan.formats.banks.icbc_statement import ICBC_CORPORATE, ICBC_PERSONAL
from huikuan.formats.banks.mt940_statement import MT940
from huikuan.formats.banks.ofx_statement import OFX
from huikuan.formats.banks.online_accounts import AIRWALLEX, N26_STATEMENT, QONTO, REVOLUT, REVOLUT_BUSINESS
from huikuan.formats.banks.psbc_statement import PSBC_CREDIT
from huikuan.formats.banks.qif_statement import QIF
from huikuan.formats.banks.spdb_statement import SPDB_PERSONAL
from huikuan.formats.banks.wise_transfers import WISE_TRANSFERS
from huikuan.formats.crossborder.amazon_settlement import AMAZON_SETTLEMENT, AMAZON_SETTLEMENT_LINES
from huikuan.formats.crossborder.amazon_transactions import AMAZON_TRANSACTIONS
from huikuan.formats.crossborder.ebay_transactions import EBAY_TRANSACTIONS
from huikuan.formats.crossborder.etsy_statement import ETSY_STATEMENT
from huikuan.formats.crossborder.paypal_activity import PAYPAL_ACTIVITY
from huikuan.formats.crossborder.shopify_orders import SHOPIFY_ORDERS
from huikuan.formats.crossborder.shopify_payments import SHOPIFY_PAYMENTS, SHOPIFY_PAYOUTS
from huikuan.formats.crossborder.stripe_payments import STRIPE_BALANCE, STRIPE_HISTORY, STRIPE_PAYMENTS, STRIPE_PAYOUTS
from huikuan.formats.crossborder.tiktok_income import TIKTOK_INCOME
from huikuan.formats.crossborder.tiktok_orders import TIKTOK_ORDERS
from huikuan.formats.datasets.olist_tables import OLIST_ITEMS, OLIST_ORDERS, OLIST_PAYMENTS
from huikuan.formats.datasets.uci_invoices import UCI_INVOICES
from huikuan.formats.goods.cointab_tables import COINTAB_INVOICE, COINTAB_ORDERS, COINTAB_PRODUCTS
from huikuan.formats.goods.express_bill import EXPRESS_BILL
from huikuan.formats.goods.fedex_invoice import FEDEX_INVOICE
from huikuan.formats.goods.jushuitan_aftersales import JUSHUITAN_AFTERSALES
from huikuan.formats.goods.jushuitan_moves import JUSHUITAN_MOVES
from huikuan.formats.goods.jushuitan_orders import JUSHUITAN_ORDERS
from huikuan.formats.goods.jushuitan_stock import JUSHUITAN_STOCK
from huikuan.formats.goods.ledger_journal import LEDGER_JOURNAL
from huikuan.formats.goods.sf_bill import SF_BILL
from huikuan.formats.goods.ups_invoice import UPS_INVOICE
from huikuan.formats.goods.wangdiantong_orders import WANGDIANTONG_ORDERS
from huikuan.formats.goods.wangdiantong_shipments import WANGDIANTONG_SHIPMENTS
from huikuan.formats.goods.wangdiantong_stock import WANGDIANTONG_STOCK
from huikuan.formats.platforms.alibaba1688_bills import ALIBABA1688_PAYMENTS, ALIBABA1688_RECEIPTS
from huikuan.formats.platforms.alibaba1688_orders import ALIBABA1688_ORDERS
from huikuan.formats.platforms.alipay_ledger import ALIPAY_FUND_FLOW, ALIPAY_LEDGER
from huikuan.formats.platforms.alipay_personal import ALIPAY_PERSONAL, ALIPAY_PERSONAL_OLD, ALIPAY_PERSONAL_OLD_BARE
from huikuan.formats.platforms.alipay_trades import ALIPAY_TRADES
from huikuan.formats.platforms.douyin_aftersales import DOUYIN_AFTERSALES
from huikuan.formats.platforms.douyin_bic import DOUYIN_BIC
from huikuan.formats.platforms.douyin_freight_insurance import DOUYIN_FREIGHT_INSURANCE
from huikuan.formats.platforms.douyin_ledger import DOUYIN_ACCOUNT_LEDGER, DOUYIN_LEDGER
from huikuan.formats.platforms.douyin_orders import DOUYIN_ORDERS
from huikuan.formats.platforms.douyin_settlement import DOUYIN_SETTLEMENT
from huikuan.formats.platforms.jd_logistics import JD_LOGISTICS
from huikuan.formats.platforms.jd_orders import JD_ORDERS
from huikuan.formats.platforms.jd_personal import JD_PERSONAL
from huikuan.formats.platforms.jd_returns import JD_RETURNS
from huikuan.formats.platforms.jd_settlement import JD_SETTLEMENT
from huikuan.formats.platforms.jd_wallet import JD_WALLET
from huikuan.formats.platforms.kuaishou_freight_insurance import KUAISHOU_FREIGHT_INSURANCE
from huikuan.formats.platforms.kuaishou_ledger import KUAISHOU_LEDGER
from huikuan.formats.platforms.kuaishou_orders import KUAISHOU_ORDERS
from huikuan.formats.platforms.kuaishou_settlement import KUAISHOU_SETTLEMENT
from huikuan.formats.platforms.meituan_personal import MEITUAN_PERSONAL
from huikuan.formats.platforms.pdd_bills import PDD_BILLS
from huikuan.formats.platforms.pdd_orders import PDD_ORDERS
from huikuan.formats.platforms.pdd_promotion import PDD_PROMOTION
from huikuan.formats.platforms.qianniu_deposit import QIANNIU_DEPOSIT
from huikuan.formats.platforms.qianniu_income import QIANNIU_INCOME
from huikuan.formats.platforms.taobao_suborders import TAOBAO_SUBORDERS
from huikuan.formats.platforms.taobao_wechat import TAOBAO_WECHAT, TAOBAO_WECHAT_V1
from huikuan.formats.platforms.tmall_orders import TMALL_ORDERS
from huikuan.formats.platforms.wechatpay_funds import WECHATPAY_FUNDS
from huikuan.formats.platforms.wechatpay_personal import WECHATPAY_PERSONAL
from huikuan.formats.platforms.wechatpay_trades import WECHATPAY_TRADES
from huikuan.formats.platforms.wechatshop_ledger import WECHATSHOP_LEDGER
from huikuan.formats.platforms.wechatshop_orders import WECHATSHOP_ORDERS
from huikuan.formats.platforms.xiaohongshu_ledger import XIAOHONGSHU_LEDGER
from huikuan.formats.platforms.xiaohongshu_orders import XIAOHONGSHU_ORDERS
from huikuan.formats.platforms.xiaohongshu_parcels import XIAOHONGSHU_PARCELS
from huikuan.formats.platforms.xiaohongshu_services import XIAOHONGSHU_SERVICES
from huikuan.formats.platforms.xiaohongshu_settlement import XIAOHONGSHU_SETTLEMENT
from huikuan.formats.spec import Format

FORMATS: tuple[Format, ...] = (
    ALIPAY_LEDGER,
    ALIPAY_FUND_FLOW,
    ALIPAY_TRADES,
    WECHATPAY_TRADES,
    WECHATPAY_FUNDS,
    ALIPAY_PERSONAL,
    ALIPAY_PERSONAL_OLD,
    ALIPAY_PERSONAL_OLD_BARE,
    WECHATPAY_PERSONAL,
    JD_PERSONAL,
    MEITUAN_PERSONAL,
    TMALL_ORDERS,
    TAOBAO_SUBORDERS,
    TAOBAO_WECHAT,
    TAOBAO_WECHAT_V1,
    QIANNIU_INCOME,
    QIANNIU_DEPOSIT,
    ALIBABA1688_ORDERS,
    ALIBABA1688_RECEIPTS,
    ALIBABA1688_PAYMENTS,
    DOUYIN_ORDERS,
    DOUYIN_LEDGER,
    DOUYIN_ACCOUNT_LEDGER,
    DOUYIN_SETTLEMENT,
    DOUYIN_AFTERSALES,
    DOUYIN_FREIGHT_INSURANCE,
    DOUYIN_BIC,
    JD_SETTLEMENT,
    JD_WALLET,
    JD_ORDERS,
    JD_LOGISTICS,
    JD_RETURNS,
    PDD_BILLS,
    PDD_ORDERS,
    PDD_PROMOTION,
    KUAISHOU_ORDERS,
    KUAISHOU_SETTLEMENT,
    KUAISHOU_LEDGER,
    KUAISHOU_FREIGHT_INSURANCE,
    XIAOHONGSHU_SETTLEMENT,
    XIAOHONGSHU_SERVICES,
    XIAOHONGSHU_LEDGER,
    XIAOHONGSHU_ORDERS,
    XIAOHONGSHU_PARCELS,
    WECHATSHOP_ORDERS,
    WECHATSHOP_LEDGER,
    AMAZON_SETTLEMENT,
    AMAZON_SETTLEMENT_LINES,
    AMAZON_TRANSACTIONS,
    EBAY_TRANSACTIONS,
    ETSY_STATEMENT,
    TIKTOK_INCOME,
    TIKTOK_ORDERS,
    SHOPIFY_ORDERS,
    SHOPIFY_PAYMENTS,
    SHOPIFY_PAYOUTS,
    STRIPE_PAYMENTS,
    STRIPE_BALANCE,
    STRIPE_HISTORY,
    STRIPE_PAYOUTS,
    PAYPAL_ACTIVITY,
    OLIST_ORDERS,
    OLIST_ITEMS,
    OLIST_PAYMENTS,
    UCI_INVOICES,
    # Order systems and the ledger.
    JUSHUITAN_ORDERS,
    JUSHUITAN_STOCK,
    JUSHUITAN_AFTERSALES,
    JUSHUITAN_MOVES,
    WANGDIANTONG_ORDERS,
    WANGDIANTONG_SHIPMENTS,
    WANGDIANTONG_STOCK,
    LEDGER_JOURNAL,
    # Couriers.
    EXPRESS_BILL,
    SF_BILL,
    UPS_INVOICE,
    FEDEX_INVOICE,
    COINTAB_INVOICE,
    COINTAB_ORDERS,
    COINTAB_PRODUCTS,
    # A bank's layouts share one id: they are the same document, given by another door.
    ICBC_PERSONAL,
    ICBC_CORPORATE,
    CCB_PERSONAL,
    CCB_CORPORATE,
    BOC_DEBIT,
    BOC_CREDIT,
    BOC_CORPORATE,
    ABC_DEBIT,
    BOCOM_DEBIT,
    BOCOM_CREDIT,
    CMB_DEBIT,
    CMB_CREDIT,
    SPDB_PERSONAL,
    CITIC_CREDIT,
    CGB_CREDIT,
    PSBC_CREDIT,
    HSBC_DEBIT,
    HSBC_CREDIT,
    REVOLUT,
    REVOLUT_BUSINESS,
    N26_STATEMENT,
    AIRWALLEX,
    QONTO,
    WISE_TRANSFERS,
    CHASE_STATEMENT,
    MT940,
    CAMT_053,
    CAMT_052,
    CAMT_054,
    BAI2,
    OFX,
    QIF,
    # Any bank: its own id where the file names it.
    *NAMED_BANKS,
    BANK_STATEMENT,
    BANK_SHEET,
)


def get_format(format_id: str) -> Format | None:
    """The format of an id (the first of its layouts); None if there is none of that name."""
    return next((each for each in FORMATS if each.id == format_id), None)
