# ruff: noqa: E501 - tables of words; Chinese characters count double
"""Words of the column mapping: the fields each kind can be given, what their columns are called in Chinese and English,
and what directions and order statuses are called. Plain data; traditional characters are folded into simplified ones.
"""

from __future__ import annotations

from dataclasses import dataclass

from huikuan.formats.headers import normalise_header

TRADITIONAL = str.maketrans(
    "訂單編號時間額賬帳餘戶對貸發購買賣實際應運費備註類狀態數貨產員稱幣種結轉進帶條鏈總計據證憑證記錄業務"
    "國區縣電話機優惠券減價標題規說細項關聯處場內總從與將華東風會議線導劃樣頁過達還這網銀賺賠償補貼稅率評圖歸屬資創開關閉啟點廠",
    "订单编号时间额账账余户对贷发购买卖实际应运费备注类状态数货产员称币种结转进带条链总计据证凭证记录业务"
    "国区县电话机优惠券减价标题规说细项关联处场内总从与将华东风会议线导划样页过达还这网银赚赔偿补贴税率评图归属资创开关闭启点厂",
)


@dataclass(frozen=True)
class Target:
    """A field a column may be mapped to. `type`: text, identifier, amount, moment, time, day, person or choice.

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
     "datetime", "time", "posted-date", "created", "settlement date"),
    required=True,
)  # fmt: skip
TIME_OF_DAY = Target("time_of_day", "time", ("交易时间", "记账时间", "入账时间", "时间", "time"))
AMOUNT = Target(
    "amount",
    "amount",
    ("金额", "交易金额", "发生额", "收支金额", "动账金额", "结算金额", "金额(元)", "收支金额(元)", "交易金额(元)", "应结金额",
     "发生额(元)", "金额(分)", "交易金额(分)", "动账金额(元)", "amount", "net", "net amount", "total", "gross", "value"),
)  # fmt: skip
MONEY_IN = Target(
    "money_in",
    "amount",
    ("收入", "收入金额", "收入金额(+元)", "收入(元)", "收入金额(元)", "贷方发生额", "贷方金额", "贷方", "转入金额", "存入", "存入金额",
     "入账金额", "贷方发生额(收入)", "收入金额(分)", "credit", "credits", "deposit", "paid in", "money in", "in"),
)  # fmt: skip
MONEY_OUT = Target(
    "money_out",
    "amount",
    ("支出", "支出金额", "支出金额(-元)", "支出(元)", "支出金额(元)", "借方发生额", "借方金额", "借方", "转出金额", "取出", "取出金额",
     "出账金额", "借方发生额(支取)", "支出金额(分)", "debit", "debits", "withdrawal", "paid out", "money out", "out"),
)  # fmt: skip
DIRECTION = Target(
    "direction",
    "choice",
    ("收/支", "收支类型", "收支方向", "借贷标志", "借贷", "借/贷", "动账方向", "交易方向", "收支", "资金方向", "账务方向", "费用分类",
     "direction", "debit/credit", "credit / debit", "dr/cr", "cr/dr", "type of entry"),
)  # fmt: skip
BALANCE = Target(
    "balance",
    "amount",
    ("余额", "账户余额", "账户余额(元)", "账户结余", "账户结余(元)", "交易后余额", "本次余额", "联机余额", "期末余额", "余额(元)",
     "余额(分)", "balance", "running balance", "account balance", "balance after"),
)  # fmt: skip
TEXT = Target(
    "text",
    "text",
    ("摘要", "备注", "附言", "用途", "说明", "交易附言", "交易摘要", "描述", "业务描述", "memo", "description", "narration",
     "details", "label", "note", "remarks", "particulars"),
)  # fmt: skip
ACCOUNT = Target("account", "identifier", ("账号", "本方账号", "本方账户", "我方账号", "account", "account number"))
SHOP = Target("shop", "text", ("店铺", "店铺名称", "商店", "shop", "store", "shop name", "store name"))
CURRENCY = Target("currency", "text", ("币种", "货币", "币别", "交易币种", "currency", "ccy"))
ORDER_NO = Target(
    "order_no",
    "identifier",
    ("订单号", "订单编号", "主订单号", "主订单编号", "平台订单号", "商户订单号", "业务订单号", "线上订单号", "交易主单号", "关联订单号",
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
    ("费用项", "费用名称", "业务类型", "账务类型", "交易类型", "入账类型", "动账场景", "计费类型", "业务名称", "账单类型", "收支类型",
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
        Target("qty", "amount", ("数量", "商品数量", "商品数量(件)", "宝贝总数量", "订购数量", "qty", "quantity",
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

# What tells one kind from another when a header fits several; counted on top of the fields that fit.
DISTINCTIVE: dict[str, tuple[str, ...]] = {
    "bank_line": ("counterparty_account", "counterparty", "ref", "value_date"),
    "wallet_line": ("flow_no",),
    "settlement_line": ("batch", "item"),
    "order_line": ("paid", "status", "title", "qty", "paid_at", "created_at", "buyer", "refunded"),
}

DIRECTION_WORDS: dict[str, str] = {
    "收入": "in", "入账": "in", "入": "in", "收": "in", "贷": "in", "贷方": "in", "来账": "in", "转入": "in", "+": "in",
    "in": "in", "credit": "in", "cr": "in", "c": "in", "crdt": "in", "deposit": "in", "贷 cr": "in",
    "支出": "out", "出账": "out", "出": "out", "支": "out", "借": "out", "借方": "out", "往账": "out", "转出": "out", "-": "out",
    "out": "out", "debit": "out", "dr": "out", "d": "out", "dbit": "out", "withdrawal": "out", "借 dr": "out",
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
