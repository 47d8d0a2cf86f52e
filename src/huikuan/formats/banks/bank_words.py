# ruff: noqa: E501 - tables of words; Chinese characters count double
"""What banks call the columns of a statement, in Chinese (both scripts) and English; with the languages of the
European continent (`bank_words_europe`). Plain data.

From the samples of FORMATS, the importers of third parties and the mapping's own words. The surest name stands first.
"""

from __future__ import annotations

from huikuan.formats.banks import bank_words_europe as europe

# Simplified → traditional, for the characters that stand in headers of bank statements.
_TO_TRADITIONAL = str.maketrans(
    "账号对户单发贷时间标识币种转进类状态数总计额业务录记应实际备说关处汇开线细项经办场余银货别帐当结现凭证编来联机网点资据变动账",
    "賬號對戶單發貸時間標識幣種轉進類狀態數總計額業務錄記應實際備說關處匯開線細項經辦場餘銀貨別帳當結現憑證編來聯機網點資據變動賬",
)


def both_scripts(*names: str) -> tuple[str, ...]:
    """Each name; with the unit of its amounts; and in traditional characters, with 賬 and with 帳.

    >>> both_scripts("账户余额")
    ('账户余额', '账户余额(元)', '賬戶餘額', '帳戶餘額')
    """
    found: dict[str, None] = {}
    for name in names:
        found[name] = None
        if name[-1] in "额入出方款":
            found[f"{name}(元)"] = None
        traditional = name.translate(_TO_TRADITIONAL)
        found[traditional] = None
        found[traditional.replace("賬", "帳")] = None
    return tuple(found)


DATE = (
    *both_scripts(
        "交易日期", "交易日", "记账日期", "入账日期", "入账日", "记账日", "账务日期", "会计日期", "业务日期", "交易时间",
        "交易日期时间", "交易日期/时间", "记账时间", "入账时间", "过账日期", "过账日", "日期",
    ),
    "Transaction Date", "Trans Date", "Tran Date", "Posting Date", "Post Date", "Posted Date", "Booking date",
    "Book date", "Date Posted", "Txn Date", "Tran. Date", "Trans. Date", "Date", "Process date", "Effective Date",
    "Transaction date and time", "Transaction Date/Time", "Completed Date", "Date (UTC)", "transactiondate",
    *europe.DATE,
)  # fmt: skip
TIME = (*both_scripts("交易时间", "记账时间", "入账时间", "时间"), "Transaction time", "Time")
VALUTA = europe.VALUTA  # a date or a currency
VALUE_DATE = (*both_scripts("起息日期", "起息日"), "Value date", "Value Dt", "Value Dat", *europe.VALUE_DATE)
MONEY_IN = (
    *both_scripts(
        "贷方发生额", "贷方发生额(收入)", "贷方发生额(收)", "贷方金额", "贷方交易金额", "贷方发生金额", "贷方(收入)",
        "贷方", "收入金额", "收入", "存入金额", "存入", "存款", "转入金额", "转入", "收款金额",
    ),
    "贷方发生额/元(收入)", "Credit", "Credit Amount", "Credits", "Deposit", "Deposits", "Deposit Amount",
    "Deposit (+)", "Paid in", "Money in", "Cr", "Cr Amount", "Credit(+)", "Amount in", "Deposit Amt", "Deposit Amt.", "Credit Amt",
    "Deposits (Cr)", "Credit (+)",
    *europe.MONEY_IN,
)  # fmt: skip
MONEY_OUT = (
    *both_scripts(
        "借方发生额", "借方发生额(支出)", "借方发生额(支取)", "借方发生额(支)", "借方金额", "借方交易金额", "借方发生金额",
        "借方(支出)", "借方", "支出金额", "支出", "支取金额", "支取", "取出金额", "取出", "取款", "转出金额", "转出",
        "付款金额",
    ),
    "借方发生额/元(支取)", "Debit", "Debit Amount", "Debits", "Withdrawal", "Withdrawals", "Withdrawal Amount",
    "Withdrawal (-)", "Paid out", "Money out", "Dr", "Dr Amount", "Debit(-)", "Amount out", "Withdraw", "Withdraw Amount",
    "Withdrawal Amt", "Withdrawal Amt.", "Debit Amt", "Withdrawals (Dr)", "Debit (-)",
    *europe.MONEY_OUT,
)  # fmt: skip
AMOUNT = (
    *both_scripts("交易金额", "发生额", "发生金额", "收支金额", "变动金额", "金额"),
    "Amount", "Transaction Amount", "Billing amount",
    *europe.AMOUNT,
    "Value",  # NatWest
)  # fmt: skip
DIRECTION = (
    *both_scripts(
        "借贷标志", "借贷标识", "借贷方向", "借/贷", "借贷", "借贷标记", "收支标志", "收支方向", "收/支", "收支", "收付标志",
        "交易方向", "资金方向", "往来标志", "来往账标志", "记账方向", "方向",
    ),
    "D/C", "C/D", "DC", "Dr/Cr", "Cr/Dr", "Dr / Cr", "Cr / Dr", "Debit/Credit", "Credit/Debit", "Debit / Credit", "Credit / Debit",
    "Direction", "CR or DR",
    "Credit Debit Indicator", "Debit Credit Indicator", "Credit/Debit Indicator", "Debit/Credit Indicator",
    "Debit or Credit", "DR or CR", "Cr/Dr.", "Dr/Cr.", "DrCr", "CrDr", "DC Indicator",
    *europe.DIRECTION,
)  # fmt: skip
BALANCE = (
    *both_scripts(
        "余额", "账户余额", "交易后余额", "本次余额", "联机余额", "当前余额", "交易余额", "账面余额", "结余", "结存",
    ),
    "Balance", "Running balance", "RunningBalance", "Running Bal.", "Account balance", "Balance after",
    "Current balance", "Ledger balance", "Closing balance", "Balance amount", "Available balance", "Bal",
    *europe.BALANCE,
)  # fmt: skip
CURRENCY = (
    *both_scripts("币种", "币别", "货币", "交易币种", "交易货币", "账户币种", "记账币种"),
    "Currency", "Ccy", "Billing currency", "Currency code",
    *europe.CURRENCY,
)  # fmt: skip
ORIGINAL_AMOUNT = ("Amount Currency", "Original amount", "Foreign amount", "Amount in currency")
KIND = (*both_scripts("交易类型", "业务类型", "交易名称", "交易种类"), "Type", "Transaction type", *europe.KIND)
SUMMARY = (
    *both_scripts("交易摘要", "摘要", "摘要说明", "交易说明", "交易描述", "账项资料", "账项说明", "说明"),
    "Avisierungstext", "Texte de notification", "Notification text",  # PostFinance, which has a Label too
    "Description", "Label", "Transaction Description", "Narrative", "Narration", "Particulars", "Transaction details",
    "Transaction", "Details", "Transaction Remarks", "Transaction Particulars", "Transaction Ref1", "Payment Reference",
    *europe.SUMMARY,
)  # fmt: skip
PURPOSE = (
    *both_scripts("用途", "交易用途", "资金用途", "交易地点", "交易场所"), "Memo", "Detail", "Extended details",
    *europe.PURPOSE,
)  # fmt: skip
REMARK = (*both_scripts("附言", "交易附言", "备注", "客户摘要", "交易备注"), "Remarks", "Remark", "Note", "Notes")
BANK_NO = (
    *both_scripts(
        "交易流水号", "核心流水号", "流水编号", "柜员流水号", "银行流水号", "主机流水号", "日志号", "日 志 号", "流水号",
        "账户明细编号-交易流水号", "交易序号",
    ),
    "Operation Number", "Unique id", "FITID", "Transaction ID", "ID", "REF",
    *europe.BANK_NO,
)  # fmt: skip
REFERENCE = (
    *both_scripts("凭证号", "凭证号码", "企业流水号", "客户流水号", "客户业务编号", "票据号"),
    "Reference", "Ref no", "Check No", "Check #", "Check or Slip #", "Cheque number", "CheckNumber",
    "Chq./Ref.No.", "Chq/Ref Number", "Ref No./Cheque No.", "Cheque No", "Check Number", "Check Serial Number",
    *europe.REFERENCE,
)  # fmt: skip
OTHER_PARTY = (
    *both_scripts(
        "对方户名", "对方姓名", "对方账户名", "对方账户名称", "对方单位", "对方单位名称", "对方名称", "交易对手名称", "交易对手户名",
        "交易对手", "对手户名", "对手名称", "收(付)方名称", "收/付方名称", "收(付)款人名称", "对方信息", "对方",
    ),
    "Counterparty", "Payee", "Partner Name", "Beneficiary", "Name", "Payer/Payee", "Merchant name",
    *europe.OTHER_PARTY,
)  # fmt: skip
OTHER_ACCOUNT = (
    *both_scripts(
        "对方账号", "对方账户", "对方卡号/账号", "对方账号/卡号", "对方卡号", "交易对手账号", "交易对手账户", "对手账号",
        "收(付)方账号", "收/付方账号", "收(付)款人账号",
    ),
    "Counterparty account", "Bank Account", "Partner account", "Partner Iban",
    *europe.OTHER_ACCOUNT,
)  # fmt: skip
OWN_ACCOUNT = (
    *both_scripts(
        "账号", "本方账号", "我方账号", "本方账户", "查询账号", "交易账号", "客户账号", "交易卡号", "卡号", "账户账号", "账户",
    ),
    "Account number", "Account no", "Account no.", "Account", "First Bank Card", "Card #", "Card No", "Card No.",
    "Card Number",
    *europe.OWN_ACCOUNT,
)  # fmt: skip
PAYER = (
    *both_scripts("付款人名称", "付款方姓名", "付款人户名", "付款方名称", "付款方户名", "付款户名", "付方户名"), *europe.PAYER,
)  # fmt: skip
PAYER_ACCOUNT = both_scripts("付款人账号", "付款方账号", "付款账号", "付方账号", "付款人账户")
PAYEE = (
    *both_scripts("收款人名称", "收款方姓名", "收款人户名", "收款方名称", "收款方户名", "收款户名", "收方户名"), *europe.PAYEE,
)  # fmt: skip
PAYEE_ACCOUNT = both_scripts("收款人账号", "收款方账号", "收款账号", "收方账号", "收款人账户")

_IN = (
    "贷", "贷方", "贷记", "收", "收入", "收款", "入", "入账", "转入", "存入", "来账", "来帐", "来", "进账", "贷 Cr", "贷Cr",
    "入账(贷方)", "入账（贷方）", "Cr", "C", "Credit", "Crdt", "In", "Deposit", "+", "1",
)  # fmt: skip
_OUT = (
    "借", "借方", "借记", "付", "支", "支出", "付款", "出", "出账", "转出", "取出", "支取", "往账", "往帐", "往", "扣账", "扣款",
    "出账(借方)", "出账（借方）", "借 Dr", "借Dr", "Dr", "D", "Debit", "Dbit", "Out", "Withdrawal", "-", "2",
)  # fmt: skip


def _written(words: tuple[str, ...], way: str) -> dict[str, str]:
    forms = (form for word in words for form in (*both_scripts(word), word.upper(), word.lower()))
    return dict.fromkeys(forms, way)


DIRECTIONS: dict[str, str] = _written((*_IN, *europe.IN_WORDS), "in") | _written((*_OUT, *europe.OUT_WORDS), "out")
# What a column of kinds says of the way of the money; other kinds say nothing.
KINDS: dict[str, str] = (
    dict.fromkeys(both_scripts("来账", "转入"), "in")
    | dict.fromkeys(both_scripts("往账", "转出"), "out")
    | {
        form: way
        for word, way in (("Credit", "in"), ("CR", "in"), ("Debit", "out"), ("DR", "out"))
        for form in (word, word.upper(), word.lower())
    }
)
STATE = (
    "Status",
    "Transaction status",
    "State",
    "Pending?",
    "Pending",
    "Posting status",
    "交易状态",
    "交易狀態",
    *europe.STATE,
)
# States of a line that is no movement, or none yet.
NO_MOVEMENT = (
    "pending", "declined", "reverted", "failed", "cancelled", "canceled", "yes", "processing", "交易失败", "失败", "未入账",
    "处理中", *europe.NOT_BOOKED,
)  # fmt: skip
# What stands in the place of the date of a line that is not booked yet.
UNDATED = (
    "pending",
    "processing",
    "未入账",
    "处理中",
    "offen",
    "vorgemerkt",
    "en attente",
    "pendiente",
    "in behandeling",
)
# Only banks that write the day before the month have these columns.
DAY_FIRST_BY = (*europe.DAY_FIRST, "TransferWise ID", "Sort Code", "Counter Party", "Paid out", "BSB")
# The columns that only sellers' platforms and couriers have: such a table is no bank statement.
NO_BANK = (
    "订单号", "订单编号", "主订单号", "主订单编号", "商户订单号", "平台订单号", "子订单号", "业务订单号", "店铺", "店铺名称", "店铺ID",
    "支付宝交易号", "微信支付业务单号", "微信订单号", "账务流水号", "账务类型", "费用项", "费用类型", "结算单号", "动账流水号", "运单号",
    "收支类型", "动账方向", "动账金额", "动账时间", "业务单号", "业务流水号",
    "科目编码", "科目代码", "科目名称", "科目", "凭证字号", "会计科目",
    "Order id", "Order-id", "Order_id", "Order no", "Order number", "Order", "SKU", "Fee", "Fees", "Gross", "Net",
    "Quantity", "Qty", "Tax", "VAT", "Price", "Product", "Shop", "Store", "Customer", "Email", "Payout", "AWB",
    "Tracking number", "Shipment id", "Account code", "Journal", *europe.NO_BANK,
)  # fmt: skip
