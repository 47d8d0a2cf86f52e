"""Makes a world: shops, their orders and wallets, banks; writes its files, rules and truth into a folder."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.other_world import files, market, money
from benchmarks.other_world.model import CUT, GROSS, NOUGHT, ErpLine, Label, Move, Order, Place, Told, World
from benchmarks.other_world.stories import (
    GROSS_SALE,
    Style,
    fee_twice,
    in_parts,
    order_of,
    penalty,
    refund_failed,
    refund_failed_then_made,
    tell,
)

PathOf = Callable[..., Path]


@dataclass(frozen=True)
class Setting:
    """Who sells where: what happens there, and how its files are written."""

    shops: tuple[tuple[str, Style, float], ...]
    wallets: dict[str, money.Wallet]
    banks: dict[str, str]
    make: Callable[[int, int, bool], World]
    write: Callable[[World, PathOf], None]
    foreign: dict[str, str] = field(default_factory=dict)  # a bank's currency where it is another


WECHAT_MERCHANT = "1600000001"
WINDOW = 5  # days a payout may take to be seen at the bank
BANKS = {"工行基本户": "1202020000000000001", "中行一般户": "350600000000000002", "招行MT940": "5719000003"}


def taobao_number(rng: random.Random, at: datetime, n: int) -> str:
    """19 digits; neither the day nor the sequence can be seen in them."""
    return f"{rng.randrange(21, 43)}{rng.randrange(10**16):016}{n % 10}"


TAOBAO = Style("taobao", ("支付宝甲",), True, 0, Decimal("0.05"), number=taobao_number)
TAOBAO_TWO = Style("taobao", ("支付宝甲", "支付宝乙"), True, 0, Decimal("0.035"), number=taobao_number)
WALLETS = {
    "支付宝甲": money.Wallet(
        "支付宝甲", ("工行基本户",), "支付宝（中国）网络技术有限公司", 3, "提现{flow}", renamed="客户备付金"
    ),
    "微信商户": money.Wallet(
        "微信商户", ("招行MT940",), "TENPAY PAYMENT TECHNOLOGY", 1, "WITHDRAW {flow}", extras=False
    ),
    "支付宝乙": money.Wallet(
        "支付宝乙", ("工行基本户", "中行一般户"), "支付宝（中国）网络技术有限公司", 4, "支付宝提现", named=0
    ),
}
WECHAT = Style(
    "wechatshop",
    ("微信商户",),
    False,
    0,
    Decimal("0.006"),
    fee="payment_fee",
    number=taobao_number,
    never=(fee_twice, penalty, in_parts, refund_failed, refund_failed_then_made),
)
SHOPS = (("甲店", TAOBAO, 0.4), ("乙店", TAOBAO_TWO, 0.3), ("丙店", WECHAT, 0.3))


def prices(rng: random.Random, many: int) -> list[Decimal]:
    """Price points, a few of them far more frequent."""
    points = [
        Decimal(rng.randrange(9, 400)) + rng.choice((Decimal("0.90"), Decimal("0.00"), Decimal("0.80")))
        for _ in range(many)
    ]
    return [point for n, point in enumerate(points) for _ in range(1 + 40 // (n + 1))]


def make(seed: int, orders: int, hard: bool) -> World:
    """What happens, without files."""
    rng = random.Random(seed)
    world = World()
    number = 0
    for shop, style, share in SHOPS:
        points = prices(rng, 25)
        for _ in range(int(orders * share)):
            number += 1
            order = order_of(rng, style, shop, number, points)
            tell(rng, style, order, 0.3 if hard else 0.15)
            for move in order.moves:
                if move.where == "field":
                    move.where = rng.choice(("field", "prefix", "remark")) if hard else "field"
            world.orders.append(order)
    _wallets(rng, world)
    _banks(rng, world, hard)
    return world


def _wallets(rng: random.Random, world: World) -> None:
    of_wallet: dict[str, list[Move]] = defaultdict(list)
    for order in world.orders:
        for move in order.moves:
            of_wallet[move.wallet].append(move)
    for name, wallet in WALLETS.items():
        moves = of_wallet[name] + money.extras(rng, wallet)
        balance = world.openings[name] = money.opening(rng) + 2000
        world.payouts += money.pay_out(rng, wallet, moves, balance)
        moves = [move for move in moves if move.at.date() <= CUT]
        moves.sort(key=lambda move: (move.at, id(move.order), -move.amount))
        for n, move in enumerate(moves):
            balance += move.amount
            move.balance = balance
            move.flow = f"{move.at:%Y%m%d}{rng.randrange(10**12):012}{n % 10_000:04}"
        world.moves += moves


def _banks(rng: random.Random, world: World, hard: bool) -> None:
    for name, wallet in WALLETS.items():
        mine = sorted((p for p in world.payouts if p.moves[0].wallet == name), key=lambda p: p.moves[0].at)
        world.lines += money.arrive(rng, wallet, mine)
    into = {name: wallet.banks for name, wallet in WALLETS.items()}
    if hard:
        world.lines += money.strangers(rng, world.payouts, into)
    for bank in BANKS:
        world.lines += money.others(rng, bank, 1)
    world.lines += money.between(rng, tuple(BANKS))
    money.keep_balances(rng, world, BANKS)
    money.judge_payouts(world.payouts, world.lines, into, WINDOW)


def write(world: World, path: PathOf) -> None:
    """All files; `path(name, shop, account)` notes of which shop or account each is."""
    for shop, _, _ in SHOPS:
        mine = [order for order in world.orders if order.shop == shop and order.story != "stranger"]
        mine.sort(key=lambda order: order.created)
        if shop == "丙店":
            files.wechat_orders(path("丙店 微信小店订单.csv", shop), mine)
        elif shop == "甲店":
            files.taobao_orders(path("ExportOrderList202604010910.csv", shop), mine)
        else:
            cut = len(mine) * 2 // 3
            files.taobao_suborders(path("乙店 宝贝明细 1.csv", shop), mine[:cut])
            files.taobao_suborders(path("乙店 宝贝明细 2.csv", shop), mine[cut - 20 :])
    for n, name in enumerate(WALLETS):
        moves = [move for move in world.moves if move.wallet == name]
        for first, last in files.MONTHS:
            if name == "微信商户":
                bills = (f"{WECHAT_MERCHANT}All{first:%Y-%m}.csv", f"{WECHAT_MERCHANT}资金账单{first:%Y-%m}.csv")
                files.wechat_trades(path(bills[0], "丙店", name), moves, WECHAT_MERCHANT, first, last)
                files.wechat_funds(path(bills[1], "", name), moves, WECHAT_MERCHANT, first, last, world.openings[name])
                continue
            files.alipay_ledger(path(f"{name}_{first:%Y%m}_账务明细.csv", "", name), moves, f"208800{n}", first, last)
    for bank, account in BANKS.items():
        lines = [line for line in world.lines if line.bank == bank]
        if bank.endswith("MT940"):
            files.mt940(path(f"{bank}.sta", "", bank), lines, account, world.openings[bank])
            continue
        writer = files.icbc if bank.startswith("工行") else files.boc
        writer(path(f"{bank}.csv", "", bank), lines, account)


def rules(setting: Setting) -> str:
    """What the bookkeeper states, as the rules file."""
    parts = []
    for shop, style, _ in setting.shops:
        anchor = "received" if style.escrow else "paid"
        parts += [
            _entry("shop", name=shop, platform=style.platform, currency=style.currency),
            _entry(
                "settlement_rule", shop=shop, anchor=anchor, days=int(style.wait), batch="none", bank_days=2, grace=3
            ),
            _entry("fee_rate", shop=shop, type=style.fee, rate=f"{style.rate}", base="gross", tolerance="0.02",
                   returned_on_refund=style.fee_back),
        ]  # fmt: skip
    for name, wallet in setting.wallets.items():
        shops = [shop for shop, style, _ in setting.shops if name in style.wallets]
        into = list(wallet.banks)
        parts.append(_entry("account", name=name, kind="wallet", currency=wallet.currency, shops=shops, pays_into=into))
    for bank in setting.banks:
        parts.append(_entry("account", name=bank, kind="bank", currency=setting.foreign.get(bank, "CNY")))
    return "\n".join(parts)


def _entry(table: str, **values: Any) -> str:
    """One entry; a JSON value is a TOML one here."""
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    return "\n".join((f"[[{table}]]", *lines, ""))


# Truth ----------------------------------------------------------------------------------------------------------------


def truth(world: World) -> dict[str, Any]:
    """In the form of DESIGN section 7; `side` stands at open rows, and `same` names what is told twice."""
    told = [*world.orders, *world.moves, *world.lines, *world.erp]
    return {
        "files": [{"file": name, "shop": shop, "account": account} for name, shop, account in world.files],
        "links": [*_order_links(world), *_wallet_links(world), *_payout_links(world), *_erp_links(world)],
        "open": [*_order_open(world), *_wallet_open(world), *_payout_open(world), *_erp_open(world)],
        "same": [
            {**_row(place), "same_as": _row(places[0])}
            for record in told for places in _tellings(record) for place in places[1:]
        ],
        "collection": list(_collection(world)),
    }  # fmt: skip


def _row(place: Place) -> dict[str, Any]:
    return {"document": place[0], "source_row": place[1]}


def _rows(records: list[Any]) -> list[dict[str, Any]]:
    return [_row(places[0]) for record in records for places in _tellings(record) if places]


def _tellings(record: Told) -> list[list[Place]]:
    """Where a record is told, each of its lines by itself."""
    if isinstance(record, Order) and record.rows:
        return [places for _, places in record.rows.values()]
    return [record.places]


def _order_links(world: World) -> Iterator[dict[str, Any]]:
    for order in world.orders:
        moves = [move for move in order.moves if move.is_told]
        if order.is_told and moves:
            for known in (True, False):
                some = [move for move in moves if (move.label is None) == known]
                if some:
                    yield {
                        "reconciliation": "order-settlement", "left": _rows([order]), "right": _rows(some),
                        "class": "", "identifiable": known,
                    }  # fmt: skip


def _open(name: str, side: str, record: Told, label: Label, residual: bool = False) -> dict[str, Any]:
    return {
        "reconciliation": name, "side": side, **_row(record.places[0]), "class": label.code, "cause": label.cause,
        "amount": f"{label.amount:.2f}", "residual": residual,
    }  # fmt: skip


def _order_open(world: World) -> Iterator[dict[str, Any]]:
    for order in world.orders:
        linked = any(move.label is None and move.kind in (*GROSS_SALE, "refund") for move in order.moves)
        if order.is_told:
            for label in order.labels:
                if linked or not order.rows:
                    yield _open("order-settlement", "left", order, label, residual=linked)
                else:
                    for brings, places in order.rows.values():
                        if brings:
                            yield _open("order-settlement", "left", Told(places), replace(label, amount=brings))
            for label in order.findings:
                yield _open("order-settlement", "right", order, label, residual=True)
    for move in world.moves:
        if move.label and move.is_told:
            yield _open("order-settlement", "right", move, move.label)


def _wallet_open(world: World) -> Iterator[dict[str, Any]]:
    for move in world.moves:
        if move.wallet_label and move.is_told:
            yield _open("settlement-wallet", "right", move, move.wallet_label)


def _payout_links(world: World) -> Iterator[dict[str, Any]]:
    done: set[int] = set()
    for payout in world.payouts:
        if not payout.lines or id(payout) in done:
            continue
        group = [one for one in world.payouts if set(map(id, one.lines)) & set(map(id, payout.lines))]
        done.update(map(id, group))
        shown = [move for one in group for move in (one.moves[:1] if one.moves[0].is_told else one.batch)]
        yield {
            "reconciliation": "payout-bank", "left": _rows(shown),
            "right": _rows(payout.lines), "class": "", "identifiable": all(one.identifiable for one in group),
            "batch": bool(payout.batch),
        }  # fmt: skip


def _wallet_links(world: World) -> Iterator[dict[str, Any]]:
    """Where settlements and the wallet are told by two bills: row by row, or batch by batch."""
    paid = {move.batch: move for move in world.moves if move.kind == "batch"}
    of_batch: dict[str, list[Move]] = defaultdict(list)
    for move in world.moves:
        if move.order and move.batch in paid:
            of_batch[move.batch].append(move)
    for number, moves in of_batch.items():
        if paid[number].is_told:
            yield {
                "reconciliation": "settlement-wallet", "left": _rows(moves), "right": _rows([paid[number]]),
                "class": "", "identifiable": True,
            }  # fmt: skip
    for move in world.moves:
        if move.order and move.is_told and move.in_wallet:
            yield {
                "reconciliation": "settlement-wallet", "left": [_row(move.places[0])],
                "right": [_row(move.in_wallet[0])], "class": "", "identifiable": True,
            }  # fmt: skip


def _erp_links(world: World) -> Iterator[dict[str, Any]]:
    of_order: dict[int, list[ErpLine]] = defaultdict(list)
    for line in world.erp:
        for order in line.orders:
            of_order[id(order)].append(line)
    kept = {line.shop for line in world.erp}
    for order in world.orders:
        if order.is_told and order.shop in kept and of_order[id(order)]:
            yield {
                "reconciliation": "order-erp", "left": _rows([order]), "right": _rows(of_order[id(order)]), "class": "",
                "identifiable": True,
            }  # fmt: skip


def _erp_open(world: World) -> Iterator[dict[str, Any]]:
    for order, label in world.erp_labels:
        if label.code == "missing_right" and order.rows:
            for (_, places), line in zip(order.rows.values(), order.lines, strict=True):
                yield _open("order-erp", "left", Told(places), replace(label, amount=line[3]))
        else:
            yield _open("order-erp", "left", order, label, residual=True)
    for line in world.erp:
        if line.label:
            yield _open("order-erp", "right", line, line.label)


BANK_LABELS = {
    "salary": ("not_operating", ""), "rent": ("not_operating", ""), "interest": ("not_operating", "c-W1"),
    "fee": ("not_operating", "c-W1"), "own_transfer": ("own_transfer", ""), "receipt": ("unidentified_receipt", "c-W2"),
    "payment": ("unidentified_payment", ""),
}  # fmt: skip
PAYOUT_LABELS = {
    "in_transit": ("payout_in_transit", "c-T3"),
    "missing": ("payout_missing", "c-O1"),
    "returned": ("payout_returned", "c-P4"),
}


def _payout_open(world: World) -> Iterator[dict[str, Any]]:
    for payout in world.payouts:
        if payout.state in PAYOUT_LABELS:
            for move in payout.moves:
                label = Label(*PAYOUT_LABELS[payout.state], -move.amount)
                if move.is_told:
                    yield _open("payout-bank", "left", move, label)
                elif payout.batch:
                    shown = _rows([min(payout.batch, key=lambda one: one.places)])
                    yield {
                        **_open("payout-bank", "left", payout.batch[0], label),
                        "batch": _rows(payout.batch),
                        **shown[0],
                    }
    for line in world.lines:
        if line.kind in BANK_LABELS:
            yield _open("payout-bank", "right", line, Label(*BANK_LABELS[line.kind], line.amount))


def _collection(world: World) -> Iterator[dict[str, Any]]:
    """Only what can be said without following the money: statuses before the settlement, and what is owed."""
    for order in world.orders:
        if not order.is_told or any(label.code == "other_period" for label in order.labels):
            continue
        known = [move for move in order.moves if move.label is None]
        fees = -sum((move.amount for move in known if move.kind not in (*GROSS, "refund_failed")), NOUGHT)
        status = ""
        if not order.paid_at:
            status = "cancelled" if order.closed else "unpaid"
        elif order.refunded >= order.paid:
            status = "refunded"
        elif not any(move.kind in GROSS_SALE for move in known):
            status = (
                "overdue"
                if order.story in ("overdue", "no_number", "another_shops")
                else "awaiting"
                if order.shipped
                else "not_shipped"
            )
        elif not order.shipped:
            status = "not_shipped"
        elif sum((label.amount for label in order.labels), NOUGHT) > 0:
            status = "overdue"  # something of it is past due
        yield {
            "order_no": order.no, "shop": order.shop, "status": status, "refunded": f"{order.refunded:.2f}",
            "receivable": f"{order.expected - fees:.2f}",
        }  # fmt: skip


SETTINGS = {
    "taobao": Setting(SHOPS, WALLETS, BANKS, make, write),
    "market": Setting(market.SHOPS, market.WALLETS, market.BANKS, market.make, market.write, market.FOREIGN),
}


def generate(folder: Path, seed: int, orders: int, hard: bool, world: str = "taobao") -> dict[str, Any]:
    """Files, rules and truth in a folder."""
    setting = SETTINGS[world]
    made = setting.make(seed, orders, hard)
    (folder / "files").mkdir(parents=True)

    def path(name: str, shop: str = "", account: str = "") -> Path:
        made.files.append((name, shop, account))
        return folder / "files" / name

    setting.write(made, path)
    (folder / "rules.toml").write_text(rules(setting), encoding="utf-8")
    told = truth(made)
    (folder / "truth.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    return told
