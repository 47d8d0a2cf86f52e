# ruff: noqa: E501 - tables of words; Chinese characters count double
"""Words of the column mapping: the fields each kind can be given, what their columns are called in Chinese and English
(money's in other European languages too), and what directions and order statuses are called. Plain data; traditional characters are folded into simplified ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from huikuan.formats.banks import bank_words_europe as europe
from huikuan.formats.headers import normalise_header

TRADITIONAL = str.maketrans(
    "訂單編號時間額賬帳餘戶對貸發購買賣實際應運費備註類狀態數貨產員稱幣種結轉進帶條鏈總計據證憑證記錄業務"
    "國區縣電話機優惠券減價標題規說細項關聯處場內總從與將華東風會議線導劃樣頁過達還這網銀賺賠償補貼稅率評圖歸屬資創開關閉啟點廠",
    "订单编号时间额账账余户对贷发购买卖实际应运费备注类状态数货产员称币种结转进带条链总计据证凭证记录业务"
    "国区县电话机优惠券减价标题规说细项关联处场内总从与将华东风会议线导划样页过达还这网银赚赔偿补贴税率评图归属资创开关闭启点厂",
)


@dataclass(frozen=True)
class Target:
    """A field a column may be mapped to. `type`: text, identifier, amount, quantity, moment, time, day, person, choice.

    `words` are the normalised names its column is known by, the surest first; `required`: the kind cannot do without.
    """

    name: str
    type: str
    words: tuple[str, ...]
    required: bool = False


MOMENT = Target(
    "moment",
    "moment",
    ("交易时间", "发生时间", "入账时间", "记账时间", "动账时间", "结算时间", "交易日期", "记账日期", "入账日期", "业务时间",
     "日期", "时间", "交易日", "记账日", "完成时间", "创建时间", "date", "transaction date", "posting date", "booking date",
     "datetime", "time", "posted-date", "created", "settlement date", *europe.DATE),
    required=True,
)  # fmt: skip
TIME_OF_DAY = Target("time_of_day", "time", ("交易时间", "记账时间", "入账时间", "时间", "time"))
AMOUNT = Target(
    "amount",
    "amount",
    ("金额", "交易金额", "发生额", "收支金额", "动账金额", "结算金额", "金额(元)", "收支金额(元)", "交易金额(元)", "应结金额",
     "发生额(元)", "操作金额(元)", "操作金额", "金额(分)", "交易金额(分)", "动账金额(元)", "amount", "net", "net amount", "total", "gross", "value", *europe.AMOUNT),
)  # fmt: skip
MONEY_IN = Target(
    "money_in",
    "amount",
    ("收入", "收入金额", "收入金额(+元)", "收入(元)", "收入金额(元)", "贷方发生额", "贷方金额", "贷方", "转入金额", "存入", "存入金额",
     "入账金额", "贷方发生额(收入)", "收入金额(分)", "credit", "credits", "deposit", "paid in", "money in", "in", *europe.MONEY_IN),
)  # fmt: skip
MONEY_OUT = Target(
    "money_out",
    "amount",
    ("支出", "支出金额", "支出金额(-元)", "支出(元)", "支出金额(元)", "借方发生额", "借方金额", "借方", "转出金额", "取出", "取出金额",
     "出账金额", "借方发生额(支取)", "支出金额(分)", "debit", "debits", "withdrawal", "paid out", "money out", "out", *europe.MONEY_OUT),
)  # fmt: skip
DIRECTION = Target(
    "direction",
    "choice",
    ("收/支", "收支类型", "收支方向", "借贷标志", "借贷", "借/贷", "动账方向", "交易方向", "收支", "资金方向", "账务方向", "费用分类",
     "direction", "debit/credit", "credit / debit", "dr/cr", "cr/dr", "type of entry", *europe.DIRECTION),
)  # fmt: skip
BALANCE = Target(
    "balance",
    "amount",
    ("余额", "账户余额", "账户余额(元)", "账户结余", "账户结余(元)", "交易后余额", "本次余额", "联机余额", "期末余额", "余额(元)",
     "余额(分)", "操作后余额(元)", "操作后余额", "balance", "running balance", "account balance", "balance after", *europe.BALANCE),
)  # fmt: skip
TEXT = Target(
    "text",
    "text",
    ("摘要", "备注", "附言", "用途", "说明", "交易附言", "交易摘要", "描述", "业务描述", "memo", "description", "narration",
     "details", "label", "note", "remarks", "particulars", *europe.SUMMARY),
)  # fmt: skip
ACCOUNT = Target("account", "identifier", ("账号", "本方账号", "本方账户", "我方账号", "account", "account number"))
SHOP = Target("shop", "text", ("店铺", "店铺名称", "商店", "shop", "store", "shop name", "store name"))
CURRENCY = Target("currency", "text", ("币种", "货币", "币别", "交易币种", "currency", "ccy", *europe.CURRENCY))
ORDER_NO = Target(
    "order_no",
    "identifier",
    ("订单号", "订单编号", "主订单号", "主订单编号", "交易主订单号", "平台订单号", "商户订单号", "业务订单号", "线上订单号", "交易主单号", "关联订单号",
     "order no", "order number", "order id", "order-id", "order_id", "order", "order no."),
)  # fmt: skip
FLOW_NO = Target(
    "flow_no",
    "identifier",
    ("流水号", "账务流水号", "交易流水号", "资金流水单号", "支付流水号", "动账流水号", "业务流水号", "结算单号", "账单编号", "流水单号",
     "transaction id", "transaction_id", "reference id", "flow no", "id", "balance_transaction_id"),
)  # fmt: skip
ITEM = Target(
    "item",
    "text",
    ("费用项", "费用名称", "业务小类", "支出项目", "业务类型", "账务类型", "交易类型", "入账类型", "动账场景", "计费类型", "业务名称", "账单类型", "收支类型",
     "type", "fee type", "transaction type", "category", "reporting_category"),
)  # fmt: skip
TRADE_NO = Target(
    "trade_no", "identifier", ("支付宝交易号", "微信订单号", "交易单号", "交易号", "支付单号", "trade no")
)
SKU = Target("sku", "identifier", ("商家编码", "商品编码", "货号", "sku", "sku编码", "商品id", "商品编号", "item sku"))

_PERIOD = (MOMENT, TIME_OF_DAY)
_AMOUNTS = (AMOUNT, MONEY_IN, MONEY_OUT, DIRECTION)

TARGETS: dict[str, tuple[Target, ...]] = {
    "bank_line": (
        *_PERIOD, *_AMOUNTS, BALANCE,
        Target("ref", "identifier", ("交易流水号", "流水号", "日志号", "日 志 号", "银行流水号", "核心流水号",
                                     "账户明细编号-交易流水号", "bank reference", "transaction id", "fitid")),
        Target("counterparty", "text", ("对方户名", "对方账户名", "对方单位", "对方单位名称", "交易对手名称", "对方名称",
                                        "收(付)方名称", "对手信息", "对方账户名称", "counterparty", "payee", "name",
                                        "partner name", "beneficiary")),
        Target("counterparty_account", "identifier", ("对方账号", "对方账户", "对方卡号/账号", "交易对手账号",
                                                      "收(付)方账号", "counterparty account", "iban", "bank account")),
        Target("reference", "identifier", ("凭证号", "企业流水号", "客户业务编号", "reference", "ref", "check or slip #")),
        Target("value_date", "day", ("起息日", "起息日期", "value date")),
        TEXT, ACCOUNT, CURRENCY,
    ),
    "wallet_line": (
        *_PERIOD, *_AMOUNTS, BALANCE, FLOW_NO, ITEM, ORDER_NO, TRADE_NO,
        Target("counterparty", "person", ("对方账号", "对方账户", "交易对方", "counterparty")),
        TEXT, ACCOUNT, CURRENCY,
    ),
    "settlement_line": (
        *_PERIOD, *_AMOUNTS, ORDER_NO, ITEM, FLOW_NO, TRADE_NO, SKU,
        Target("batch", "identifier", ("结算批次", "结算批次号", "批次号", "账期", "打款单号", "payout id", "settlement-id",
                                       "settlement id", "payout")),
        SHOP, TEXT, ACCOUNT, CURRENCY,
    ),
    "order_line": (
        Target("order_no", "identifier", ORDER_NO.words, required=True),
        Target("line_no", "identifier", ("子订单号", "子订单编号", "商品行号", "行号", "order item id", "order_item_id", "line",
                                         "line no", "order-item-code")),
        Target("status", "text", ("订单状态", "状态", "交易状态", "status", "order status", "financial status", "order_status")),
        Target("paid", "amount", ("买家实际支付金额", "买家实付金额", "用户实付金额", "实付款", "实付金额", "实付", "订单实付",
                                  "用户实付金额(元)", "商家实收金额", "商家实收金额(元)", "订单金额", "总金额", "订单应付金额",
                                  "实付款(元)", "paid", "total", "order total", "amount", "paid amount"), required=True),
        Target("refunded", "amount", ("退款金额", "已退款金额", "退款", "refunded", "refunded amount", "refund")),
        Target("list_amount", "amount", ("商品总价", "货品总价", "商品金额", "应付货款", "买家应付货款", "商品总价(元)", "subtotal",
                                         "price", "list price")),
        Target("merchant_discount", "amount", ("商家优惠", "店铺优惠", "店铺优惠折扣(元)", "discount", "discount amount")),
        Target("platform_discount", "amount", ("平台优惠", "平台优惠折扣(元)", "平台补贴", "platform discount")),
        Target("shipping_fee", "amount", ("运费", "邮费", "邮费(元)", "快递费", "买家应付邮费", "shipping", "freight_value",
                                          "shipping fee")),
        Target("qty", "quantity", ("数量", "商品数量", "商品数量(件)", "宝贝总数量", "订购数量", "qty", "quantity",
                                 "lineitem quantity")),
        SKU,
        Target("title", "text", ("商品名称", "商品标题", "宝贝标题", "商品", "选购商品", "title", "product", "lineitem name",
                                 "product name")),
        Target("created_at", "moment", ("订单创建时间", "下单时间", "创建时间", "订单提交时间", "订单下单时间", "created at",
                                        "order date", "created", "order_purchase_timestamp", "date", "日期", "订单日期")),
        Target("paid_at", "moment", ("订单付款时间", "付款时间", "支付时间", "支付完成时间", "paid at", "payment time")),
        Target("shipped_at", "moment", ("发货时间", "fulfilled at", "shipped at", "shipping time")),
        Target("received_at", "moment", ("确认收货时间", "收货时间", "received at", "delivered at")),
        Target("closed_at", "moment", ("交易完成时间", "订单完成时间", "关闭时间", "closed at", "cancelled at")),
        Target("payment_no", "identifier", TRADE_NO.words),
        Target("category", "text", ("类目", "商品类目", "category")),
        Target("province", "text", ("省", "省份", "province", "shipping province")),
        Target("city", "text", ("市", "城市", "city", "shipping city")),
        Target("buyer", "person", ("买家会员名", "买家", "买家昵称", "收件人", "收货人", "收货人姓名", "buyer", "customer", "email")),
        SHOP, CURRENCY,
    ),
}  # fmt: skip

_TRACKING_NO = Target(
    "tracking_no", "identifier", ("快递单号", "运单号", "运单号码", "物流单号", "快递运单号", "tracking no", "tracking number",
                                  "tracking_no", "waybill", "awb", "awb code"), required=True)  # fmt: skip
_COURIER = Target(
    "courier", "text", ("快递公司", "物流公司", "承运商", "快递", "carrier", "courier", "logistics company")
)
_ERP_NO = Target(
    "erp_order_no",
    "identifier",
    ("内部订单号", "系统订单号", "系统单号", "erp单号", "erp订单号", "单据编号", "internal order no"),
)
_QTY = Target(
    "qty", "quantity", ("数量", "商品数量", "件数", "发货数量", "实发数量", "qty", "quantity", "units", "pieces")
)
_TITLE = Target(
    "title", "text", ("商品名称", "货品名称", "品名", "名称", "title", "product name", "name", "description")
)
_COST = Target("cost", "amount", ("成本价", "成本", "采购价", "进货价", "单位成本", "cost", "unit cost", "cost price"))
_WAREHOUSE = Target("warehouse", "text", ("仓库", "仓库名称", "发货仓库", "warehouse", "location"))
_PROVINCE = Target("province", "text", ("省", "省份", "目的省份", "收件省", "province", "state"))
_CITY = Target("city", "text", ("市", "城市", "目的城市", "收件市", "city"))
_POSTCODE = Target("postcode", "identifier", ("邮编", "postcode", "zip", "zip code", "customer pincode"))
_SHIPPED_AT = Target(
    "shipped_at", "moment", ("发货时间", "发货日期", "寄件时间", "寄件日期", "shipped at", "ship date", "shipping date")
)


def _required(each: Target) -> Target:
    return replace(each, required=True)


# The kinds of goods, parcels and books: their amounts stand as they are, without a sign rule.
_GOODS: dict[str, tuple[Target, ...]] = {
    "erp_order": (
        _required(_ERP_NO), ORDER_NO,
        Target("line_no", "identifier", ("子单号", "行号", "明细编号", "line no", "line")),
        Target("status", "text", ("订单状态", "状态", "status")),
        Target("order_type", "text", ("订单类型", "单据类型", "order type")),
        SKU, _TITLE, _QTY,
        Target("amount", "amount", ("商品金额", "实付金额", "金额", "应付金额", "分摊后总价", "amount", "total")),
        _COST, replace(_TRACKING_NO, required=False), _COURIER,
        Target("created_at", "moment", ("下单时间", "订单日期", "创建时间", "order date", "created at", "日期")),
        Target("paid_at", "moment", ("付款时间", "付款日期", "支付时间", "paid at")),
        _SHIPPED_AT, SHOP, CURRENCY,
    ),
    "shipment_line": (
        _TRACKING_NO, ORDER_NO, _ERP_NO, SKU, _QTY, _COURIER,
        Target("status", "text", ("运单状态", "物流状态", "发货状态", "状态", "status")),
        Target("weight", "quantity", ("重量", "重量(kg)", "实际重量", "weight", "weight (kg)")),
        replace(_SHIPPED_AT, words=(*_SHIPPED_AT.words, "日期", "时间", "date")),
        _PROVINCE, _CITY, _POSTCODE, SHOP,
    ),
    "return_line": (
        Target("return_no", "identifier", ("售后单号", "退货单号", "退款编号", "退款单号", "售后编号", "rma", "return no", "return id"),
               required=True),
        ORDER_NO, SKU,
        Target("tracking_no", "identifier", ("退货快递单号", "退货物流单号", "退回单号", "退货运单号", "寄回快递单号", "寄回物流单号",
                                              "return tracking no")),
        Target("sent_tracking_no", "identifier", ("发货快递单号", "原快递单号", "发货运单号")),
        _COURIER,
        Target("qty_claimed", "quantity", ("申请数量", "退货数量", "数量", "qty", "quantity")),
        Target("qty_received", "quantity", ("实收数量", "入库数量", "收货数量", "received qty")),
        Target("condition", "text", ("货物状态", "质检结果", "商品状况", "condition")),
        Target("status", "text", ("售后状态", "退款状态", "状态", "status")),
        Target("reason", "text", ("退款原因", "售后原因", "退货原因", "原因", "reason")),
        Target("refund_amount", "amount", ("退款金额", "退款总额", "实退金额", "金额", "refund amount", "refund")),
        Target("requested_at", "moment", ("申请时间", "售后申请时间", "退款申请时间", "登记时间", "requested at", "date", "日期")),
        Target("received_at", "moment", ("收货时间", "入库时间", "签收时间", "received at")),
        Target("refunded_at", "moment", ("退款时间", "退款完成时间", "售后完成时间", "售后完结时间", "完结时间", "refunded at")),
        SHOP, CURRENCY,
    ),
    "courier_charge": (
        _TRACKING_NO,
        # What the parcel costs in all stands before a part of it.
        Target("amount", "amount", ("应付金额", "应付运费", "总金额", "合计费用", "费用合计", "合计金额", "总费用", "结算金额", "合计",
                                    "费用", "运费", "快递费", "金额", "net amount", "amount", "charge", "billing amount (rs.)"), required=True),
        _required(replace(MOMENT, words=("寄件日期", "寄件时间", "发件日期", "揽收时间", "账单日期", "计费日期", *MOMENT.words))),
        Target("item", "text", ("费用类型", "费用名称", "费用项", "费用(元)类型", "charge type", "charge description", "type of shipment")),
        Target("invoice_no", "identifier", ("账单号", "账单编号", "发票号", "invoice no", "invoice number")),
        ORDER_NO,
        Target("weight", "quantity", ("计费重量", "结算重量", "计费重量(kg)", "重量", "charged weight", "billed weight", "weight")),
        Target("actual_weight", "quantity", ("实际重量", "实际重量(kg)", "称重", "actual weight")),
        Target("volume", "text", ("体积", "volume", "dimensions")),
        Target("zone", "text", ("区域", "分区", "计费区域", "zone")),
        Target("origin", "text", ("始发地", "寄件地", "揽收网点", "origin", "warehouse pincode")),
        _PROVINCE, _CITY, _POSTCODE, SHOP, ACCOUNT, CURRENCY,
    ),
    "product": (
        replace(SKU, required=True), _TITLE,
        Target("barcode", "identifier", ("条码", "条形码", "国标码", "barcode", "ean", "upc")),
        Target("weight", "quantity", ("重量", "重量(kg)", "毛重", "净重", "weight", "weight (kg)")),
        Target("length", "quantity", ("长", "长(cm)", "length")), Target("width", "quantity", ("宽", "宽(cm)", "width")),
        Target("height", "quantity", ("高", "高(cm)", "height")),
        replace(_COST, words=(*_COST.words, "单价", "price")),
        Target("category", "text", ("类目", "分类", "商品分类", "category")),
        Target("valid_from", "day", ("生效日期", "起始日期", "valid from")), CURRENCY,
    ),
    "stock_move": (
        Target("move_no", "identifier", ("出入库单号", "单据编号", "单号", "入库单号", "出库单号", "move no", "document no"), required=True),
        Target("line_no", "identifier", ("行号", "line no")),
        _required(replace(MOMENT, words=("出入库时间", "单据日期", "入库时间", "出库时间", *MOMENT.words))),
        Target("item", "text", ("出入库类型", "单据类型", "业务类型", "类型", "move type", "type")),
        replace(SKU, required=True), _TITLE,
        Target("qty", "quantity", ("数量", "变动数量", "入库数量", "qty", "quantity"), required=True),
        Target("qty_out", "quantity", ("出库数量", "qty out")),
        ORDER_NO, _ERP_NO, replace(_TRACKING_NO, required=False), _WAREHOUSE, TEXT,
    ),
    "stock_count": (
        replace(SKU, required=True),
        Target("qty", "quantity", ("实盘数量", "盘点数量", "库存数", "库存数量", "实际库存", "库存", "数量", "stock", "on hand", "qty", "quantity"),
               required=True),
        Target("count_date", "day", ("盘点日期", "统计日期", "库存日期", "日期", "count date", "date"), required=True),
        _TITLE, _WAREHOUSE,
        Target("reserved", "quantity", ("占用数量", "锁定数量", "订单占有数", "reserved")), _COST, CURRENCY,
    ),
    "ledger_line": (
        Target("voucher_no", "identifier", ("凭证号", "凭证字号", "凭证编号", "voucher no", "voucher", "journal no"), required=True),
        Target("line_no", "identifier", ("分录号", "行号", "line no", "line")),
        _required(replace(MOMENT, words=("凭证日期", "制单日期", "记账日期", *MOMENT.words))),
        Target("account_code", "identifier", ("科目编码", "科目代码", "科目编号", "account code", "account no", "account"), required=True),
        Target("account_name", "text", ("科目名称", "会计科目", "account name")),
        Target("debit", "amount", ("借方金额", "借方", "借方发生额", "debit", "dr"), required=True),
        Target("credit", "amount", ("贷方金额", "贷方", "贷方发生额", "credit", "cr"), required=True),
        Target("counterparty", "text", ("往来单位", "客户", "供应商", "customer", "supplier")),
        ORDER_NO, Target("payout_id", "identifier", ("打款单号", "提现单号", "payout id")), TEXT, CURRENCY,
    ),
    "tracking_event": (
        _TRACKING_NO,
        _required(replace(MOMENT, words=("轨迹时间", "物流时间", "操作时间", "扫描时间", "event time", *MOMENT.words))),
        Target("item", "text", ("轨迹", "物流轨迹", "物流状态", "状态", "操作类型", "event", "status", "scan type"), required=True),
        _COURIER, Target("place", "text", ("地点", "网点", "扫描网点", "所在地", "place", "location", "city")), TEXT,
    ),
}  # fmt: skip
TARGETS |= _GOODS

# What tells one kind from another when a header fits several; counted on top of the fields that fit, as often as named.
DISTINCTIVE: dict[str, tuple[str, ...]] = {
    "bank_line": ("counterparty_account", "counterparty", "ref", "value_date"),
    "wallet_line": ("flow_no",),
    "settlement_line": ("batch", "item"),
    "order_line": ("paid", "status", "title", "qty", "paid_at", "created_at", "buyer", "refunded"),
    "erp_order": ("erp_order_no",) * 5 + ("order_type", "created_at", "paid_at"),
    "shipment_line": ("tracking_no", "courier", "shipped_at"),
    "return_line": ("return_no", "reason", "refund_amount", "condition"),
    "courier_charge": ("tracking_no", "weight", "zone", "invoice_no"),
    "product": ("barcode", "length", "width", "height", "cost"),
    "stock_move": ("move_no", "qty_out", "warehouse"),
    "stock_count": ("count_date", "reserved", "warehouse"),
    "ledger_line": ("voucher_no", "account_code", "account_name"),
    "tracking_event": ("tracking_no", "place", "item"),
}

DIRECTION_WORDS: dict[str, str] = {
    "收入": "in", "入账": "in", "入": "in", "收": "in", "贷": "in", "贷方": "in", "来账": "in", "转入": "in", "+": "in",
    "in": "in", "credit": "in", "cr": "in", "c": "in", "crdt": "in", "deposit": "in", "贷 cr": "in",
    "支出": "out", "出账": "out", "出": "out", "支": "out", "借": "out", "借方": "out", "往账": "out", "转出": "out", "-": "out",
    "out": "out", "debit": "out", "dr": "out", "d": "out", "dbit": "out", "withdrawal": "out", "借 dr": "out",
    **{word.lower(): "in" for word in europe.IN_WORDS}, **{word.lower(): "out" for word in europe.OUT_WORDS},
}  # fmt: skip

STATUS_WORDS: dict[str, str] = {
    "等待买家付款": "unpaid", "待付款": "unpaid", "未付款": "unpaid", "unpaid": "unpaid", "pending": "unpaid",
    "买家已付款,等待卖家发货": "paid", "待发货": "paid", "已付款": "paid", "备货中": "paid", "paid": "paid", "processing": "paid",
    "卖家已发货,等待买家确认": "shipped", "已发货": "shipped", "待收货": "shipped", "shipped": "shipped",
    "fulfilled": "shipped", "交易成功": "received", "已收货": "received", "已完成": "received", "完成": "received",
    "已签收": "received", "delivered": "received", "completed": "received", "交易关闭": "cancelled", "已关闭": "cancelled",
    "已取消": "cancelled", "取消": "cancelled", "canceled": "cancelled", "cancelled": "cancelled",
    "voided": "cancelled", "退款成功": "refunded", "已退款": "refunded", "refunded": "refunded",
}  # fmt: skip

# Wordings that a status, a type or an event holds, in the order they are looked for: (part of it, code).
RETURN_WORDS = (
    ("取消", "closed"), ("关闭", "closed"), ("拒绝", "closed"), ("cancel", "closed"), ("closed", "closed"), ("reject", "closed"),
    ("退款成功", "refunded"), ("已退款", "refunded"), ("refunded", "refunded"), ("完成", "refunded"),
    ("已收货", "received"), ("已入库", "received"), ("received", "received"),
    ("退货中", "in_transit"), ("待收货", "in_transit"), ("买家已发货", "in_transit"), ("transit", "in_transit"),
)  # fmt: skip
MOVE_WORDS = (
    ("退", "return"), ("return", "return"), ("销售", "sale"), ("发货", "sale"), ("sale", "sale"), ("采购", "purchase"),
    ("进货", "purchase"), ("purchase", "purchase"), ("调拨", "transfer"), ("transfer", "transfer"), ("盘", "count"),
    ("count", "count"),
)  # fmt: skip
EVENT_WORDS = (
    ("拒", "refused"), ("refused", "refused"), ("退回", "returned"), ("退签", "returned"), ("return", "returned"), ("rto", "returned"),
    ("遗失", "lost"), ("丢失", "lost"), ("lost", "lost"), ("签收", "delivered"), ("已投递", "delivered"), ("delivered", "delivered"),
    ("揽收", "collected"), ("收件", "collected"), ("已收取", "collected"), ("collected", "collected"), ("picked up", "collected"),
    ("运输", "in_transit"), ("到达", "in_transit"), ("发往", "in_transit"), ("离开", "in_transit"), ("派", "in_transit"),
    ("transit", "in_transit"), ("arrived", "in_transit"), ("out for delivery", "in_transit"),
)  # fmt: skip
CHARGE_WORDS = (("燃油", "fuel"), ("fuel", "fuel"), ("运费", "freight"), ("快递费", "freight"), ("freight", "freight"))
MONEY_KINDS = ("bank_line", "wallet_line", "settlement_line")  # whose amounts have a sign rule

FOOTER_WORDS = ("合计", "总计", "小计", "总额", "共计", "以上数据", "Total", "TOTAL", "total", "Sum")


def folded(header: str) -> str:
    """A header as it is compared with the words: normalised, traditional characters made simplified.

    >>> folded("訂單編號 "), folded("收入金額（＋元）")
    ('订单编号', '收入金额(+元)')
    """
    return normalise_header(header.translate(TRADITIONAL)).translate(TRADITIONAL)


def target(kind: str, name: str) -> Target | None:
    """The target of that name; None if the kind has none."""
    return next((each for each in TARGETS.get(kind, ()) if each.name == name), None)
