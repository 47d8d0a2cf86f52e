# ruff: noqa: E501 - headers and rows as banks write them
"""Statements of banks in layouts that are known from documentation alone: corporate accounts, credit cards, foreign
accounts. The movements of the corporate ones are the same everywhere, with a true running balance: two equal receipts
in one second, a payment, another receipt, the rent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from huikuan.demo.specimens.specimen import Specimen
from huikuan.demo.specimens.writing import Cell, csv_bytes, xlsx_bytes

OWN = "4000023309200000001"
OWN_NAME = "某某商贸有限公司"
# day, time, amount, balance after it, other party, its account, text
_LINES = (
    (
        "2026-01-05",
        "09:15:00",
        "1200.00",
        "1700.00",
        "支付宝（中国）网络技术有限公司",
        "2088000000000001",
        "提现 20260105",
    ),
    (
        "2026-01-05",
        "09:15:00",
        "1200.00",
        "2900.00",
        "支付宝（中国）网络技术有限公司",
        "2088000000000001",
        "提现 20260105",
    ),
    ("2026-01-06", "14:00:01", "-35.50", "2864.50", "某某物流有限公司", "11020000000000000002", "运费"),
    ("2026-01-13", "08:30:00", "88.88", "2953.38", "财付通支付科技有限公司", "1000000001", "结算款"),
    ("2026-01-17", "23:59:59", "-1000.00", "1953.38", "房东", "6222000000000003", "房租"),
)
_TOTALS = {"bank_line.in": Decimal("2488.88"), "bank_line.out": Decimal("1035.50")}


class _Line:
    """One movement, in the ways that banks write its parts."""

    def __init__(self, at: int, line: tuple[str, ...]) -> None:
        self.number = f"2026{at:06}"
        self.day, self.time, self.amount, self.balance, self.party, self.account, self.text = line
        self.packed = self.day.replace("-", "")
        self.day_first = "/".join(self.day.split("-")[::-1])
        self.bare = self.amount.lstrip("-")
        self.is_in = not self.amount.startswith("-")
        self.thousands = f"{Decimal(self.bare):,.2f}"
        self.money_in = self.thousands if self.is_in else ""
        self.money_out = "" if self.is_in else self.thousands
        self.payer, self.payee = (self.account, OWN) if self.is_in else (OWN, self.account)
        self.payer_name, self.payee_name = (self.party, OWN_NAME) if self.is_in else (OWN_NAME, self.party)


_MOVEMENTS = tuple(_Line(at, line) for at, line in enumerate(_LINES, 1))
_Row = Callable[[_Line], list[Cell]]


def _table(
    header: str,
    row: _Row,
    *above: list[Cell],
    newest_first: bool = False,
    below: tuple[list[Cell], ...] = (),
    pages: tuple[int, str] = (1, ""),
) -> list[list[Cell]]:
    """`pages`: how many; each begins with the header, in Chinese and in English."""
    count, english = pages
    names: list[list[Cell]] = [list(each.split(",")) for each in (header, english) if each]
    lines = [row(line) for line in (_MOVEMENTS[::-1] if newest_first else _MOVEMENTS)]
    rest = [each for line in lines[1:count] for each in (*names, line)] + lines[count:]
    return [*above, *names, lines[0], *rest, *below]


def _specimen(
    file: str, bank: str, rows: list[list[Cell]], layout: str, encoding: str = "gb18030", account: str = ""
) -> Specimen:
    content = csv_bytes(rows, encoding) if file.endswith((".csv", ".CSV")) else xlsx_bytes({"Sheet1": rows})
    return Specimen(file, bank, content, rows=len(_LINES), totals=_TOTALS, account=account, layout=layout)


_BLANK: list[Cell] = [""]
_CORPORATE = (
    _specimen("ccb_corporate.xlsx", "ccb.statement", _table(
        "账号,账户名称,交易时间,借方发生额（支取）,贷方发生额（收入）,余额,币种,对方户名,对方账号,对方开户机构,记账日期,摘要,备注,账户明细编号-交易流水号,企业流水号,凭证种类,凭证号,关联账户,交易介质编号",
        lambda x: [OWN, OWN_NAME, f"{x.packed} {x.time}", x.money_out or "0.00", x.money_in or "0.00", x.balance, "人民币元", x.party, x.account, "", x.packed, x.text, "", f"{x.number}-1", "", "", "", "", ""],
    ), "corporate"),
    _specimen("icbc_corporate_1.csv", "icbc.statement", _table(
        "凭证号,本方账号,对方账号,交易时间,借/贷,借方发生额,贷方发生额,对方行号,摘要,用途,对方单位名称,余额",
        lambda x: ["0", f"{OWN}\t", f"{x.account}\t", f"{x.day} {x.time}", "贷" if x.is_in else "借", x.money_out, x.money_in, "", x.text, "", x.party, x.balance],
        ["[HISTORYDETAIL]"],
    ), "both turnovers"),
    _specimen("icbc_corporate_2.csv", "icbc.statement", _table(
        "对方账号,交易时间,借贷标志,对方单位,对方行号,用途,摘要,附言,发生额,余额,币种",
        lambda x: [x.account, f"{x.day} {x.time}", "贷" if x.is_in else "借", x.party, "", "", x.text, "", x.bare, x.balance, "人民币"],
        ["[HISTORYDETAIL]"], newest_first=True,
    ), "direction", account=OWN),
    _specimen("icbc_corporate_3.CSV", "icbc.statement", _table(
        "对方账号,交易时间,对方单位,用途,摘要,附言,回单个性化信息,余额,转出金额,转入金额",
        lambda x: [x.account, f"{x.day} {x.time}", x.party, x.text, "", "", "", x.balance, x.money_out, x.money_in],
        ["[HISTORYDETAIL]"],
    ), "in and out", account=OWN),
    _specimen("boc_corporate.csv", "boc.statement", _table(
        "交易类型,业务类型,付款人开户行号,付款人账号,付款人名称,收款人账号,收款人名称,交易日期,交易时间,交易货币,交易金额,交易后余额,摘要,用途,附言",
        lambda x: ["来账" if x.is_in else "往账", "转账", "", x.payer, x.payer_name, x.payee, x.payee_name, x.packed, x.time, "CNY", x.amount, x.balance, x.text, "", ""],
        ["对公账户交易明细"], ["查询账号", OWN], ["账户名称", OWN_NAME], _BLANK, ["查询时间范围", "20260101-20260131"], _BLANK, _BLANK,
    ), "corporate", "utf-8-sig"),
    _specimen("bocom_corporate.xls", "bocom.statement", _table(
        "交易时间,借方发生额（支出）,贷方发生额（收入）,账户余额,对方账号,对方户名,摘要",
        lambda x: [f"{x.day} {x.time}", x.money_out, x.money_in, x.balance, x.account, x.party, x.text],
        [f"交通银行账户明细 账号：{OWN}", f"户名：{OWN_NAME}"],
    ), "corporate"),
    _specimen("交通银行_older.csv", "bocom.statement", _table(
        "交易时间,借贷标志,发生额,余额,核心流水号,对方账号,对方户名,对方行名,凭证号码,摘要",
        lambda x: [f"{x.day} {x.time}", "贷" if x.is_in else "借", x.bare, x.balance, x.number, x.account, x.party, "某行", "", x.text],
        [f"账号：{OWN}"], newest_first=True,
    ), "direction"),
    _specimen("abc_corporate.xls", "abc.statement", _table(
        "交易时间,收入,支出,余额,交易行名,对方省市,对方账号,对方户名,交易用途,摘要",
        lambda x: [f"{x.day} {x.time}", x.money_in, x.money_out, x.balance, "某支行", "", x.account, x.party, "", x.text],
        ["中国农业银行账户明细查询"], [f"账号：10-{OWN}", f"户名：{OWN_NAME}", "币种：人民币"],
        below=(["3 收 2,488.88"], ["2 支 1,035.50"]),
    ), "corporate"),
    _specimen("cmb_corporate.xlsx", "cmb.statement", _table(
        "账号,账号名称,币种,交易日,交易时间,起息日,交易类型,借方金额,贷方金额,余额,摘要,流水号,收(付)方名称,收(付)方账号",
        lambda x: [OWN, OWN_NAME, "人民币", x.packed, x.time, x.packed, "转账", x.money_out, x.money_in, x.balance, x.text, x.number, x.party, x.account],
        ["招商银行账户交易明细"], *[_BLANK] * 10, newest_first=True,
    ), "corporate"),
    _specimen("spdb_corporate.xls", "spdb.statement", _table(
        "交易日期,交易时间,申请日期,凭证号,借方金额,贷方金额,余额,对方账号,对方户名,对方行名,交易流水号,摘要",
        lambda x: [x.packed, x.time.replace(":", ""), x.packed, "", x.money_out, x.money_in, x.balance, x.account, x.party, "", x.number, x.text],
        ["上海浦东发展银行账户明细"], [f"账号：{OWN}"], [f"户名：{OWN_NAME}"], ["币种：人民币"],
    ), "corporate"),
    _specimen("citic_corporate.xls", "citic.statement", _table(
        "交易日期,交易时间,柜员流水号,借方发生额,贷方发生额,账户余额,对方账号,对方账户名称,摘要",
        lambda x: [x.day, x.time, x.number, x.money_out, x.money_in, x.balance, x.account, x.party, x.text],
        ["中信银行账户交易明细"], [f"账号：{OWN}"], ["币种：", "人民币"], *[_BLANK] * 9,
    ), "corporate"),
    _specimen("兴业银行.xls", "cib.statement", _table(
        "流水编号,账户,交易时间,借方金额,贷方金额,账户余额,摘要,对方账号,对方户名,对方银行",
        lambda x: [f"{x.packed}{x.number}", OWN, f"{x.day} {x.time}", x.money_out, x.money_in, x.balance, x.text, x.account, x.party, ""],
    ), "corporate"),
    _specimen("czbank.csv", "czbank.statement", _table(
        "交易日期,交易时间,借贷标志,交易金额,余额,对方户名,对方账号,摘要",
        lambda x: [x.packed, x.time, "1" if x.is_in else "2", x.bare, x.balance, x.party, x.account, x.text],
        ["浙商银行对公账户明细"], ["账号", OWN],
    ), "1 is in, 2 is out"),
    _specimen("hxbank.xlsx", "hxbank.statement", _table(
        "交易日期,借方发生额,贷方发生额,余额,对方户名,对方账号,摘要,凭证号码",
        lambda x: [x.day, x.money_out, x.money_in, x.balance, x.party, x.account, x.text, ""],
        ["华夏银行账户明细"], ["账号", OWN], ["借方笔数", "2", "借方金额合计", "1,035.50"], ["贷方笔数", "3", "贷方金额合计", "2,488.88"],
        below=(["合计", "1,035.50", "2,488.88"],),
    ), "summary above"),
    _specimen("平安银行流水.xlsx", "pingan.statement", _table(
        "交易日期,付款方账号,付款方户名,收款方账号,收款方户名,交易金额,账户余额,摘要,交易流水号",
        lambda x: [f"{x.day} {x.time}", x.payer, x.payer_name, x.payee, x.payee_name, x.bare, x.balance, x.text, x.number],
        [f"查询账号：{OWN}"], newest_first=True,
    ), "payer and payee"),
    _specimen("账户明细查询.csv", "bosc.statement", _table(
        "交易流水号,交易时间,记账日期,交易方向,交易金额,余额,对手账号,对手名称,摘要,交易用途,备注",
        lambda x: [x.number, f"{x.day} {x.time}", x.day, "入账(贷方)" if x.is_in else "出账(借方)", x.thousands, x.balance, x.account, x.party, x.text, "", ""],
        [f"选择账号: {OWN} 开户行: 上海银行某支行 币种: 人民币 {OWN_NAME}"],
        ["借方总金额: 1,035.50 总笔数: 5 借方总笔数: 2 贷方总笔数: 3 贷方总金额: 2,488.88"],
    ), "direction"),
    _specimen("交行明细对账单.csv", "bocom.statement", _table(
        "序号,会计日期,交易日期,交易名称,凭证种类,凭证号码,借方发生额,贷方发生额,余额,对方账号,对方户名,摘要,流水号",
        lambda x: [x.number[-1], x.packed, x.packed, "单位汇款", "", "", x.money_out, x.money_in, x.balance, x.account, x.party, x.text, x.number],
        ["交通银行某分行明细对账单"], [f"账号：{OWN}"], ["币种：人民币"],
        below=(["本月累计借方发生额：1,035.50"],),
        pages=(2, "No,Booking date,Date,Type,,,Debit Amount,Credit Amount,Balance,,,,"),
    ), "pages"),
    _specimen("平安银行借记卡.xlsx", "pingan.statement", _table(
        "交易时间,付款方姓名,付款方账号,收款方姓名,收款方账号,交易类型,交易金额,账户余额,摘要,备注,交易流水号",
        lambda x: [f"{x.day} {x.time}", *(("", "", x.party, x.account) if not x.is_in else (x.party, x.account, "", "")), "转入" if x.is_in else "转出", x.bare, x.balance, x.text, "", x.number],
        ["账户流水明细 账号：6230****6666"],
    ), "personal"),
    _specimen("CMB_6214.csv", "cmb.statement", _table(
        "交易日期,交易时间,收入,支出,余额,交易类型,交易备注",
        lambda x: [f"\t{x.packed}", f"\t{x.time}", x.money_in, x.money_out, x.balance, "转账", f"\t{x.party} {x.text}"],
        ["# 招商银行交易记录"], ["# 账    号: [一卡通:6214********5555   招商银行]"], ["# 币    种: [                         人民币]"], _BLANK,
        newest_first=True, below=(_BLANK, ["# 收入合计: 3 笔，共 2488.88 元"], ["# 支出合计: 2 笔，共 1035.50 元"]),
    ), "personal", "utf-8-sig"),
    replace(_specimen("CNCBI.csv", "bank.statement", _table(
        "過賬日,交易日,賬項資料,支出,收入,結餘,",
        lambda x: [x.day_first, x.day_first, f"轉數快 {x.number}", x.money_out, x.money_in, x.balance, ""],
        below=(["31/01/2026", "31/01/2026", "轉承結餘", "", "", "1,953.38", ""],),
    ), "carried balance", "big5", account="cncbi"), rows=6, ignored=1, status="flagged"),  # of Hong Kong, but which currency?
    _specimen("ceb.xls", "ceb.statement", _table(
        "交易日期,交易时间,借方发生额,贷方发生额,账户余额,对方账号,对方名称,摘要",
        lambda x: [x.day, x.time, x.money_out or "-", x.money_in or "-", x.balance, x.account, x.party, x.text],
        ["中国光大银行对公账户对账单"], [f"账 号：{OWN}"],
    ), "corporate"),
    _specimen("njcb.csv", "njcb.statement", _table(
        "记账日期,交易时间,支出金额,收入金额,账户余额,对方户名,对方账号,备注",
        lambda x: [x.day, x.time, x.money_out or "0.00", x.money_in or "0.00", x.balance, x.party, x.account, x.text],
        ["南京银行"], [f"账号:{OWN}"], newest_first=True,
    ), "corporate"),
    _specimen("nbcb.csv", "nbcb.statement", _table(
        "账号,交易时间,收入,支出,余额,对方户名,对方账号,摘要",
        lambda x: [f"'{OWN}", f"{x.day} {x.time}", x.money_in, f"-{x.money_out}" if x.money_out else "", x.balance, x.party, x.account, x.text],
        ["宁波银行"],
    ), "negative outflows"),
    _specimen("jsb.xlsx", "jsbchina.statement", _table(
        "交易日期,借贷标识,发生额,余额,对方账号,对方户名,摘要",
        lambda x: [f"{x.day} {x.time}", "C" if x.is_in else "D", x.bare, x.balance, x.account, x.party, x.text],
        ["江苏银行交易明细"], ["账号", OWN],
    ), "C and D"),
    _specimen("邮储银行.xlsx", "psbc.statement", _table(
        "交易日期,交易时间,收入金额（元）,支出金额（元）,账户余额（元）,对方户名,对方账号,摘要",
        lambda x: [x.packed, x.time, x.money_in, x.money_out, x.balance, x.party, x.account, x.text],
        ["账号", OWN],
    ), "corporate"),
    _specimen("rcb.csv", "rcb.statement", _table(
        "交易日期,借/贷,交易金额,余额,对方户名,对方账号,摘要",
        lambda x: [x.packed, "贷方" if x.is_in else "借方", x.bare, x.balance, x.party, x.account, x.text],
        ["某某农村商业银行账户流水"], ["账号：", OWN],
    ), "direction"),
    _specimen("statement.csv", "bank.statement", _table(
        "交易日期,摘要,存入,支出,結餘,貨幣",
        lambda x: [x.day, f"{x.party} {x.text}", x.money_in, x.money_out, x.balance, "港幣"],
        ["賬戶號碼", OWN],
    ), "traditional characters", "utf-8-sig"),
)  # fmt: skip

_CMB_CREDIT = """招商银行信用卡对账单（个人消费卡账户 2026年01月）（补）
交易日,记账日,交易摘要,人民币金额,卡号末四位,交易地金额
,12/29,掌上生活还款,-1.23,1234,-1.23
12/30,12/31,退货-某网店,-30.00,1234,-30.00
01/02,01/03,纸箱采购,56.78,1234,56.78
01/03,01/04,手机银行饭票,-3.90,1234,-3.90(CN)
01/05,01/07,中国移动,"8,000.00",1234,"8,000.00(CN)"
"""
_PSBC_CREDIT = """中国邮政储蓄银行信用卡对账单
账单周期为【2026/01/01-2026/01/31】
交易日,记账日,交易摘要,人民币金额,卡号末四位,交易国别,境内外交易标识
20260103,20260104,  某商户  ,"￥12,345.67",0007,中国,境内
20260110,20260111,还款,￥-271.82,0007,,
"""
_BOCOM_CREDIT = """交易日期,记账日期,交易说明,交易币种/金额,入账币种/金额
2026-01-10,2026-01-10,退货 支付宝-某店,CNY 123.18,CNY 123.18
2026-01-29,2026-01-29,信用卡还款 转账还款-某人 6666,CNY 666.60,CNY 666.60
2026-01-11,2026-01-12,消费 美团,CNY13.50,CNY13.50
2026-01-13,2026-01-14,消费 APPLE.COM/BILL,HKD 41.00,CNY 37.00
"""
_BOC_CREDIT = """中国银行信用卡账单(2026年01月)
交易日,银行记账日,卡号后四位,交易描述,存入,支出,币种
2025-12-13,2025-12-14,4260,公共交通卡,,50.00,CNY
2025-12-20,2025-12-20,,存款利息,0.01,,CNY
2025-12-20,2025-12-20,2875,曾三,361.19,,CNY
2025-12-22,2025-12-24,2875,MICROSOFT*XBOXJPN,,3.72,USD
"""
_BOCHK_CREDIT = """交易日期,記賬日期,記賬幣別,卡號,入賬款項,新簽賬項,交易描述,交易幣種,交易金額
2026/01/03,2026/01/05,HKD,1234,,120.50,PARKNSHOP,HKD,120.50
2026/01/08,2026/01/09,HKD,1234,500.00,,PPS PAYMENT,HKD,500.00
"""
_HSBC_CREDIT = (
    "Transaction date,Post date,Description,Billing amount,Billing currency,Transaction status,Merchant name,"
    "Country / region,Area / district,Credit / Debit\n"
    '09/01/2026,10/01/2026,QR       UNIONPAY MERCHANT  CN,"-1,099.14"\t,CNY,POSTED,UNIONPAY MERCHANT,CHINA,CHN,DEBIT\n'
    '08/01/2026,09/01/2026,"QR       CATERING CO.,LTD.  CN","-18.00"\t\t,CNY,POSTED,"CATERING CO.,LTD.",CHINA,CHN,DEBIT\n'
    '07/01/2026,08/01/2026,SALES:   MCDONALDS (HKD),"-27.90"\t,HKD,POSTED,MCDONALDS,CHINA,CHN,DEBIT\n'
    '31/12/2025,01/01/2026,RETURN:  PLATFORM,"25.00"\t,CNY,POSTED,PLATFORM,CHINA,CHN,CREDIT\n'
    '24/12/2025,24/12/2025,PAYMENT - THANK YOU,"3,266.16"\t,CNY,POSTED,,,,CREDIT\n'
    '11/01/2026,11/01/2026,SALES:   NOT YET BOOKED,"-5.00"\t,CNY,PENDING,SHOP,CHINA,CHN,DEBIT '
)
_CITIC: list[Cell] = ["交易日期", "入账日期", "交易描述", "卡末四位", "交易币种", "结算币种", "交易金额", "结算金额"]
_CITIC_SHEETS: dict[str, list[list[Cell]]] = {
    "人民币": [
        ["中信银行信用卡账单"],
        _CITIC,
        ["2026-01-03", "2026-01-04", "财付通-某店", "1234", "CNY", "CNY", 56.3, 56.3],
        ["2026-01-05", "2026-01-05", "刷卡金返现", "1234", "CNY", "CNY", -0.2, -0.2],
        ["2026-01-08", "2026-01-08", "还款", "1234", "CNY", "CNY", -100, -100],
    ],
    "美元": [["中信银行信用卡账单"], _CITIC, ["2026-01-06", "2026-01-07", "AWS", "1234", "EUR", "USD", 9.2, 10.0]],
}
_SPDB = (
    ("1", "2025/12/03  14:06:51", "微信支付", "", "12.50", "987.50", "某超市", "1000050001", "购物"),
    ("2", "2025/12/02  09:00:00", "代发", "1,000.00", "", "1,000.00", "某公司", "", "工资"),
)  # fmt: skip
_DCU = """"DATE","TRANSACTION TYPE","DESCRIPTION","AMOUNT","ID","MEMO","CURRENT BALANCE"
"1/28/2026","DEBIT","RENT","-$7,971.39","MjAyNg==","Check 12","$12,028.61"
"1/5/2026","CREDIT","PAYROLL","$20,000.00","MjAyNQ==","","$20,000.00"
"""
_SCHWAB = """"Transactions  for Checking account XXXXXX-1234 as of 01/31/2026 10:00:00 AM ET"
"Date","Type","Check #","Description","Withdrawal (-)","Deposit (+)","RunningBalance"
"01/30/2026","ATM","","ATM FEE REBATE","","$4.50","$1,104.50"
"01/15/2026","VISA","","SHOP, INC.","$900.00","","$1,100.00"
"01/02/2026","ACH","","PAYROLL","","$2,000.00","$2,000.00"
"""
_UOB: list[list[Cell]] = [
    ["United Overseas Bank Limited."], [""], ["Account Number:", 1234567890.0], ["Account Type:", "Uniplus"],
    ["Statement Period:", "01 Jan 2026 To 31 Jan 2026"], ["Currency:", "SGD"], [""],
    ["Transaction Date", "Transaction Description", "Withdrawal", "Deposit", "Available Balance"],
    ["30 Jan 2026", "Bill Payment\nmBK-UOB Cards", 200.0, 0.0, 1800.5],
    ["15 Jan 2026", "Interest Credit", 0.0, 0.5, 2000.5],
    ["02 Jan 2026", "Inward Credit\nSALARY", 0.0, 2000.0, 2000.0],
]  # fmt: skip
_META = """Bank code : 1001010101,Agency Code : 10000,Download start date : 01/04/2026,Download end date : 30/04/2026,,
Account Number : 08088804068,Account Name : Account Owner,: EUR,,,
,,,,,
Balance at end of period,,,,"+31070,09",
Date,Operation Number,Label,Debit,Credit,Detail
01/04/26,UNIQUE OP 1,LABEL 1,"-50,00",,DETAILS 1
02/04/26,UNIQUE OP 2,LABEL 2,"-180,68",,CLIENTS X
30/04/26,UNIQUE OP 4,LABEL 4,,"1300,00",DETAILS 3
Balance at start of period,,,,"+30000,77",
"""
_REVOLUT = """Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance
TOPUP,Current,2026-01-10 08:00:00,2026-01-10 08:00:01,Top-Up by *1234,500.00,0.00,EUR,COMPLETED,500.00
TRANSFER,Savings,2026-01-11 10:11:12,2026-01-11 10:11:13,To pocket,50.00,0.00,EUR,COMPLETED,50.00
TRANSFER,Current,2026-01-12 10:11:12,2026-01-13 10:11:13,To a supplier,-100.00,1.11,EUR,COMPLETED,398.89
CARD_PAYMENT,Current,2026-01-14 10:11:12,,Shop,-13.99,0.00,EUR,PENDING,
"""
_REVOLUT_BUSINESS = """Date started (UTC),Date completed (UTC),ID,Type,State,Description,Reference,Payer,Orig currency,Orig amount,Payment currency,Amount,Total amount,Fee,Fee currency,Balance,Account
2026-01-13,2026-01-13,65a1,TRANSFER,COMPLETED,To a supplier,Inv 1,A,GBP,100.00,GBP,-100.00,-100.20,0.20,GBP,899.80,GBP Main
2026-01-12,2026-01-12,65a0,TOPUP,COMPLETED,From a customer,Inv 2,,GBP,1000.00,GBP,1000.00,1000.00,0.00,GBP,1000.00,GBP Main
"""
_N26 = """"Date","Payee","Account number","Transaction type","Payment reference","Category","Amount (EUR)"
"2026-01-10","Supplier","DE99999999999999999999","Outgoing Transfer","Invoice 1","Shopping","-12.34"
"2026-01-12","Customer","DE99999999999999999998","Income","Invoice 2","Income","56.78"
"""
_QONTO = """Status,Settlement date (local),Operation date (local),Total amount (incl. VAT),Currency,Account name,Counterparty name,Payment method,Reference,Note,Balance
Settled,05-11-2026 09:15:00,04-11-2026 20:00:00,1250.00,EUR,Main account,Customer,transfer,Invoice 1,,1300.00
Settled,06-11-2026 12:20:39,06-11-2026 12:20:39,-11.20,EUR,Main account,Garden,card,,Team lunch,1288.80
Pending,,07-11-2026 08:00:00,-20.00,EUR,Main account,Shop,card,,,
"""
_WISE = """ID,Status,Direction,Created on,Finished on,Source fee amount,Source fee currency,Target fee amount,Target fee currency,Source name,Source amount (after fees),Source currency,Target name,Target amount (after fees),Target currency,Exchange rate,Reference,Batch,Created by,Category,Note
TRANSFER-1001,COMPLETED,OUT,2026-08-03 14:20:05,2026-08-03 14:23:11,0.45,EUR,,,Demo Shop,120.00,EUR,Supplier,120.00,EUR,1,Invoice 7,,Demo Shop,General,
TRANSFER-1002,COMPLETED,IN,2026-07-31 09:00:00,2026-07-31 09:01:30,,,5.00,GBP,Marketplace,2505.00,GBP,Demo Shop,2500.00,GBP,1,Payout 42,,,,
BALANCE-1003,COMPLETED,NEUTRAL,2026-08-01 10:00:00,2026-08-01 10:00:02,1.20,EUR,,,Demo Shop,498.80,EUR,Demo Shop,430.00,GBP,0.862,,,Demo Shop,,
TRANSFER-1004,CANCELLED,OUT,2026-08-02 08:00:00,,0.45,EUR,,,Demo Shop,50.00,EUR,Someone,50.00,EUR,1,,,Demo Shop,,
CARD_TRANSACTION-1005,REFUNDED,OUT,2026-08-04 12:00:00,2026-08-04 12:00:01,,,,,Demo Shop,15.00,EUR,Cafe,15.00,EUR,1,,,Demo Shop,,
"""
_AIRWALLEX = """Time,Type,Financial Transaction Type,Transaction Id,Description,Wallet Currency,Target Currency,Amount,Fee,Debit Net Amount,Credit Net Amount,Account Balance,Available Balance,Created At,Reference
2026-01-24T22:41:36+0800,DEPOSIT,DEPOSIT,5d3c,Payment from Amazon,EUR,,"4,420.00",,,"4,420.00","4,420.00","4,420.00",2026-01-24T22:40:11+0800,Inv 1
2026-01-25T22:41:36+0800,CARD,CARD_AUTHORISATION,5d3d,SHOP,EUR,,20.00,,20.00,,"4,420.00","4,400.00",2026-01-25T22:40:11+0800,
2026-01-26T22:41:36+0800,CARD,CARD_PURCHASE,5d3e,SHOP,EUR,,20.00,,20.00,,"4,400.00","4,400.00",2026-01-26T22:40:11+0800,
"""


def _in_out(money_in: str, money_out: str) -> dict[str, Decimal]:
    return {"bank_line.in": Decimal(money_in), "bank_line.out": Decimal(money_out)}


BANKS: tuple[Specimen, ...] = (
    *_CORPORATE,
    Specimen("cmb_credit.csv", "cmb.statement", _CMB_CREDIT.encode(), 5, _in_out("35.13", "8056.78"), status="flagged", layout="credit card"),
    Specimen("psbc_credit.csv", "psbc.statement", _PSBC_CREDIT.encode(), 2, _in_out("271.82", "12345.67"), status="flagged", layout="credit card"),
    Specimen("bocom_credit.csv", "bocom.statement", _BOCOM_CREDIT.encode(), 4, _in_out("789.78", "50.50"), status="flagged", account="1234", layout="credit card"),
    Specimen("boc_credit.csv", "boc.statement", _BOC_CREDIT.encode(), 4, _in_out("361.20", "53.72"), status="flagged", account="card", layout="credit card"),
    Specimen("bochk_credit.csv", "boc.statement", _BOCHK_CREDIT.encode("big5"), 2, _in_out("500.00", "120.50"), status="flagged", layout="credit card, Hong Kong"),
    Specimen("hsbc_credit.csv", "hsbc.statement", _HSBC_CREDIT.encode(), 6, _in_out("3291.16", "1145.04"), ignored=1, status="flagged", account="card", layout="credit card"),
    Specimen("citic_credit.xls", "citic.statement", xlsx_bytes(_CITIC_SHEETS), 4, _in_out("100.20", "66.30"), status="flagged", layout="credit card"),
    Specimen("spdb_personal.xls", "spdb.statement", xlsx_bytes({"Sheet1": [["浦发银行交易明细"], ["顺序号", "交易日期", "交易类型", "存入金额", "取出金额", "余额", "交易对手名称", "交易对手账号", "附言"], *map(list, _SPDB)]}), 2, _in_out("1000.00", "12.50"), account="6217", layout="personal"),
    Specimen("dcu.csv", "bank.statement", _DCU.encode(), 2, _in_out("20000.00", "7971.39"), status="flagged", account="dcu", layout="DCU"),
    Specimen("schwab.csv", "bank.statement", _SCHWAB.encode(), 3, _in_out("2004.50", "900.00"), status="flagged", layout="Schwab"),
    Specimen("uob.xls", "bank.statement", xlsx_bytes({"Sheet1": _UOB}), 3, _in_out("2000.50", "200.00"), layout="UOB"),
    Specimen("meta.csv", "bank.statement", _META.encode(), 3, _in_out("1300.00", "230.68"), layout="balances above and below"),
    Specimen("revolut.csv", "revolut.statement", _REVOLUT.encode(), 4, _in_out("550.00", "101.11"), ignored=1, account="revolut", layout="personal"),
    Specimen("revolut_business.csv", "revolut.statement", _REVOLUT_BUSINESS.encode(), 2, _in_out("1000.00", "100.20"), account="revolut", layout="business"),
    Specimen("n26.csv", "n26.statement", _N26.encode(), 2, _in_out("56.78", "12.34"), status="flagged", account="n26", layout="N26"),
    Specimen("qonto.csv", "qonto.statement", _QONTO.encode(), 3, _in_out("1250.00", "11.20"), ignored=1, layout="Qonto"),
    Specimen("wise_transactions.csv", "wise.transfers", _WISE.encode(), 5, _in_out("2930.00", "620.45"), ignored=2, status="flagged", account="wise"),
    Specimen("airwallex.csv", "airwallex.statement", _AIRWALLEX.encode(), 3, _in_out("4420.00", "20.00"), ignored=1, account="airwallex", layout="Airwallex"),
)  # fmt: skip
