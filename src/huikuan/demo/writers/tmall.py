"""The Tmall order report in its classic layout: one row per order, every cell quoted, the state at the export.

Source of the layout: FORMATS 3.2 and headers of exports in public code. `买家实际支付金额` is net of refunds.
"""

from __future__ import annotations

from pathlib import Path

from huikuan.demo.catalogue import CLOSE_UNPAID, COURIER, GIVEN, GOODS, NICKS, PLACES, STREETS, SURNAMES
from huikuan.demo.couriers import parcel_no
from huikuan.demo.files import Lines
from huikuan.demo.orders import Order
from huikuan.demo.seller import DAY, END, SHOPS, compact, moment, money
from huikuan.demo.truth import Labels, Place

HEADER = (
    "订单编号,买家会员名,买家支付宝账号,支付单号,支付详情,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,"
    "买家实际支付金额,买家实际支付积分,订单状态,买家留言,收货人姓名,收货地址 ,运送方式,联系电话 ,联系手机,订单创建时间,"
    "订单付款时间 ,宝贝标题 ,宝贝种类 ,物流单号 ,物流公司,订单备注,宝贝总数量,店铺Id,店铺名称,订单关闭原因,卖家服务费,"
    "买家服务费,发票抬头,是否手机订单,分阶段订单信息,特权订金订单id,是否上传合同照片,是否上传小票,是否代付,定金排名,"
    "修改后的sku,修改后的收货地址,异常信息,天猫卡券抵扣,集分宝抵扣,是否是O2O交易,新零售交易类型,新零售导购门店名称,"
    "新零售导购门店id,新零售发货门店名称,新零售发货门店id,退款金额,预约门店,确认收货时间,打款商家金额,"
    "含应开票给个人的个人红包,是否信用购,前N有礼,配送类型,发货时间,商家备忘"
)
STATES = ("等待买家付款", "买家已付款，等待卖家发货", "卖家已发货，等待买家确认", "交易成功", "交易关闭", "交易关闭")
UNPAID, PAID, SHIPPED, DONE, CLOSED, CANCELLED = range(6)

RECUT_SHOP, RECUT_WEEKS = 1, 5  # whose report is exported once more, a week at a time

# How the three shops' people download: encoding, and what stands around the order number.
ENCODINGS = ("gbk", "utf-8-sig", "gbk")
ORDER_NO = ('=""%d""', '=""%d""', "'%d")


def state_at(order: Order, at: int) -> int:
    """Position in `STATES` of the order before the moment `at`."""
    if not order.paid or order.paid >= at:
        return CANCELLED if not order.paid and order.closed < at else UNPAID
    if order.refund == order.total and order.refunded < at and order.refunded_before_receipt:
        return CLOSED
    if order.received and order.received < at:
        return DONE
    return SHIPPED if order.shipped and order.shipped < at else PAID


class OrderReport:
    """One export of a shop's orders as they stand before the moment `at`."""

    def __init__(self, folder: Path, shop: int, at: int, exported: str) -> None:
        """`exported`: the moment in the file's name."""
        name = f"ExportOrderList{exported}"
        encoding = ENCODINGS[shop]
        if shop == 0:
            self.lines = Lines(folder, f"{name}.zip", encoding, f"{SHOPS[shop].name}_{name}.csv")
        else:
            self.lines = Lines(folder, f"{name}_{SHOPS[shop].name}.csv", encoding)
        self.shop = SHOPS[shop]
        self._order_no = ORDER_NO[shop]
        self._at = at
        self.paid = self.refunded = 0
        self.lines.line(HEADER + "\r\n")

    def add(self, order: Order) -> int:
        """Write an order; its line number."""
        at = self._at
        state = state_at(order, at)
        is_paid = UNPAID < state < CANCELLED
        refund = order.refund_by(at) if is_paid else 0
        self.paid += order.total if is_paid else 0
        self.refunded += refund
        cells = self._cells(order, state, is_paid, refund)
        return self.lines.line('"' + '","'.join(cells) + '"\r\n')

    def _cells(self, order: Order, state: int, is_paid: bool, refund: int) -> list[str]:
        total = money(order.total)
        paid = money(order.total - refund) if is_paid else "0.00"
        shipped = order.shipped if is_paid and order.shipped and order.shipped < self._at else 0
        done = state == DONE
        place = PLACES[order.place]
        buyer = order.buyer
        who = SURNAMES[buyer % len(SURNAMES)] + GIVEN[buyer // 20 % len(GIVEN)]
        house = f"{STREETS[buyer % 10]}{buyer % 389 + 1}号{buyer % 17 + 1}幢{buyer % 903}室"
        address = f"{place[0]} {place[1]} {place[2]} {house}(000000)"
        titles = "，".join(GOODS[which][0] for which, _ in order.items)
        pieces = sum(count for _, count in order.items)
        payment = f"{compact(order.paid)[:8]}22001{order.no % 10**15:015d}" if is_paid else ""
        reason = ""
        if state == CANCELLED:
            reason = CLOSE_UNPAID[buyer % 3]
        elif state == CLOSED:
            reason = "退款"
        parcel, courier = (parcel_no(order), COURIER) if shipped else ("", "")
        phone = f"1990000{buyer % 10_000:04d}"
        received = moment(order.received) if done else ""
        brought = (money(order.total - refund) if done else "0.00") + "元"
        no = self._order_no % order.no
        return [
            no, f"{NICKS[buyer % 10]}{buyer:06d}", phone, payment, f"支付金额：{total}" if is_paid else "",
            money(order.goods - order.discount), money(order.freight), "0", total, "0", paid, "0", STATES[state], "",
            who, address, "快递", "", f"'{phone}", moment(order.created), moment(order.paid) if is_paid else "",
            titles, str(len(order.items)), parcel, courier, "", str(pieces), self.shop.shop_id, self.shop.name, reason,
            "0", "0", "", "手机订单" if buyer % 10 else "", "", "", "否", "否", "否", "", "", "", "",
            money(order.borne), "0", "", "", "", "", "", "", money(refund), "", received, brought, "0", "否", "", "",
            moment(shipped), "",
        ]  # fmt: skip

    def close(self) -> None:
        """End the file."""
        self.lines.close()


class ReportAgain:
    """A week's orders of a shop exported once more, an hour before the whole report, the newest first."""

    def __init__(self, folder: Path, shop: int, week: int) -> None:
        self.report = OrderReport(folder, shop, END, compact(END + 8 * 3_600 + week * 60)[:12])
        self._orders: list[tuple[Order, Place]] = []

    def add(self, order: Order, place: Place) -> None:
        """An order, and where the whole report tells it."""
        self._orders.append((order, place))

    def write(self, labels: Labels) -> None:
        """Write the orders, the newest first."""
        for order, place in reversed(self._orders):
            labels.same_later(place, (self.report.lines.document, self.report.add(order)))
        self._orders = []


def export_moment(day: int, shop: int) -> str:
    """The export's moment in the file's name: after half past nine on a day, one shop after the other."""
    return compact(day * DAY + 9 * 3_600 + 1_800 + shop * 240)[:12]
