"""What lies beside the demo's files: `rules.toml` (shops, accounts, settlement rules, fee rates) and `README.txt`."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from huikuan.demo import course
from huikuan.demo.catalogue import GOODS
from huikuan.demo.course import Course
from huikuan.demo.marks import NORMAL, Level
from huikuan.demo.movements import PAYMENT_RATE
from huikuan.demo.seller import AS_OF, BANKS, COMPANY, DATES, LEGAL_NAME, ONE_MONTH, SHOPS, WALLETS, Shop, Span, money
from huikuan.demo.truth import FileTruth
from huikuan.records.rules import Account, FeeRate, Rules, SettlementRule
from huikuan.records.rules import Shop as ShopRule

DESCRIPTIONS = {
    "tmall.orders": "订单报表（千牛后台导出）",
    "alipay.ledger": "支付宝账务明细",
    "wechatpay.trades": "微信支付交易账单",
    "wechatpay.funds": "微信支付资金账单",
    "icbc.statement": "工商银行对公账户明细",
    "ccb.statement": "建设银行对公账户明细",
    "jushuitan.orders": "聚水潭订单（内部订单）",
    "jushuitan.aftersales": "聚水潭售后单",
    "express.bill": "中通快递网点账单",
    "camt.053": "中国银行对账单（ISO 20022 camt.053）",
}

IMPORT_ONE = 'huikuan import layouts/pdd/pdd-bill.csv --account "PDD goods account"'


def settlement_rule(shop: Shop, span: Span = ONE_MONTH) -> SettlementRule:
    """When the shop's money is to come: at the receipt (Alipay), the day after payment (WeChat Pay)."""
    if WALLETS[shop.wallet].platform == "alipay":
        return SettlementRule(shop.name, span.book_start, anchor="received", days=0, bank_days=2, grace=3)
    return SettlementRule(shop.name, span.book_start, anchor="paid", days=1, bank_days=2, grace=3)


def fee_rates(shop: Shop, span: Span = ONE_MONTH) -> list[FeeRate]:
    """What the shop's contract says, and the newer one if it has any: a commission (Alipay), or a fee for each payment
    (WeChat Pay)."""
    alipay = WALLETS[shop.wallet].platform == "alipay"
    kind, permyriad = ("commission", course.COMMISSION_RATE) if alipay else ("payment_fee", PAYMENT_RATE)
    versions = [(permyriad, span.book_start)]
    if Course(span).is_long and shop == SHOPS[course.FEE_SHOP]:
        versions.append((course.FEE_RATE, max(course.FEE_FROM, span.book_start)))
    return [
        FeeRate(shop.name, kind, Decimal(rate).scaleb(-4), since, base="paid", tolerance=Decimal("0.02"))
        for rate, since in versions
    ]


def demo_rules(level: Level = NORMAL, span: Span = ONE_MONTH) -> Rules:
    """The rules of the demo's book as plain values; opening balances are those before the first day of its bills."""
    accounts = [
        Account(
            wallet.account, "wallet", "CNY", level.shops_of(number), (BANKS[wallet.bank].account,),
        )
        for number, wallet in enumerate(WALLETS)
    ]  # fmt: skip
    accounts += [Account(bank.account, "bank", "CNY") for bank in BANKS]
    return Rules(
        shops=tuple(ShopRule(shop.name, shop.platform, "CNY") for shop in SHOPS),
        accounts=tuple(accounts),
        settlement_rules=tuple(settlement_rule(shop, span) for shop in SHOPS),
        fee_rates=tuple(rate for shop in SHOPS for rate in fee_rates(shop, span)),
        start=span.book_start,
        opening_balances={account.account: Decimal(account.opening).scaleb(-2) for account in (*WALLETS, *BANKS)},
    )


def _listed(names: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def write_rules(folder: Path, level: Level, span: Span = ONE_MONTH) -> None:
    """Write `rules.toml`, with the entries that the rules file of a book has."""
    rules = demo_rules(level, span)
    titles = {account.account: account.title for account in (*WALLETS, *BANKS)}
    parts = [f"# {COMPANY}"]
    parts += [f'[[shop]]\nname = "{s.name}"\nplatform = "{s.platform}"\ncurrency = "{s.currency}"' for s in rules.shops]
    for account in rules.accounts:
        opening = money(int(rules.opening_balances[account.name].scaleb(2)))
        parts.append(
            f'# {titles[account.name]}\n[[account]]\nname = "{account.name}"\n'
            f'kind = "{account.kind}"\ncurrency = "{account.currency}"\nshops = {_listed(account.shops)}\n'
            f'pays_into = {_listed(account.pays_into)}\nopening_balance = "{opening}"'
        )
    for rule in rules.settlement_rules:
        parts.append(
            f'[[settlement_rule]]\nshop = "{rule.shop}"\nfrom = {rule.valid_from.isoformat()}\n'
            f'anchor = "{rule.anchor}"\ndays = {rule.days}\nbatch = "{rule.batch}"\n'
            f"bank_days = {rule.bank_days}\ngrace = {rule.grace}"
        )
    for fee in rules.fee_rates:
        parts.append(
            f'[[fee_rate]]\nshop = "{fee.shop}"\ntype = "{fee.type}"\nfrom = {fee.valid_from.isoformat()}\n'
            f'rate = "{fee.rate}"\nbase = "{fee.base}"\ntolerance = "{fee.tolerance}"'
        )
    (folder / "rules.toml").write_text("\n\n".join(parts) + "\n", encoding="utf-8", newline="\n")


def _months(span: Span) -> str:
    """The months in words: `2026年10月`, or `2026年5月至2026年10月`."""
    days = (DATES[span.months[0].first], DATES[span.months[-1].first])
    return "至".join(dict.fromkeys(f"{day:%Y}年{day.month}月" for day in days))


def _these(span: Span) -> str:
    return "这几个月" if Course(span).is_long else "这一个月"


def told_changes(span: Span) -> list[str]:
    """What changes over the months, for people to find again on the pages; nothing in a demo of one month."""
    if not Course(span).is_long:
        return []
    fee, slow, goods = SHOPS[course.FEE_SHOP].name, SHOPS[course.SLOW_SHOP].name, GOODS[course.BAD_GOODS][0]
    old, new = (f"{Decimal(rate).scaleb(-2):.1f}%" for rate in (course.COMMISSION_RATE, course.FEE_RATE))
    share = f"{course.BAD_SHARE:.0%}"
    return [
        "",
        "这几个月里的变化（看“发现”页；订单少时后几条可能不显著）：",
        f"\t销售额每月增长约 {course.GROWTH}%，周末较多；6 月 1 至 3 日、16 至 18 日大促，之后几天回落",
        f"\t{course.FEE_FROM.isoformat()} 起，{fee} 新合同的佣金由 {old} 提高到 {new}（rules.toml 里有两个版本）",
        f"\t{course.SLOW_FROM.isoformat()} 起，{slow} 的货款在确认收货后 {course.SLOW_DAYS} 天才到支付宝",
        f"\t{course.BAD_FROM.isoformat()} 起，“{goods}”一批次品，约 {share} 的订单退款或部分退款",
        "What changes over the months (see the findings page; with few orders not all of it is significant):",
        f"\tsales grow by about {course.GROWTH}% a month, weekends are stronger, festival on 1 to 3 and 16 to 18 June",
        f"\tfrom {course.FEE_FROM.isoformat()} the commission of {fee} is {new} in place of {old} by a new contract",
        f"\tfrom {course.SLOW_FROM.isoformat()} the money of {slow} comes {course.SLOW_DAYS} days after the receipt",
        f"\tfrom {course.BAD_FROM.isoformat()} a bad batch: {share} of the orders of {goods} are refunded or in part",
    ]


def write_readme(
    folder: Path, files: list[FileTruth], orders: int, seed: int, layouts: int, span: Span = ONE_MONTH
) -> None:
    """Write `README.txt`: what each file is, what changes over the months, and what the folder of `layouts` other files
    is for."""
    lines = [
        f"{COMPANY}　{LEGAL_NAME}",
        f"{_months(span)}，{orders} 个订单，随机种子 {seed}。人名、电话、地址、账号、金额都是编造的。",
        f"账套启用日 {span.book_start.isoformat()}，截止日 {AS_OF.isoformat()}，币种 CNY。",
        "",
    ]
    for file in files:
        owner = "，".join(text for text in (file.shop, file.account) if text)
        lines.append(f"{file.file}\t{DESCRIPTIONS[file.format]}\t{owner}\t{file.rows} 行")
    lines += [
        "rules.toml\t店铺、账户、结算规则、费率",
        "truth.json\t正确答案：哪些记录是一回事，哪些有问题、为什么",
        f"layouts\t另有 {layouts} 个小文件，平台、银行、快递、ERP 的每种版式各一个，与本店{_these(span)}无关，",
        "\t不会随演示账套导入；layouts/layouts.json 写明每个文件的格式、要补充的店铺和账户、行数和合计。",
        "\t导入其中一个：",
        f"\t{IMPORT_ONE}",
        "",
        "Files in the true formats of the platforms and banks; every name, number and amount is invented.",
        f"layouts: {layouts} small files, one for each layout, of other sellers and never part of the demo's book. "
        "layouts/layouts.json tells format, shop and account to be given, rows and totals. To import one:",
        f"\t{IMPORT_ONE}",
        *told_changes(span),
    ]
    (folder / "README.txt").write_text("\r\n".join(lines) + "\r\n", encoding="utf-8-sig", newline="")
