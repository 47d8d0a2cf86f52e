"""The semantic layer over the shared demo: pivots recomputed in plain Python from the run's files, to the cent; totals
by any dimension agree; nothing a user says reaches SQL but as a value."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from huikuan.demo.guide import demo_rules
from huikuan.insight.reports.tables import ratio_of
from huikuan.insight.semantic.answer import Answer, Source, ask, values_of
from huikuan.insight.semantic.query import OTHERS
from huikuan.insight.semantic.question import question_of, to_plain
from huikuan.insight.semantic.records import BLANK, asked_back, asked_of, records
from huikuan.insight.semantic.subjects import SUBJECTS
from huikuan.insight.semantic.table import report_table
from huikuan.pipeline.analysis import Wanted, categories_of, explore
from huikuan.pipeline.asking import source_of
from huikuan.pipeline.reporting import report
from huikuan.pipeline.results.results import Filter, Results
from huikuan.records.decisions import Decisions, ManualMatch, Member
from huikuan.records.errors import InvariantError, UserError
from huikuan.records.rules import Rules
from tests.demo_book import demo_book, make_demo
from tests.shared import made_once

RULES: Rules = demo_rules()
GROSS = ("sale", "subsidy", "refund", "freight")
MOVES = ("payout", "transfer", "deposit")


@pytest.fixture(scope="module")
def source() -> Source:
    return source_of(Results.of(demo_book(made_once("bench", make_demo) / "book"), Decisions()), RULES)


def rows(source: Source, table: str) -> list[dict[str, Any]]:
    return source.query(f"SELECT * FROM ({source.tables[table]})", {})


def asked(source: Source, **plain: Any) -> Answer:
    return ask(source, question_of(plain))


def test_sales_by_month_and_shop(source: Source) -> None:
    lines = [row for row in rows(source, "order_lines") if row["business_date"] >= date(2026, 10, 1)]
    money: dict[Any, D] = defaultdict(D)
    numbers: dict[Any, set[str]] = defaultdict(set)
    for row in lines:
        month = row["business_date"].strftime("%Y-%m")
        for place in ((month, row["shop"]), (month, ""), ("", row["shop"]), ("", "")):
            money[place] += row["paid"] + row["platform_borne"] - row["refunded"]
            numbers[place].add(f"{row['shop']}/{row['order_no']}")
    (block,) = asked(
        source, subject="order_lines", rows=["month"], columns=["shop"], measures=["net_sales", "orders"],
        **{"from": "2026-10-01"},
    ).blocks  # fmt: skip
    found = {(row[0] if row else "", key[0] if key else ""): value for (row, key), value in block.cells.items()}
    assert {place: value["net_sales"] for place, value in found.items()} == dict(money)
    assert {place: value["orders"] for place, value in found.items()} == {k: len(v) for k, v in numbers.items()}
    assert len(block.columns) == 3


def test_fees_by_type_with_their_rate_of_all_sales(source: Source) -> None:
    shops: dict[str, set[str]] = defaultdict(set)
    for row in rows(source, "collection"):
        shops[row["order_no"]].add(row["shop"])
    owners = {account.name: account.shops[0] for account in RULES.accounts if len(account.shops) == 1}
    fees: dict[Any, D] = defaultdict(D)
    gross: dict[str, D] = defaultdict(D)
    for row in rows(source, "settlement"):
        assert not row["corroborating"]
        mine = shops.get(row["order_no"] or "", set())
        shop = row["shop"] or (next(iter(mine)) if len(mine) == 1 else owners.get(row["account"], ""))
        gross[shop] += row["amount"] if row["type"] in GROSS else 0
        fees[row["type"], shop] -= row["amount"] if row["type"] not in (*GROSS, *MOVES) else 0
    answer = asked(source, subject="settlement", rows=["type"], columns=["shop"], measures=["fees", "fee_rate"])
    (block,) = answer.blocks
    for (kind, shop), amount in fees.items():
        cell = block.figures((kind,), (shop,))
        assert (cell["fees"], cell["fee_rate"]) == (amount, ratio_of(amount, gross[shop]))
    assert block.figures()["fees"] == sum(fees.values()) > 0
    assert block.figures()["fee_rate"] == ratio_of(sum(fees.values()), sum(gross.values()))


def test_collection_by_platform_and_status_with_the_median(source: Source) -> None:
    orders = rows(source, "collection")
    platforms = {shop.name: shop.platform for shop in RULES.shops}
    due: dict[Any, D] = defaultdict(D)
    for row in orders:
        due[platforms[row["shop"]], row["status"]] += row["receivable"]
    days = sorted((r["collected_on"] - r["business_date"]).days for r in orders if r["status"] == "collected")
    answer = asked(
        source, subject="orders", rows=["platform", "status"], measures=["receivable", "days_to_collect"],
        sort="-receivable",
    )  # fmt: skip
    (block,) = answer.blocks
    assert {key: block.figures(key)["receivable"] for key in block.rows} == dict(due)
    assert [block.figures(key)["receivable"] for key in block.rows] == sorted(due.values(), reverse=True)
    assert block.figures()["days_to_collect"] == days[(len(days) - 1) // 2]
    assert [measure.name for measure in answer.apart] == ["days_to_collect"]
    table = report_table(answer, source, "custom", "Title", "Company", "bars")
    assert table.sections[0].rows[-1].style == "total"
    assert table.controls[0].found == sum(due.values())


# The tasks of follow-up are the database's: tests/server/followup/test_asked.py.
@pytest.mark.parametrize("name", [name for name in SUBJECTS if name != "followup"])
def test_totals_by_any_dimension_agree_with_each_other_and_with_the_reconciliation(source: Source, name: str) -> None:
    subject = SUBJECTS[name]
    measures = [each.name for each in subject.measures if each.additive]
    totals = set()
    for dimension in subject.dimensions:
        answer = asked(source, subject=name, rows=[dimension.name], measures=measures[:8])
        assert answer.proved
        assert answer.reconciled == (bool({name for name, _query in subject.controls} & set(measures[:8])))
        totals.add(tuple((block.currency, *block.figures().values()) for block in answer.blocks))
        (block,) = answer.blocks
        assert values_of(source, answer.question, dimension.name)[1] == len(block.rows)
    assert len(totals) == 1


@pytest.mark.parametrize(
    ("name", "dimension"),
    [("wallet", "type"), ("fee_audit", "class"), ("fee_audit", "type"), ("matches", "cause"), ("open_items", "shop"),
     ("payouts", "platform")],
)  # fmt: skip
def test_a_cell_opens_records_that_add_up_to_it(source: Source, name: str, dimension: str) -> None:
    subject = SUBJECTS[name]
    measures = [each.name for each in subject.measures if each.additive or each.how == "distinct"][:8]
    answer = asked(source, subject=name, rows=[dimension], measures=measures)
    (block,) = answer.blocks
    for number, key in enumerate(block.rows):
        measure = measures[number % len(measures)]
        cell = {f"d.{dimension}": key[0] or BLANK, "m": measure}
        listed = records(source, asked_back(asked_of(answer.question, "CNY") | cell), "CNY", 0, 5)
        assert listed.totals[0][measure] == block.figures(key)[measure]
        for row in listed.rows:
            assert bool(row["document"] and row["source_row"]) == bool(name != "fee_audit" or row["order_no"])


def test_wallet_lines_make_the_roll_forward(source: Source) -> None:
    lines = {row["record_key"]: row for row in rows(source, "wallet")}
    (block,) = asked(source, subject="wallet", rows=["account"], measures=["amount", "lines"]).blocks
    assert block.figures()["lines"] == len(lines) > 600
    results = Results.of(demo_book(made_once("bench", make_demo) / "book"), Decisions())
    table = report(results, "wallet-roll-forward", {}, RULES, Decisions())
    accounts = {row.values[0]: row.values[2] - row.values[3] for row in table.sections[0].rows}
    assert {key[0]: block.figures(key)["amount"] for key in block.rows} == accounts


def test_matches_are_those_of_the_statements_and_leave_over_what_is_open(source: Source) -> None:
    measures = ["matches", "ours", "theirs", "agreed", "residual"]
    (block,) = asked(source, subject="matches", rows=["reconciliation"], measures=measures).blocks
    (left,) = asked(source, subject="open_items", rows=["reconciliation"], measures=["left_over"]).blocks
    stated = {(row["name"], row["side"]): row for row in rows(source, "statements")}
    for (name,) in block.rows:
        ours, theirs, found = stated[name, "left"], stated[name, "right"], block.figures((name,))
        assert found["ours"] == ours["matched"] + ours["difference"]
        assert found["theirs"] == theirs["matched"] + theirs["difference"]
        assert (found["agreed"], found["matches"]) == (ours["matched"], max(ours["groups"], theirs["groups"]))
        assert found["residual"] == left.figures((name,)).get("left_over", 0)


def test_what_is_charged_too_much_is_found_copied_or_forgiven(source: Source) -> None:
    measures = ["charged", "expected", "difference", "found", "copied", "within"]
    (block,) = asked(source, subject="fee_audit", rows=["shop", "type"], measures=measures).blocks
    assert block.figures()["found"] > 0
    for figures in block.cells.values():
        assert figures["difference"] == figures["charged"] - figures["expected"]
        assert figures["difference"] == figures["found"] + figures["copied"] + figures["within"]


def test_matches_by_hand_are_told_by_person(source: Source) -> None:
    results = Results.of(demo_book(made_once("bench", make_demo) / "book"), Decisions())
    ours, theirs = (
        next(row for row in results.open_items("order-settlement", Filter(classes=(name,))).rows if row["record_key"])
        for name in ("missing_right", "missing_left")
    )
    members = tuple(
        Member(row["side"], row["record_key"], row["amount"], row["amount"]) for row in (ours, theirs)
    )  # fmt: skip
    match = ManualMatch("by-hand", "order-settlement", members, "rounding", "said so", by="Chen")
    told = source_of(Results(results.book, results.run, Decisions(matches=(match,))), RULES)
    for dimension, value in (("person", "Chen"), ("cause", "rounding"), ("reason", "said so"), ("pass", "decision")):
        answer = asked(told, subject="matches", rows=[dimension], measures=["matches", "by_hand", "ours", "residual"])
        assert answer.proved
        assert answer.reconciled
        (block,) = answer.blocks
        found = block.figures((value,))
        assert found["by_hand"] == 2
    assert (found["matches"], found["ours"]) == (1, ours["amount"])
    assert found["residual"] == ours["amount"] - theirs["amount"]


def test_a_yearly_total_leads_to_one_row_of_one_file(source: Source) -> None:
    answer = asked(source, subject="settlement", rows=["year"], columns=["type"], measures=["fees"])
    (block,) = answer.blocks
    for kind in block.columns:
        cell = {"d.year": block.rows[0][0], "d.type": kind[0], "m": "fees"}
        listed = records(source, asked_back(asked_of(answer.question, "CNY") | cell), "CNY", 0, 100_000)
        figure = block.figures(block.rows[0], kind)["fees"]
        assert listed.totals[0]["fees"] == figure
        told = sum((row["amount"] for row in listed.rows), D(0))
        assert figure == (0 if kind[0] in (*GROSS, *MOVES) else -told)
        assert all(row["document"] and row["source_row"] > 0 and row["record_key"] for row in listed.rows)
        assert listed.count == len(listed.rows)


def test_the_first_rows_and_the_others_make_the_total(source: Source) -> None:
    whole = asked(source, subject="order_lines", rows=["product"], measures=["paid", "lines"], sort="-paid").blocks[0]
    first = asked(
        source, subject="order_lines", rows=["product"], measures=["paid", "lines"], sort="-paid", top=3
    ).blocks[0]
    assert first.rows[:3] == whole.rows[:3]
    assert first.rows[3:] == [(OTHERS,)]
    rest = sum((whole.figures(key)["paid"] for key in whole.rows[3:]), D(0))
    assert first.figures((OTHERS,))["paid"] == rest > 0
    assert first.figures() == whole.figures()
    with pytest.raises(UserError):
        asked_back({"subject": "order_lines", "d.product": OTHERS})


@pytest.mark.parametrize(
    ("subject", "rows", "columns", "measures", "filters"),
    [
        ("order_lines", ["month"], ["shop"], ["net_sales", "orders", "lines"], []),
        ("order_lines", ["week"], [], ["orders"], [("shop", "is_not", "雅集旗舰店")]),
        ("order_lines", ["category", "status"], ["platform"], ["pieces", "refund_rate", "paid_per_line"], []),
        ("order_lines", ["product"], [], ["net_sales"], [("status", "is", "received")]),
        ("orders", ["status"], ["month"], ["orders", "receivable", "collection_rate"], []),
        ("orders", ["age", "shop"], [], ["overdue", "in_wallets"], []),
    ],
)
def test_the_cubes_of_a_run_tell_what_its_rows_do(
    source: Source, subject: str, rows: list[str], columns: list[str], measures: list[str], filters: list[Any]
) -> None:
    plain = {"subject": subject, "rows": rows, "columns": columns, "measures": measures, "comparison": "previous",
             "from": "2026-10-01", "to": "2026-10-31",
             "filters": [{"dimension": d, "how": how, "values": [value]} for d, how, value in filters]}  # fmt: skip
    cubes = {"line_cube", "line_days", "cube"}
    apart = replace(source, tables={name: sql for name, sql in source.tables.items() if name not in cubes})
    assert cubes < set(source.tables)
    told, expected = ask(source, question_of(plain)), ask(apart, question_of(plain))
    assert told.blocks == expected.blocks
    assert told.proofs == expected.proofs
    assert any(block.cells for block in told.blocks)


def test_the_analysis_pictures_of_shops_and_categories_add_up_to_those_of_all(source: Source) -> None:
    results = Results.of(demo_book(made_once("bench", make_demo) / "book"), Decisions())
    first, last = date(2026, 9, 1), date(2026, 10, 31)

    def of(shops: tuple[str, ...] = (), category: str = "") -> Any:
        return explore(results, Wanted("CNY", shops, category), first, last, 5)

    every, names = of(), [shop.name for shop in RULES.shops]
    apart, rest = of((names[0],)), of(tuple(names[1:]))
    assert [step.orders for step in every.funnel] == [
        one.orders + other.orders for one, other in zip(apart.funnel, rest.funnel, strict=True)
    ]
    assert every.products.total == apart.products.total + rest.products.total
    assert (apart.shops, len(rest.shops.shares)) == (None, len(names) - 1)
    assert not categories_of(results), "the demo's files tell no category"
    assert of((), "bedding").funnel[0].orders == 0


def test_a_period_stands_beside_the_one_before(source: Source) -> None:
    def october(first: str, last: str, comparison: str = "") -> Any:
        plain = {"subject": "orders", "rows": ["shop"], "measures": ["paid"], "comparison": comparison}
        return asked(source, **plain, **{"from": first, "to": last}).blocks[0]

    both = october("2026-10-01", "2026-10-31", "previous")
    before = october("2026-09-01", "2026-09-30")
    assert {key: value["paid"] for key, value in both.before.items()} == {
        key: value["paid"] for key, value in before.cells.items()
    }
    with pytest.raises(UserError, match="period"):
        asked(source, subject="orders", rows=["shop"], measures=["paid"], comparison="year")


HOSTILE = "x') OR 1=1; DROP TABLE documents; --"
QUESTION = {"subject": "order_lines", "rows": ["shop"], "measures": ["paid"]}


@pytest.mark.parametrize(
    "change",
    [
        {"subject": HOSTILE}, {"rows": [HOSTILE]}, {"columns": ["shop, count(*)"]}, {"measures": ["sum(paid)"]},
        {"sort": "-paid DESC; SELECT 1"}, {"comparison": HOSTILE}, {"top": "1; SELECT"}, {"from": "2026-01-01' --"},
        {"filters": [{"dimension": "1=1 OR shop", "values": ["x"]}]},
        {"filters": [{"dimension": "shop", "how": "OR", "values": ["x"]}]},
        {"filters": [{"dimension": "month", "values": [HOSTILE]}]}, {"filters": ["shop"]}, {"rows": "shop"},
        {"columns": ["shop"]}, {"measures": []}, {"measures": [{"name": "paid"}]},
    ],
)  # fmt: skip
def test_what_is_no_name_of_the_registry_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(UserError):
        question_of({**QUESTION, **change})


def test_values_are_bound_whatever_they_hold(source: Source) -> None:
    for dimension in ("shop", "product", "platform", "status", "order_no"):
        for how in ("is", "is_not"):
            plain = QUESTION | {"filters": [{"dimension": dimension, "how": how, "values": [HOSTILE, "", "%"]}]}
            question = question_of(plain)
            assert to_plain(question_of(to_plain(question))) == to_plain(question)
            queries: list[str] = []

            def kept(sql: str, values: Any, queries: list[str] = queries) -> Any:
                queries.append(sql)
                return source.query(sql, values)

            ask(replace(source, query=kept), question)
            assert queries
            assert not any("DROP" in sql for sql in queries)
    assert rows(source, "documents")


def test_cells_that_do_not_add_up_are_not_shown(source: Source) -> None:
    def lossy(sql: str, values: Any) -> Any:
        found = source.query(sql, values)
        return [row for row in found if "level" not in row or row["level"] or row["d0"] != found[0]["d0"]]

    with pytest.raises(InvariantError):
        ask(replace(source, query=lossy), question_of(QUESTION))


def test_too_much_says_how_to_narrow(source: Source) -> None:
    with pytest.raises(UserError, match=r"Order number.*300 values"):
        ask(source, question_of(QUESTION | {"rows": ["order_no"]}), 100)
    with pytest.raises(UserError, match="columns"):
        asked(source, **QUESTION | {"columns": ["order_no"], "rows": []})
    with pytest.raises(UserError, match="Reconcile"):
        ask(replace(source, tables={}), question_of(QUESTION))
