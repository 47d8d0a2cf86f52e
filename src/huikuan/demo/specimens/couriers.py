"""Specimens of couriers' bills: 圆通, 中通, 顺丰, UPS, FedEx."""

# ruff: noqa: E501 - rows of files, as they stand there
from __future__ import annotations

from decimal import Decimal

from huikuan.demo.specimens.files import text_file, workbook
from huikuan.demo.specimens.specimen import Specimen

_YTO = (
    ("扫描时间", "运单号码", "账单结算对象编码", "物料结算名称", "账单结算对象名称", "分表格", "计费重量（kg）", "体积参数",
     "计费省份", "计费目的地名称", "新西费用", "3KG以上费用", "上海加收费用", "单价", "总金额"),
    ("2026-01-05 20:11:09", "YT8800000000001", "K1001", "演示", "演示旗舰店", "表一", 0.42, "", "浙江省", "杭州市", 0, 0, 0,
     2.3, 2.3),
    ("2026-01-05 20:12:00", "YT8800000000002", "K1001", "演示", "演示旗舰店", "表一", 4.2, "30*20*20", "上海", "上海市", 0, 3.6,
     0.5, 2.3, 6.4),
    ("2026-01-06 19:00:41", "YT8800000000003", "K1001", "演示", "演示拼多多店", "表一", 1, "", "新疆", "乌鲁木齐市", 14, 0, 0, 6,
     20),
    ("2026-01-06 19:00:41", "YT8800000000003", "K1001", "演示", "演示旗舰店", "表一", 1, "", "新疆", "乌鲁木齐市", 14, 0, 0, 6,
     20),
    ("合计", "", "", "", "", "", "", "", "", "", 28, 3.6, 0.5, 16.6, 48.7),
)  # fmt: skip
_ZTO = (
    "运单号,包号,扫描时间,业务员,目的地省,目的地市,结算重量,重量,运单发放,主店铺,运单发放网点,分区,新疆西藏,3KG以上费用,价单",
    '"78900000000001\t",B1,2026/1/7 18:20:00,周**,江苏省,苏州市,0.50,0.46,,演示旗舰店,,一区,0,0,2.10',
    '"78900000000002\t",B1,2026/1/7 18:21:30,周**,西藏,拉萨市,3.50,3.41,,演示旗舰店,,五区,18.00,2.50,8.00',
)
_STO = (
    "运单号,业务时间,所属网点,目的省份,目的城市,网点称重,订单客户,面单费用,运费,加收费用,合计费用",
    "773000000000001,2026-01-05 18:00:00,某网点,广东,广州,0.52,演示旗舰店,0.30,2.20,0,2.50",
    "773000000000002,2026-01-05 18:01:00,某网点,新疆,喀什,1.02,演示旗舰店,0.30,12.00,1.00,13.30",
)
_SF = (
    ("月结账单明细",),
    ("月结卡号：9999999999", "", "账单周期：2026-01-01 至 2026-01-31"),
    ("序号", "日期", "运单号码", "对方地区", "对方公司名称", "计费重量", "产品类型", "付款方式", "费用(元)", "保费",
     "应付金额", "经手人"),
    (1, "2026-01-08", "SF1000000000011", "杭州", "某某公司", 1, "顺丰标快", "寄付月结", 18, 2, 17.3, "001"),
    (2, "2026-01-09", "SF1000000000012", "北京", "个人", 2.5, "顺丰特惠", "寄付月结", 25, "", 22.5, "001"),
    ("合计", "", "", "", "", "", "", "", 43, 2, 39.8, ""),
)  # fmt: skip

# ---------------------------------------------------------------- UPS: 250 columns
_UPS_HEADER = {
    1: "Version", 2: "Recipient Number", 3: "Account Number", 5: "Invoice Date", 6: "Invoice Number",
    10: "Invoice Currency Code", 11: "Invoice Amount", 12: "Transaction Date", 21: "Tracking Number",
    22: "Package Reference Number 1", 27: "Entered Weight", 28: "Entered Weight Unit of Measure", 29: "Billed Weight",
    30: "Billed Weight Unit of Measure", 34: "Zone", 35: "Charge Category Code", 36: "Charge Category Detail Code",
    44: "Charge Classification Code", 45: "Charge Description Code", 46: "Charge Description",
    51: "Transaction Currency Code", 52: "Incentive Amount", 53: "Net Amount",
}  # fmt: skip


def _ups(cells: dict[int, str]) -> str:
    return ",".join(cells.get(number, "") for number in range(1, 251))


def _ups_row(invoice: tuple[str, str, str], shipped: str, parcel: tuple[str, ...], charge: tuple[str, ...]) -> str:
    """A row: invoice (date, number, amount), day sent, parcel (number, reference, entered, billed, unit, zone), charge
    (category, detail, classification, code, description, incentive, net)."""
    places = (21, 22, 27, 29, 30, 34)
    cells = {1: "2.1", 2: "0000A1B2C3", 3: "0000A1B2C3", 4: "US", 10: "USD", 51: "USD", 12: shipped, 67: "Demo Sender"}
    cells |= dict(zip((5, 6, 11), invoice, strict=True)) | dict(zip(places, parcel, strict=True)) | {28: parcel[4]}
    return _ups(cells | dict(zip((35, 36, 44, 45, 46, 52, 53), charge, strict=True)))


_FIRST = ("2026-01-10", "000000A1B2C3026", "23.06")
_LATER = ("2026-01-31", "000000A1B2C3056", "3.50")
_GROUND = ("1Z0A1B2C0300000001", "SO-1001", "4.6", "5.0", "L", "005")
_AIR = ("1Z0A1B2C0100000002", "SO-1002", "1.0", "1.0", "K", "102")
_UPS_ROWS = (
    _ups_row(_FIRST, "2026-01-05", _GROUND, ("SHP", "WWS", "FRT", "003", "Ground Residential", "-4.00", "8.40")),
    _ups_row(_FIRST, "2026-01-05", _GROUND, ("SHP", "WWS", "FSC", "FSC", "Fuel Surcharge", "-0.50", "1.26")),
    _ups_row(_FIRST, "2026-01-05", _GROUND, ("SHP", "WWS", "ACC", "RES", "Residential Surcharge", "0.00", "5.40")),
    _ups_row(_FIRST, "2026-01-06", _AIR, ("RTN", "RS", "FRT", "002", "2nd Day Air", "0.00", "18.00")),
    _ups_row(
        _FIRST, "2026-01-06", ("", "", "", "", "", ""), ("ADJ", "CADJ", "MSC", "", "Billing Adjustment", "", "-10.00")
    ),
    _ups_row(_LATER, "2026-01-05", _GROUND, ("ADJ", "SCC", "FRT", "003", "Ground Residential", "0.00", "3.50")),
)
_UPS_NAMED = (_ups({number: _UPS_HEADER.get(number, f"Place Holder {number}") for number in range(1, 251)}), *_UPS_ROWS)

# ---------------------------------------------------------------- FedEx
_PAIRS = ("Tracking ID Charge Description", "Tracking ID Charge Amount") * 25
_FEDEX_HEADER = (
    "Bill to Account Number", "Invoice Date", "Invoice Number", "Store ID", "Original Amount Due", "Current Balance",
    "Payor", "Ground Tracking ID Prefix", "Express or Ground Tracking ID", "Transportation Charge Amount",
    "Net Charge Amount", "Service Type", "Ground Service", "Shipment Date", "Actual Weight Amount",
    "Actual Weight Units", "Rated Weight Amount", "Rated Weight Units", "Recipient State", "Recipient Zip Code",
    "Zone Code", "Original Customer Reference", *_PAIRS,
)  # fmt: skip


def _fedex(cells: tuple[str, ...], *pairs: str) -> str:
    return ",".join(f'"{cell}"' for cell in (*cells, *pairs, *[""] * (50 - len(pairs))))


_FEDEX_ROWS = (
    _fedex(
        ("111111111", "20260112", "800000001", "", "40.30", "40.30", "Shipper", "9622", "001111111000000000001", "14.20",
         "16.85", "Ground", "Home Delivery", "20260105", "3.1", "L", "4.0", "L", "NY", "10001", "05", "SO-2001"),
        "Fuel Surcharge", "1.95", "Residential Delivery", "5.15", "Earned Discount", "-4.45",
    ),
    _fedex(
        ("111111111", "20260112", "800000001", "", "40.30", "40.30", "Shipper", "", "770000000002", "25.00", "23.45",
         "FedEx 2Day", "", "20260106", "2.0", "K", "2.0", "K", "CA", "94105", "08", "SO-2002"),
        "Performance Pricing", "-3.75", "Fuel Surcharge", "2.20",
    ),
)  # fmt: skip
_FEDEX_SHORT = (
    "Bill to Account Number,Invoice Date,Invoice Number,Express or Ground Tracking ID,Shipment Date,Service Type,"
    "Tracking ID Charge Description,Net Charge Amount",
    "111111111,01/13/2026,9-260-13001,770000000011,01/06/2026,FedEx Ground,,$12.48",
    "111111111,01/13/2026,9-260-13001,770000000012,01/07/2026,FedEx Ground,Address Correction,$19.00",
    "111111111,01/20/2026,9-260-20001,770000000011,01/06/2026,FedEx Ground,Service Failure GSR,-$12.48",
    "Total,,,,,,,$19.00",
)
_ZERO = Decimal(0)

COURIERS: tuple[Specimen, ...] = (
    Specimen(
        "圆通账单 1月.xlsx", "express.bill", workbook(_YTO), rows=4, account="圆通",
        totals={"courier_charge.in": Decimal("48.70"), "courier_charge.out": _ZERO}, layout="YTO",
    ),
    Specimen(
        "中通账单 1月.csv", "express.bill", text_file(_ZTO, "gb18030"), rows=2, account="中通",
        totals={"courier_charge.in": Decimal("30.60"), "courier_charge.out": _ZERO}, layout="ZTO",
    ),
    Specimen(
        "快递对账明细.csv", "express.bill", text_file(_STO, "gb18030"), rows=2, account="申通",
        totals={"courier_charge.in": Decimal("15.80"), "courier_charge.out": _ZERO}, layout="labels and surcharges",
    ),
    Specimen(
        "顺丰月结账单.xlsx", "sf.bill", workbook(_SF), rows=2, account="顺丰",
        totals={"courier_charge.in": Decimal("45.00"), "courier_charge.out": Decimal("5.20")},
    ),
    Specimen(
        "Invoice_000000A1B2C3026.csv", "ups.invoice", text_file(_UPS_ROWS, end="\n"), rows=6,
        totals={"courier_charge.in": Decimal("36.56"), "courier_charge.out": Decimal("10.00")}, layout="no header",
    ),
    Specimen(
        "ups_with_header.csv", "ups.invoice", text_file(_UPS_NAMED, end="\n"), rows=6,
        totals={"courier_charge.in": Decimal("36.56"), "courier_charge.out": Decimal("10.00")}, layout="header",
    ),
    Specimen(
        "FEDEX_INVOICE.csv", "fedex.invoice", text_file((",".join(f'"{n}"' for n in _FEDEX_HEADER), *_FEDEX_ROWS)), rows=2,
        totals={"courier_charge.in": Decimal("48.50"), "courier_charge.out": Decimal("8.20")}, layout="all columns",
    ),
    Specimen(
        "fedex_2026-01.csv", "fedex.invoice", text_file(_FEDEX_SHORT, end="\n"), rows=3,
        totals={"courier_charge.in": Decimal("31.48"), "courier_charge.out": Decimal("12.48")}, layout="short report",
    ),
)  # fmt: skip
