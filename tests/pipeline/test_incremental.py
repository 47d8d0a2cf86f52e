"""An incremental run is what a whole run of the same facts would be, row for row."""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from huikuan.insight.reports.tables import ReportTable
from huikuan.pipeline.book import Book
from huikuan.pipeline.incremental import run as incremental
from huikuan.pipeline.reporting import report
from huikuan.pipeline.results.kept import FOLDER
from huikuan.pipeline.results.results import Results
from huikuan.pipeline.runs import published as runs
from huikuan.pipeline.runs.published import Manifest, files_of
from huikuan.pipeline.runs.reconciling import Asked, run
from huikuan.pipeline.runs.run_files import RunFiles
from huikuan.recons import RECONCILIATIONS
from huikuan.records.decisions import Decisions
from huikuan.records.kind import record_key
from huikuan.records.rules import Account, FeeRate, Rules, SettlementRule, Shop
from tests.lake.making import document, put, undo

AS_OF = date(2026, 3, 31)
RULES = Rules(
    shops=(Shop("A", "tmall"), Shop("B", "tmall"), Shop("C", "tmall")),
    accounts=(
        Account("WA", "wallet", shops=("A",), pays_into=("bank",)),
        Account("WB", "wallet", shops=("B",), pays_into=("bank",)),
        Account("WC", "wallet", shops=("C",)),  # of which no ledger is told: bills are all that is known
        Account("bank", "bank"),
    ),
    settlement_rules=(
        SettlementRule("A", days=5),
        SettlementRule("B", anchor="paid", days=7),
        SettlementRule("C", days=3),
    ),
    fee_rates=(FeeRate("A", "commission", Decimal("0.05")), FeeRate("B", "commission", Decimal("0.04"))),
)
PRICES = [Decimal(n) for n in (10, 20, 20, 30, 50, 99)]
Row = dict[str, Any]


OF_C = (200, 212)  # numbers of the orders of shop C


def shop_of(number: int) -> str:
    return "C" if number >= OF_C[0] else "AB"[number % 2]


class Facts:
    """Random documents of one book."""

    def __init__(self, book: Book, seed: int) -> None:
        self.book, self.lake = book, book.lake
        self.dice = random.Random(seed)
        self.day = datetime(2026, 3, 1, tzinfo=UTC)
        self.told = 0
        self.late: list[str] = []
        self.bills: list[str] = []

    def order_lines(self, numbers: list[int], states: str = "paid shipped received closed cancelled") -> list[Row]:
        dice, rows = self.dice, []
        for number in numbers:
            shop, status = shop_of(number), dice.choice(states.split())
            paid = (self.day + timedelta(days=number % 27, hours=number % 20)).replace(tzinfo=None)
            for line in range(1, dice.choice((2, 2, 2, 3))):
                price = dice.choice(PRICES)
                rows.append(
                    {
                        "record_key": record_key("order_line", shop, f"5{number:011}", line), "currency": "CNY",
                        "source_row": len(rows) + 2, "shop": shop, "order_no": f"5{number:011}", "line_no": str(line),
                        "paid": price, "list_amount": price, "status": status, "business_date": paid.date(),
                        "paid_at": paid, "created_at": paid, "title": dice.choice(("red shoes", "blue hat")),
                        "shipped_at": None if status in ("paid", "cancelled") else paid + timedelta(days=1),
                        "received_at": paid + timedelta(days=3) if status in ("received", "closed") else None,
                        "refunded": price if dice.random() < 0.1 else Decimal(0), "platform_borne": Decimal(0),
                    }
                )  # fmt: skip
        return rows

    def movements(self, numbers: list[int], again: str = "") -> tuple[list[Row], list[Row]]:
        """Settlement lines and the wallet lines of the same movements, each third day paid out."""
        settled, moved = [], []
        for number in numbers:
            shop = shop_of(number)
            for type_, share in (("sale", Decimal(1)), ("commission", Decimal("-0.05"))):
                day = (self.day + timedelta(days=number % 27 + 2)).date()
                flow = f"{number:06}{type_[0]}{again}"
                named = self.dice.choice((f"5{number:011}", f"5{number:011}", f"5{number:011}", f"7{number:011}", ""))
                row = {
                    "source_row": len(settled) + 2, "currency": "CNY", "account": f"W{shop}", "flow_no": flow,
                    "component": "", "n": 0, "amount": self.dice.choice(PRICES) * share, "business_date": day,
                    "order_no": named, "item": type_,
                }  # fmt: skip
                state = "ok" if named else self.dice.choice(("none", "damaged"))
                key = record_key("settlement_line", f"W{shop}", flow, "", 0)
                settled.append(
                    row | {"record_key": key, "shop": shop, "type": type_, "key_state": state, "source_rank": 1}
                )
                moved.append(row | {"record_key": record_key("wallet_line", f"W{shop}", flow, "", 0)})
        for shop, day in {(row["account"], row["business_date"]) for row in moved}:
            taken = sum(row["amount"] for row in moved if (row["account"], row["business_date"]) == (shop, day))
            if taken > 0 and day.day % 3 == 0:
                flow = f"P{shop}{day}"
                moved.append(
                    {
                        "record_key": record_key("wallet_line", shop, flow, "", 0), "source_row": len(moved) + 900,
                        "currency": "CNY", "account": shop, "flow_no": flow, "component": "", "n": 0,
                        "amount": -taken, "business_date": day, "movement": "payout", "payout_id": flow, "item": "out",
                    }
                )  # fmt: skip
        return settled, moved

    def begin(self) -> None:
        """Orders in three documents, what was settled, and what reached the bank."""
        numbers = list(range(60))
        for n in range(3):
            self.tell(numbers[n * 20 : n * 20 + 20])
        self.tell(list(range(*OF_C)))
        self.bill()
        settled, moved = self.movements(self.dice.sample(range(70), 45))
        put(self.lake, document("settled", "settlement_line", format="test.bill"), settled, "settlement_line")
        put(self.lake, document("moved", "wallet_line", format="test.bill"), moved, "wallet_line")
        paid_out = [row for row in moved if row.get("movement")]
        bank = [
            {
                "record_key": record_key("bank_line", "bank", row["flow_no"], 0), "source_row": n + 2,
                "currency": "CNY", "account": "bank", "ref": row["flow_no"], "n": 0, "amount": -row["amount"],
                "business_date": row["business_date"] + timedelta(days=1), "text": row["flow_no"],
            }
            for n, row in enumerate(paid_out)
        ]  # fmt: skip
        put(self.lake, document("bank", "bank_line"), bank, "bank_line")

    def tell(self, numbers: list[int], **how: str) -> None:
        self.told += 1
        name = f"orders{self.told}"
        when = datetime(2026, 4, 1, tzinfo=UTC) + timedelta(minutes=self.told)
        put(self.lake, document(name, exported_at=when), self.order_lines(numbers, **how))
        self.late.append(name)

    def bill(self, numbers: range = range(OF_C[0], OF_C[1] + 6)) -> None:
        """Settlement lines, some of orders that are not told yet; now and then a line of an earlier bill."""
        settled, _moved = self.movements(self.dice.sample(numbers, 8), self.dice.choice("xyz"))
        self.bills.append(f"bill{len(self.bills)}{self.told}")
        put(self.lake, document(self.bills[-1], "settlement_line", format="test.bill"), settled, "settlement_line")

    def change(self) -> None:
        """One late document, or one taken back."""
        kind = self.dice.random()
        if kind < 0.1 and self.bills:
            undo(self.lake, self.bills.pop())
        elif kind < 0.35:
            self.bill()
        elif kind < 0.5:
            undo(self.lake, self.late.pop(self.dice.randrange(len(self.late))))
        elif kind < 0.8:
            self.tell(self.dice.sample([*range(60), *range(*OF_C)], 5))
        else:
            self.tell(self.dice.sample(range(100, 160), 4), states="paid shipped received")


def rows_of(files: RunFiles, part: str) -> list[tuple[Any, ...]]:
    """A table's rows, sorted; `earlier` by the order that its row number names, the collection in its own order."""
    sql = files.sql(part)
    if part == "earlier":
        numbered = files.numbered_sql("collection")
        sql = f"SELECT order_no, shop, bank_date, amount FROM ({sql}) e JOIN {numbered} c ON c.file_row_number = e.row"
    if part == "collection":
        sql = f"SELECT * EXCLUDE (file_row_number) FROM {files.numbered_sql(part)} ORDER BY file_row_number"
    con = duckdb.connect()
    names = sorted(column[0] for column in con.execute(f"DESCRIBE ({sql})").fetchall())
    rows = con.execute(f"SELECT {', '.join(chr(34) + name + chr(34) for name in names)} FROM ({sql})").fetchall()
    con.close()
    return rows if part == "collection" else sorted(rows, key=repr)


def assert_same(book: Book, made: Manifest, whole: Manifest) -> None:
    ours, theirs = (files_of(book.results_folder / each.run, each) for each in (made, whole))
    for path in sorted(theirs.folder.glob("*.parquet")):
        part = path.name.removesuffix(".parquet")
        assert rows_of(ours, part) == rows_of(theirs, part), part
    same = ("as_of", "names", "facts", "rules", "decisions", "tolerances", "rows", "decided", "conflicts", "versions")
    for name in same:
        assert getattr(made, name) == getattr(whole, name), name


def told_reports(book: Book) -> list[ReportTable]:
    """Reports over the published run that read what is kept: of wallets alone, and of orders."""
    results = Results.of(book, Decisions())
    return [report(results, name, {}, RULES, Decisions()) for name in ("wallet-roll-forward", "net-income")]


def kept_tables(book: Book, made: str) -> set[str]:
    return {path.name.split(".")[0] for path in (book.results_folder / FOLDER / made).glob("*.parquet")}


# Longer: HUIKUAN_SEEDS=2,3,4 tries these, in chains of five, with payouts.
LONG = os.environ.get("HUIKUAN_SEEDS", "")
SEEDS, STEPS = ([int(seed) for seed in LONG.split(",")], 5) if LONG else ([1], 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_chain_of_late_documents(
    new_book: Callable[..., Book], seed: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("balance", *(() if LONG else ("settlement-wallet", "payout-bank"))):  # taken over as they are, slow
        monkeypatch.delitem(RECONCILIATIONS, name)
    book = new_book(start=date(2026, 1, 1), fixed_today=AS_OF)
    facts = Facts(book, seed)
    facts.begin()
    first = run(book, RULES, Decisions())
    rested = 0
    for step in range(STEPS):
        if step == 1:
            facts.bill()
        else:
            facts.change()
        made = run(book, RULES, Decisions())
        assert made.base in ("", first.run)
        if made.base and (LONG or step == STEPS - 1):
            rested += 1
            told = told_reports(book)
            assert "r_wallet_line_balance" in kept_tables(book, made.base) - kept_tables(book, made.run)
            assert "i_all_order" in kept_tables(book, made.run)
            assert_same(book, made, run(book, RULES, Decisions(), Asked(full=True)))
            assert told == told_reports(book)
            runs.publish(book, runs.Arguments(), book.results_folder / made.run)
        first = first if made.base else made
    assert rested

    facts.bill(range(60))  # of accounts whose ledger is told, too: the whole has to be computed
    base, now = incremental.base_of(book, runs.Arguments()), datetime.now(UTC)
    assert base is not None
    with caplog.at_level(logging.INFO):
        folder = runs.new_run_folder(book, now)
        assert incremental.attempt(book, RULES, Decisions(), AS_OF, base, folder, now, lambda stage: None) is None
    assert "settlement-wallet depends on what has changed" in caplog.text
