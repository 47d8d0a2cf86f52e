"""A seller on many platforms, from Pinduoduo to Amazon, with two order systems and four banks."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from benchmarks.other_world import files, files_abroad, files_market, money
from benchmarks.other_world import market_stories as more
from benchmarks.other_world import stories as told
from benchmarks.other_world.model import CUT, NOUGHT, START, BankLine, ErpLine, Label, Move, Order, Payout, World, after
from benchmarks.other_world.stories import Style, order_of, tell

BANKS = {
    "建行基本户": "33050161000000000101", "招行一般户": "571900000010202", "工行个人卡": "6222000000000003",
    "US checking": "4000123456",
}  # fmt: skip
FOREIGN = {"US checking": "USD"}
WINDOW = 5
EQUAL = Decimal("-88.00")  # thirteen payouts of one week


def _pdd(rng: random.Random, at: datetime, n: int) -> str:
    return f"{at:%y%m%d}-{rng.randrange(10**11):011}{n % 10_000:04}"


def _long(head: str, digits: int) -> Callable[[random.Random, datetime, int], str]:
    return lambda rng, at, n: f"{head}{rng.randrange(10 ** (digits - 5)):0{digits - 5}}{n % 1000:03}01"


NO_REFUND_TOLD = (
    told.part_before_receipt, told.refund_not_moved, told.refund_failed, told.refund_failed_then_made,
)  # fmt: skip
PDD = Style(
    "pdd", ("拼多多甲",), True, 0, Decimal("0.006"), "service_fee", _pdd, borne=True, other_wallet="拼多多乙",
    more=(more.small_payment, more.sum_zero, more.nought_line, more.over_months, more.free_words, more.another_shops),
)  # fmt: skip
DOUYIN = Style(
    "douyin", ("抖店账户",), True, 4, Decimal("0.05"), "commission", _long("69", 17), borne=True,
    more=(more.influencer, more.sum_zero, more.nought_line, more.over_months, more.insured, more.many_lines,
          more.small_payment, more.refund_untold), never=(*NO_REFUND_TOLD, told.refund_twice),
)  # fmt: skip
UNTOLD = (*NO_REFUND_TOLD, told.refund_twice, told.fee_kept)
JD = Style(
    "jd", ("京东钱包",), True, 1, Decimal("0.05"), "commission", _long("29", 10),
    more=(more.nought_line, more.over_months, more.insured),
    never=UNTOLD,
)  # fmt: skip
KUAISHOU = Style(
    "kuaishou", ("快手账户",), True, 3, Decimal("0.05"), "commission", _long("26", 14), borne=True,
    more=(more.influencer, more.over_months, more.refund_untold),
    never=(*UNTOLD, told.penalty, told.fee_twice, told.no_number),
)  # fmt: skip
XHS = Style(
    "xiaohongshu", ("小红书余额",), True, 7, Decimal("0.05"), "commission", _long("P80034", 16), borne=True,
    more=(more.over_months, more.insured, more.refund_untold), never=(*UNTOLD, told.no_number),
)  # fmt: skip
SHOPIFY = Style(
    "shopify", ("Shopify Payments", "PayPal"), False, 0, Decimal("0.03"), "payment_fee",
    lambda rng, at, n: f"#{n + 1000}", fee_back=False, currency="USD",
    never=(told.fee_twice, told.penalty, told.in_parts, told.refund_failed, told.refund_failed_then_made, told.fee_kept,
           told.no_number, told.fee_too_high, told.stranger, told.paid_for_nothing),
)  # fmt: skip
SHOPS = (
    ("拼甲店", PDD, 0.22),
    ("拼乙店", replace(PDD, wallets=("拼多多乙",), other_wallet="拼多多甲"), 0.1),
    ("抖音店", DOUYIN, 0.2),
    ("京东店", JD, 0.13),
    ("快手店", KUAISHOU, 0.12),
    ("红书店", XHS, 0.1),
    ("Shopify US", SHOPIFY, 0.13),
)
SELLER = "杭州第三世界电子商务有限公司"
WALLETS = {
    "拼多多甲": money.Wallet("拼多多甲", ("建行基本户",), "上海寻梦信息技术有限公司", 2, "拼多多提现"),
    "拼多多乙": money.Wallet("拼多多乙", ("工行个人卡",), "上海寻梦信息技术有限公司", 3, "提现"),
    "抖店账户": money.Wallet("抖店账户", ("建行基本户",), "武汉合众易宝科技有限公司", 3, "抖店提现{flow}"),
    "京东钱包": money.Wallet("京东钱包", ("招行一般户",), "网银在线（北京）科技有限公司", 2, "京东钱包提现 {flow}"),
    "快手账户": money.Wallet("快手账户", ("招行一般户",), "北京华瑞富达科技有限公司", 5, "快手提现"),
    "小红书余额": money.Wallet("小红书余额", ("工行个人卡",), "行吟信息科技（武汉）有限公司", 4, "余额提现{flow}"),
    "PayPal": money.Wallet("PayPal", ("US checking",), "PAYPAL TRANSFER", 4, "PAYPAL", currency="USD"),
    "Shopify Payments": money.Wallet("Shopify Payments", ("US checking",), "SHOPIFY", 1, "SHOPIFY", currency="USD"),
    "Amazon": money.Wallet("Amazon", ("US checking",), "AMAZON.COM SERVICES", 14, "MARKETPLACE PMT", currency="USD"),
}  # fmt: skip
STRAIGHT = ("Shopify Payments", "Amazon")  # paid to the bank batch by batch
EXTRAS = {
    "拼多多甲": (("deposit", "-1000.00"), ("ad", "-500.00"), ("late_penalty", "-5.00"), ("deposit_back", "1000.00")),
    "拼多多乙": (("ad", "-300.00"), ("service", "-99.00")),
    "抖店账户": (("deposit", "-2000.00"), ("ad", "-400.00"), ("penalty", "-3.00")),
    "京东钱包": (("ad", "-200.00"),),
    "快手账户": (("deposit", "-500.00"),),
    "小红书余额": (("ad", "-100.00"),),
}
# What a bill says of no order is the wallet's alone, but for what normally names one.
WALLET_LABELS = {"late_penalty": ("not_operating", "c-F4"), "service": ("not_operating", "c-F5")}


def make(seed: int, orders: int, hard: bool) -> World:
    """What happens, without files."""
    rng = random.Random(seed)
    world, number = World(), 0
    for shop, style, share in SHOPS:
        points = [Decimal(rng.randrange(900, 30_000, 10)) / 100 for _ in range(25)]
        before = len(world.orders)
        for _ in range(int(orders * share)):
            number += 1
            order = order_of(rng, style, shop, number, points)
            if style.platform in ("pdd", "kuaishou"):
                order.lines = order.lines[:1]
            tell(rng, style, order, 0.3 if hard else 0.15)
            for move in order.moves:
                if move.where == "damaged" and style.platform == "jd":  # such a bill is refused: the number is its key
                    move.where, move.label = "nowhere", Label("key_missing", "c-D1", move.amount)
            order.paid_by = order.moves[0].wallet if order.moves else style.wallets[0]
            world.orders.append(order)
        _a_few_notes(rng, style, world.orders[before:])
    if hard:
        _same_numbers(rng, world)
    _wallets(rng, world, hard)
    _banks(rng, world, hard)
    _order_system(rng, world)
    return world


def _a_few_notes(rng: random.Random, style: Style, orders: list[Order]) -> None:
    """Some sales name their order in a remark alone, where the bill has remarks."""
    if style.platform == "pdd":
        for order in rng.sample(orders, len(orders) // 20):
            for move in order.moves:
                if move.where == "field":
                    move.where, move.says = "remark", rng.choice(more.FREE_WORDS).format(no=order.no)


def _same_numbers(rng: random.Random, world: World) -> None:
    """Another shop's order has the same number."""
    one, other = ([o for o in world.orders if o.shop == shop and o.story == "plain"] for shop in ("拼甲店", "拼乙店"))
    for order, like in zip(other[::10], one[::10], strict=False):
        order.no, order.same_number = like.no, True
        order.lines = [(like.no, *line[1:]) for line in order.lines]
        for move in order.moves:
            move.number = like.no
            if move.says:
                move.says = like.no


# Wallets and batches --------------------------------------------------------------------------------------------------


def _wallets(rng: random.Random, world: World, hard: bool) -> None:
    of_wallet: dict[str, list[Move]] = defaultdict(list)
    for order in world.orders:
        for move in order.moves:
            of_wallet[move.wallet].append(move)
    of_wallet["Amazon"] = _amazon(rng)
    for name, wallet in WALLETS.items():
        moves = of_wallet[name]
        if name in STRAIGHT:
            world.payouts += _straight(rng, name, moves)
            world.moves += sorted(moves, key=lambda move: move.at)
            continue
        if name == "京东钱包":
            world.moves += moves
            moves = _jd_batches(rng, moves)
        moves += _extras(rng, name)
        if name == "抖店账户" and hard:
            moves += _thirteen(world)
        balance = world.openings[name] = money.opening(rng) + 2000
        drawn = [move for move in moves if move.kind == "payout"]
        mine = money.pay_out(rng, wallet, [move for move in moves if move.kind != "payout"], balance)
        moves = [move for move in moves if move.kind != "payout"]
        moves += drawn + [move for payout in mine for move in payout.moves]
        world.payouts += mine
        moves = [move for move in moves if move.at.date() <= CUT]
        moves.sort(key=lambda move: (move.at, id(move.order), move.sub, -move.amount))
        for n, move in enumerate(moves):
            balance += move.amount
            move.balance = balance
            move.flow = move.flow or f"{move.at:%Y%m%d}{rng.randrange(10**8):08}{n % 10_000:04}"
        world.moves += moves


def _extras(rng: random.Random, name: str) -> list[Move]:
    found = []
    for kind, amount in EXTRAS.get(name, ()):
        at = datetime.combine(START, datetime.min.time()) + timedelta(
            days=rng.randrange(5, 80), hours=rng.uniform(8, 20)
        )
        move = Move(wallet=name, at=after(at, 0), kind=kind, amount=Decimal(amount), where="nowhere")
        if kind == "penalty":
            move.label = Label("key_missing", "c-D1", move.amount)
        if kind in WALLET_LABELS:
            move.wallet_label = Label(*WALLET_LABELS[kind], move.amount)
        found.append(move)
    return found


def _thirteen(world: World) -> list[Move]:
    """Thirteen equal payouts within five days."""
    moves = []
    for n in range(13):
        at = datetime.combine(date(2026, 2, 9 + n % 5), time(11, 3 * n))
        move = Move(wallet="抖店账户", at=at, kind="payout", amount=EQUAL, where="nowhere")
        move.payout = Payout(moves=[move])
        world.payouts.append(move.payout)
        moves.append(move)
    return moves


def _jd_batches(rng: random.Random, moves: list[Move]) -> list[Move]:
    """What was settled on a day moves into the wallet in one sum, that night or the next."""
    days: dict[date, list[Move]] = defaultdict(list)
    for move in moves:
        days[move.at.date()].append(move)
    found = []
    for n, (day, some) in enumerate(sorted(days.items())):
        number = f"JDS{day:%Y%m%d}{n:04}"
        for move in some:
            move.batch = number
        at = datetime.combine(day, datetime.min.time()) + timedelta(hours=rng.choice((22, 25)), minutes=n % 50)
        amount = sum((move.amount for move in some), NOUGHT)
        if amount:
            found.append(Move(wallet="京东钱包", at=at, kind="batch", amount=amount, where="nowhere", batch=number))
    return found


def _straight(rng: random.Random, name: str, moves: list[Move]) -> list[Payout]:
    """Batches paid to the bank: the day's at Shopify, a fortnight's at Amazon; what is below nought is carried on."""
    batches: dict[str, list[Move]] = defaultdict(list)
    for move in moves:
        day = move.at.date()
        if name == "Amazon":
            move.batch = f"2387439{(day - START).days // 14:04}"
        else:
            move.batch = f"{money.business_day(day + timedelta(days=2)):%Y-%m-%d}"
        batches[move.batch].append(move)
    found, carried = [], NOUGHT
    for number, some in sorted(batches.items()):
        if name == "Amazon":
            last = START + timedelta(days=14 * (int(number[-4:]) + 1) - 1)
            day = last + timedelta(days=2)
        else:
            day = date.fromisoformat(number)
        if carried:
            moment = min(move.at for move in some)
            line = Move(wallet=name, at=moment, kind="carried", amount=carried, where="nowhere", batch=number)
            moves.append(line)
            some.append(line)
        amount = sum((move.amount for move in some), NOUGHT)
        carried = amount if amount < 0 and name == "Amazon" else NOUGHT
        payment = Move(
            wallet=name, at=datetime.combine(day, datetime.min.time()), kind="payout", amount=-amount, where="nowhere"
        )
        if amount and not (name == "Amazon" and amount < 0) and day <= CUT:
            found.append(Payout(moves=[payment], batch=some))
    return found


def _amazon(rng: random.Random) -> list[Move]:
    """Six settlements: sales, fees, refunds; a reserve held and let go; the first below nought."""
    moves = []

    def add(day: int, kind: str, amount: str, number: str = "") -> None:
        at = datetime.combine(START, datetime.min.time()) + timedelta(days=day, hours=rng.uniform(1, 20))
        move = Move(wallet="Amazon", at=after(at, 0), kind=kind, amount=Decimal(amount), number=number)
        move.label = Label("missing_left", "c-D1", move.amount) if number else None  # no export of orders is at hand
        if kind == "subscription":
            move.label = Label("not_operating", "c-F1", move.amount)
        moves.append(move)

    add(3, "subscription", "-39.99")
    for period in range(1, 6):
        for _ in range(rng.randrange(3, 9)):
            number = f"702-{rng.randrange(10**7):07}-{rng.randrange(10**7):07}"
            price = Decimal(rng.randrange(900, 9000)) / 100
            day = 14 * period + rng.randrange(1, 12)
            add(day, "sale", f"{price}", number)
            add(day, "commission", f"{-(price * Decimal('0.15')).quantize(Decimal('0.01'))}", number)
        add(14 * period + 13, "reserve", f"-{20 + period}.00")
        if period > 1:
            add(14 * period + 1, "reserve_back", f"{19 + period}.00")
    return moves


# Banks ----------------------------------------------------------------------------------------------------------------


def _banks(rng: random.Random, world: World, hard: bool) -> None:
    for name, wallet in WALLETS.items():
        mine = sorted((p for p in world.payouts if p.moves[0].wallet == name), key=lambda p: p.moves[0].at)
        if name in STRAIGHT:
            world.lines += _credited(rng, wallet, mine)
        else:
            world.lines += money.arrive(rng, wallet, [p for p in mine if p.moves[0].amount != EQUAL])
            world.lines += _credited(rng, wallet, [p for p in mine if p.moves[0].amount == EQUAL])
    into = {name: wallet.banks for name, wallet in WALLETS.items()}
    if hard:
        world.lines += money.strangers(rng, [p for p in world.payouts if not p.batch], into)
    for bank in BANKS:
        world.lines += money.others(rng, bank, 1) if bank not in FOREIGN else []
    world.lines += money.between(rng, tuple(bank for bank in BANKS if bank not in FOREIGN), SELLER)
    money.keep_balances(rng, world, BANKS)
    money.judge_payouts(world.payouts, world.lines, into, WINDOW)
    for payout in world.payouts:
        payout.identifiable |= payout.moves[0].amount == EQUAL  # as many as there are lines: a group


def _credited(rng: random.Random, wallet: money.Wallet, payouts: list[Payout]) -> list[BankLine]:
    """A platform that pays straight to the bank does so the same day or within the next days."""
    lines = []
    for payout in payouts:
        move = payout.moves[0]
        day = money.business_day(move.at.date() + timedelta(days=rng.choice((0, 0, 1, 2))))
        if day > CUT:
            payout.state = "in_transit"
            continue
        at = datetime.combine(day, datetime.min.time()) + timedelta(hours=rng.uniform(9, 17))
        line = BankLine(
            bank=wallet.banks[0],
            at=after(at, 0),
            amount=-move.amount,
            party=wallet.payer,
            memo=wallet.memo.replace("{flow}", ""),
            payout=payout,
        )
        payout.lines.append(line)
        lines.append(line)
    return lines


# The merchant's order system ------------------------------------------------------------------------------------------


FATES = ("missing", "twice", "dearer", "more", "misnamed", "nameless")  # of one order in a hundred each


def _kept(order: Order, number: str) -> list[ErpLine]:
    """An order in the order system, as it should be."""
    if not order.shipped and (order.closed or order.refunded):
        status = "已取消"
    else:
        status = "已发货" if order.shipped else "待发货" if order.paid_at else "待付款"
    return [
        ErpLine(
            shop=order.shop, number=number if len(order.lines) < 5 else f"{number}-{n % 5}", online=order.no, sku=sku,
            qty=qty, amount=amount, status=status, created=order.created, orders=[order],
        )
        for n, (_, sku, qty, amount) in enumerate(order.lines)
    ]  # fmt: skip


def _order_system(rng: random.Random, world: World) -> None:
    """Each order once, one of many lines in five parcels; and all the ways it is not."""
    for number, order in enumerate(world.orders):
        if order.story == "stranger" or order.shop == "Shopify US":
            continue
        alive = order.paid_at and order.refunded < order.paid and order.shipped and order.created.date() >= START
        chance = rng.randrange(100)
        fate = FATES[chance] if alive and chance < len(FATES) else ""
        lines = _kept(order, f"{number}")
        if fate in ("missing", "misnamed", "nameless"):
            world.erp_labels.append((order, Label("missing_right", "", order.total)))
        if fate == "missing":
            continue
        if fate == "twice":
            lines += _kept(order, f"{number}b")
            world.erp_labels.append((order, Label("duplicate", "c-P3", -order.total)))
        elif fate == "dearer":
            lines[0].amount += Decimal("1.50")
            world.erp_labels.append((order, Label("over", "", Decimal("-1.50"))))
        elif fate == "more":
            lines[0].qty += 1
            world.erp_labels.append((order, Label("quantity_over", "c-G1", NOUGHT)))
        elif fate:
            other = f"{order.no[:-4]}{rng.randrange(10_000):04}" if fate == "misnamed" else ""
            for line in lines:
                line.online, line.orders = other, []
                line.label = Label("missing_left" if other else "key_missing", "c-D1", line.amount)
        world.erp += lines
    _merged(rng, world)


def _merged(rng: random.Random, world: World) -> None:
    """Two orders of a buyer sent as one: 聚水潭 lists both numbers."""
    faulty = {id(order) for order, _ in world.erp_labels}
    for shop in ("拼甲店", "抖音店"):
        mine = [
            line for line in world.erp
            if line.shop == shop and len(line.orders) == 1 and id(line.orders[0]) not in faulty
            and line.status == "已发货" and len(line.orders[0].lines) == 1
        ]  # fmt: skip
        for one, other in zip(mine[5::40], mine[6::40], strict=False):
            one.online = other.online = f"{one.online},{other.online}"
            other.number = one.number
            one.orders = other.orders = one.orders + other.orders


# Files ----------------------------------------------------------------------------------------------------------------

ORDER_FILES = {
    "pdd": files_market.pdd_orders, "douyin": files_market.douyin_orders, "jd": files_market.jd_orders,
    "kuaishou": files_market.kuaishou_orders, "xiaohongshu": files_market.xiaohongshu_orders,
    "shopify": files_abroad.shopify_orders,
}  # fmt: skip


def write(world: World, path: Callable[[str, str, str], Path]) -> None:
    """All files; `path(name, shop, account)` notes of what each is."""
    for shop, style, _ in SHOPS:
        mine = [order for order in world.orders if order.shop == shop and order.story != "stranger"]
        mine.sort(key=lambda order: order.created)
        ORDER_FILES[style.platform](path(f"{shop} 订单.csv", shop, ""), mine)
        if style.platform == "douyin":
            files_market.douyin_aftersales(path(f"{shop} 售后.csv", shop, ""), mine)
    for name, shop in (("拼多多甲", "拼甲店"), ("拼多多乙", "拼乙店")):
        for first, last in files.MONTHS:
            files_market.pdd_bills(path(f"{name} {first:%Y%m}.csv", shop, name), _of(world, name), first, last)
    for first, last in files.MONTHS:
        month = f"{first:%Y%m}"
        files_market.douyin_ledger(
            path(f"动账明细{month}.csv", "抖音店", "抖店账户"), _of(world, "抖店账户"), first, last
        )
        files_market.jd_settlement(
            path(f"京东结算{month}.csv", "京东店", "京东钱包"), _of(world, "京东钱包"), first, last
        )
        files_market.jd_wallet(path(f"京东钱包{month}.csv", "", "京东钱包"), _of(world, "京东钱包"), first, last)
        kuaishou, red = _of(world, "快手账户"), _of(world, "小红书余额")
        files_market.kuaishou_settlement(path(f"快手结算{month}.csv", "快手店", "快手账户"), kuaishou, first, last)
        files_market.kuaishou_ledger(
            path(f"快手动账{month}.csv", "快手店", "快手账户"), kuaishou, first, last, world.openings["快手账户"]
        )
        files_market.xiaohongshu_settlement(path(f"小红书结算{month}.csv", "红书店", "小红书余额"), red, first, last)
        files_market.xiaohongshu_services(
            path(f"小红书其他服务款{month}.csv", "红书店", "小红书余额"), red, first, last
        )
        files_market.xiaohongshu_ledger(
            path(f"小红书动账{month}.csv", "红书店", "小红书余额"), red, first, last, world.openings["小红书余额"]
        )
        files_abroad.paypal(path(f"PayPal {month}.csv", "Shopify US", "PayPal"), _of(world, "PayPal"), first, last)
    files_abroad.shopify_payments(
        path("payment_transactions.csv", "Shopify US", "Shopify Payments"), _of(world, "Shopify Payments")
    )
    files_abroad.amazon(
        lambda n: path(f"{n}.txt", "", "Amazon"),
        _of(world, "Amazon"),
        [p for p in world.payouts if p.moves[0].wallet == "Amazon"],
    )
    writers = {"建行基本户": files_market.ccb, "招行一般户": files_market.cmb, "工行个人卡": files_market.icbc_card}
    for bank, account in BANKS.items():
        lines = [line for line in world.lines if line.bank == bank]
        if bank in FOREIGN:
            files_abroad.ofx(path("checking.ofx", "", bank), lines, account)
        else:
            writers[bank](path(f"{bank}.csv", "", bank), lines, account)
    for name, shops, writer in (
        ("聚水潭订单.csv", ("拼甲店", "拼乙店", "抖音店"), files_market.jushuitan),
        ("旺店通订单.csv", ("京东店", "快手店", "红书店"), files_market.wangdiantong),
    ):
        writer(path(name, "", ""), [line for line in world.erp if line.shop in shops])


def _of(world: World, wallet: str) -> list[Move]:
    return [move for move in world.moves if move.wallet == wallet]
