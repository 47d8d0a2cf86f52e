"""Published results: reading, filtering, paging, the overlay of decisions, runs beside the current one."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from huikuan.demo.seller import AS_OF
from huikuan.insight.words import because
from huikuan.pipeline.results.results import Filter, Results, suggested_key
from huikuan.pipeline.runs import published as runs
from huikuan.pipeline.runs.reconciling import Asked, run
from huikuan.records.decisions import Decisions, Exclusion, ManualMatch, Member, NotThese
from huikuan.records.errors import UserError
from tests.pipeline.conftest import DemoBook

NAME = "order-settlement"


def all_open(results: Results, name: str = NAME) -> list[dict[str, object]]:
    return list(results.stream(name, "open", ("item_id", "group_id", "record_key", "class", "amount"), "item_id"))


def test_the_statement_adds_up(demo: DemoBook) -> None:
    results = Results.of(demo.book)
    rows = results.statement()
    assert {row["name"] for row in rows} >= {NAME, "payout-bank"}
    for row in rows:
        assert row["total"] == row["matched"] + row["difference"] + row["open"], row
    for name in results.manifest.names:
        opened = sum(row["amount"] for row in all_open(results, name) if row["record_key"])
        assert opened == sum(row["open"] for row in results.statement(name))


@pytest.mark.parametrize("sort", ["date", "amount", "class", "order_no", "due_date"])
@pytest.mark.parametrize("descending", [False, True])
def test_paging_by_key_shows_every_item_once(demo: DemoBook, sort: str, descending: bool) -> None:
    results = Results.of(demo.book)
    seen: list[str] = []
    values: list[object] = []
    after = ""
    while True:
        page = results.open_items(NAME, sort=sort, descending=descending, after=after, limit=7)
        seen += [row["item_id"] for row in page.rows]
        values += [row[sort] for row in page.rows]
        after = page.next
        if not after:
            break
    assert sorted(seen) == sorted(row["item_id"] for row in all_open(results))
    told = [value for value in values if value is not None]
    assert told == sorted(told, reverse=descending)  # type: ignore[type-var]
    assert values[: len(told)] == told, "what has no value comes last"


def test_filters_narrow_and_sum(demo: DemoBook) -> None:
    results = Results.of(demo.book)
    everything = results.open_items(NAME, limit=10_000)
    assert everything.count == len(everything.rows) and not everything.next
    work = results.open_items(NAME, Filter(needs_work=True), limit=10_000)
    rest = results.open_items(NAME, Filter(needs_work=False), limit=10_000)
    assert work.count + rest.count == everything.count and work.count and rest.count
    some = everything.rows[3]
    found = results.open_items(NAME, Filter(text=some["order_no"][:12]), limit=10_000)
    assert some["item_id"] in {row["item_id"] for row in found.rows}
    size = abs(some["amount"])
    exact = results.open_items(NAME, Filter(amount_from=size, amount_to=size), limit=10_000)
    assert {abs(row["amount"]) for row in exact.rows} == {size}
    of_class = results.open_items(NAME, Filter(classes=("not_due",)), limit=10_000)
    assert of_class.sums["CNY"]["amount"] == sum(row["amount"] for row in of_class.rows)
    by_class = {(row["class"], row["side"]): row["count"] for row in results.classes(NAME)}
    assert by_class["not_due", "left"] == of_class.count


def test_unknown_column_and_damaged_cursor_are_told(demo: DemoBook) -> None:
    results = Results.of(demo.book)
    with pytest.raises(UserError) as error:
        results.open_items(NAME, sort="amount; DROP TABLE x")
    assert error.value.code == "results.column_unknown"
    with pytest.raises(UserError) as error:
        results.open_items(NAME, after="nonsense")
    assert error.value.code == "results.cursor"
    with pytest.raises(UserError):
        results.open_items("no-such")


def test_a_group_is_found_by_itself_and_by_its_order(demo: DemoBook) -> None:
    results = Results.of(demo.book)
    row = results.links(NAME, limit=1).rows[0]
    group = results.group(NAME, row["group_id"])
    assert group == results.group(NAME, row["group_id"], row["order_no"])
    assert {each["side"] for each in group} <= {"left", "right"}
    assert row["record_key"] in {each["record_key"] for each in results.links_of_order(NAME, row["order_no"])}


def _pair(results: Results) -> tuple[dict[str, object], dict[str, object]]:
    both = [results.open_items("payout-bank", Filter(side=side), limit=100).rows for side in ("left", "right")]
    left, right = (next(row for row in rows if row["record_key"]) for rows in both)
    return left, right


def _match(left: dict[str, object], right: dict[str, object]) -> ManualMatch:
    members = tuple(
        Member(row["side"], row["record_key"], row["amount"], row["amount"])  # type: ignore[arg-type]
        for row in (left, right)
    )
    return ManualMatch("g" * 32, "payout-bank", members, "other", "seen", by="me")


def test_a_decision_shows_at_once_and_as_the_next_run_has_it(demo: DemoBook) -> None:
    before = Results.of(demo.book)
    left, right = _pair(before)
    decisions = Decisions(matches=(_match(left, right),))
    overlaid = Results.of(demo.book, decisions)
    keys = {left["record_key"], right["record_key"]}
    assert not keys & {row["record_key"] for row in all_open(overlaid, "payout-bank")}
    links = overlaid.group("payout-bank", "g" * 32)
    assert {row["record_key"] for row in links} == keys
    residual = left["amount"] - right["amount"]  # type: ignore[operator]
    assert {row["residual"] for row in links} == {residual}
    assert before.group("payout-bank", "g" * 32) == []

    beside = run(demo.book, demo.rules, decisions, Asked(date_to=date(2099, 1, 1)))
    computed = Results.of(demo.book, decisions, date_to=date(2099, 1, 1))
    assert computed.manifest.run == beside.run
    assert {row["record_key"] for row in computed.group("payout-bank", "g" * 32)} == keys
    columns = ("link_id", "side", "record_key", "allocated", "residual", "status", "class", "reason")
    found = computed.group("payout-bank", "g" * 32)
    assert [[row[name] for name in columns] for row in links] == [[row[name] for name in columns] for row in found]
    columns = ("item_id", "amount", "class", "cause", "needs_work", "side")
    opened, later = (each.group_open("payout-bank", "g" * 32) for each in (overlaid, computed))
    assert [[row[name] for name in columns] for row in opened] == [[row[name] for name in columns] for row in later]


def test_taking_a_group_apart_opens_its_records_at_once(demo: DemoBook) -> None:
    before = Results.of(demo.book)
    groups = (before.group(NAME, row["group_id"]) for row in before.links(NAME, limit=50).rows)
    group = next(rows for rows in groups if {row["side"] for row in rows} == {"left", "right"})
    keys = tuple(sorted({row["record_key"] for row in group}))
    after = Results.of(demo.book, Decisions(not_these=(NotThese(NAME, keys),)))
    assert after.group(NAME, group[0]["group_id"]) == []
    opened = {row["record_key"]: row["amount"] for row in all_open(after)}
    for row in group:
        assert opened[row["record_key"]] == row["amount"]


def test_what_a_decision_leaves_over_keeps_its_class(demo: DemoBook) -> None:
    before = Results.of(demo.book)
    left, right = _pair(before)
    halves = tuple(
        Member(row["side"], row["record_key"], row["amount"] / 2, row["amount"])  # type: ignore[operator, arg-type]
        for row in (left, right)
    )
    partly = Decisions(matches=(ManualMatch("h" * 32, "payout-bank", halves, "other"),))
    now = {row["record_key"]: row for row in Results.of(demo.book, partly).told_open("payout-bank")}
    for row in (left, right):
        rest = now[row["record_key"]]
        assert rest["amount"] == row["amount"] / 2  # type: ignore[operator]
        for name in ("item_id", "class", "needs_work", "due_date", "age_days"):
            assert rest[name] == row[name], name


def test_what_is_set_loose_is_named_as_it_stands_alone(demo: DemoBook) -> None:
    before = Results.of(demo.book)
    groups = (before.group(NAME, row["group_id"]) for row in before.links(NAME, limit=50).rows)
    group = next(rows for rows in groups if {row["side"] for row in rows} == {"left", "right"})
    keys = tuple(sorted({row["record_key"] for row in group}))
    loose = Results.of(demo.book, Decisions(not_these=(NotThese(NAME, keys),)))
    columns = ("record_key", "side", "class", "due_date", "age_days", "needs_work", "evidence")
    opened = [row for row in loose.stream(NAME, "open", columns, "item_id") if row["record_key"] in keys]
    due = before.collection_of_order(group[0]["order_no"])[0]["due_date"]
    expected = "missing_right" if due < AS_OF else "not_due"
    assert {(row["side"], row["class"]) for row in opened} == {("left", expected), ("right", "unexpected_settlement")}
    assert {row["due_date"] for row in opened} == {due, None}
    assert all(row["needs_work"] == (row["class"] != "not_due") and row["age_days"] is not None for row in opened)
    assert {because(row["evidence"]) for row in opened} == {
        "A decision took its match apart. It is being matched again."
    }


def test_a_bank_line_set_loose_is_called_unidentified(demo: DemoBook) -> None:
    before = Results.of(demo.book)
    group = before.group("payout-bank", before.links("payout-bank", limit=1).rows[0]["group_id"])
    keys = tuple(sorted({row["record_key"] for row in group}))
    loose = Results.of(demo.book, Decisions(not_these=(NotThese("payout-bank", keys),))).told_open("payout-bank")
    classes = {row["side"]: row["class"] for row in loose if row["record_key"] in keys}
    assert classes == {"left": "payout_missing", "right": "unidentified_receipt"}


def test_every_link_says_why(demo: DemoBook) -> None:
    results = Results.of(demo.book)
    for name in results.manifest.names:
        rows = list(results.told_links(name))
        assert all(row["reason"] and not row["reason"].startswith(("{", "evidence.")) for row in rows), name
    matched = Decisions(matches=(_match(*_pair(results)),))
    reasons = {r["reason"] for r in Results.of(demo.book, matched).told_links("payout-bank") if r["pass"] == "decision"}
    assert reasons == {"seen"}


def test_a_suggestion_is_a_record_of_the_other_side(demo: DemoBook) -> None:
    results = Results.of(demo.book)
    rows = list(results.told_open("payout-bank"))
    sides = {row["record_key"]: row["side"] for row in rows}
    suggested = [row for row in rows if row["suggestion"]]
    for row in suggested:
        assert {row["side"], sides[row["suggestion"]]} == {"left", "right"}
    assert suggested_key('{"pass": "amount", "keys": ["a/1", "b/2"]}') == "a/1"


def test_an_exclusion_takes_a_record_out_at_once(demo: DemoBook) -> None:
    item = Results.of(demo.book).open_items(NAME, Filter(side="left"), limit=1).rows[0]
    excluded = Decisions(exclusions=(Exclusion(item["record_key"], "", "test order"),))
    after = Results.of(demo.book, excluded)
    assert item["record_key"] not in {row["record_key"] for row in all_open(after)}


def test_a_run_as_of_another_day_stands_beside(demo: DemoBook) -> None:
    current = runs.find_run(demo.book, runs.Arguments())
    earlier = AS_OF - timedelta(days=10)
    with pytest.raises(UserError) as error:
        Results.of(demo.book, as_of=earlier)
    assert str(earlier) in str(error.value)
    manifest = run(demo.book, demo.rules, Decisions(), Asked(as_of=earlier))
    assert runs.find_run(demo.book, runs.Arguments()) == current
    with pytest.raises(UserError, match=rf"There are runs for: today;.*--as-of {earlier}"):
        Results.of(demo.book, date_to=earlier)
    beside = Results.of(demo.book, as_of=earlier)
    assert beside.manifest.run == manifest.run
    for name in beside.manifest.names:
        for part in ("links", "open"):
            dates = [row["date"] for row in beside.stream(name, part, ("date",), "date") if row["date"]]
            assert all(day <= earlier for day in dates)
            assert dates or (name, part) == ("settlement-wallet", "open")  # all of it agrees in the demo


def test_the_same_facts_give_the_same_result(demo: DemoBook) -> None:
    again = run(demo.book, demo.rules, Decisions(), Asked(date_from=date(2000, 1, 1)))
    first, second = Results.of(demo.book), Results.of(demo.book, date_from=date(2000, 1, 1))
    assert (again.facts, again.rules) == (first.manifest.facts, first.manifest.rules)
    for name in first.manifest.names:
        assert all_open(first, name) == all_open(second, name)
        columns = ("link_id", "record_key", "allocated", "class", "residual")
        assert list(first.stream(name, "links", columns, "link_id")) == list(
            second.stream(name, "links", columns, "link_id")
        )
        assert first.statement(name) == second.statement(name)


def test_a_part_of_the_period_is_reported_whole_by_group(demo: DemoBook) -> None:
    low, high = date(2026, 10, 5), date(2026, 10, 12)
    run(demo.book, demo.rules, Decisions(), Asked(date_from=low, date_to=high))
    part, whole = Results.of(demo.book, date_from=low, date_to=high), Results.of(demo.book)
    groups = {row["group_id"] for row in part.stream(NAME, "links", ("group_id",), "group_id")}
    assert groups and len(groups) < len({r["group_id"] for r in whole.stream(NAME, "links", ("group_id",), "group_id")})
    for group_id in sorted(groups)[:20]:
        assert part.group(NAME, group_id) == whole.group(NAME, group_id), "no group is cut"
    for row in part.statement():
        assert row["total"] == row["matched"] + row["difference"] + row["open"]


def test_a_part_is_chosen_by_the_left_records_date_and_its_totals_prove(demo: DemoBook) -> None:
    low, high = date(2026, 10, 5), date(2026, 10, 12)
    run(demo.book, demo.rules, Decisions(), Asked(date_from=low, date_to=high))
    part, whole = Results.of(demo.book, date_from=low, date_to=high), Results.of(demo.book)
    straddling = 0
    for name in whole.manifest.names:
        days: dict[str, dict[str, list[date]]] = {}
        for row in whole.stream(name, "links", ("group_id", "side", "date"), "link_id"):
            if row["date"]:
                days.setdefault(row["group_id"], {}).setdefault(row["side"], []).append(row["date"])
        wanted = {g for g, of in days.items() if low <= min(of.get("left") or of["right"]) <= high}
        links = list(part.stream(name, "links", ("group_id", "side", "currency", "allocated", "date"), "link_id"))
        assert {row["group_id"] for row in links} == wanted, name
        straddling += sum(not low <= row["date"] <= high for row in links if row["date"])
        opened = [row for row in part.told_open(name) if row["record_key"]]
        assert all(low <= row["date"] <= high for row in opened)
        inside = [r for r in whole.told_open(name) if r["record_key"] and r["date"] and low <= r["date"] <= high]
        assert {row["item_id"] for row in opened} == {row["item_id"] for row in inside}
        for row in part.statement(name):
            of_side = [each for each in links if each["side"] == row["side"]]
            linked = sum((each["allocated"] for each in of_side), Decimal(0))
            assert row["matched"] + row["difference"] == linked
            assert row["open"] == sum((each["amount"] for each in opened if each["side"] == row["side"]), Decimal(0))
            assert row["total"] == linked + row["open"]
            assert (row["groups"], row["links"]) == (len({each["group_id"] for each in of_side}), len(of_side))
    assert straddling, "a group's right records may lie outside the days"


def test_collection_pages_and_totals(demo: DemoBook) -> None:
    results = Results.of(demo.book)
    page = results.collection(limit=100_000)
    assert page.count == len(page.rows) == 300
    totals = results.collection_totals()
    assert sum(row["orders"] for row in totals) == 300
    assert sum(row["receivable"] for row in totals) == page.sums["CNY"]["receivable"]
    overdue = results.collection(Filter(statuses=("overdue",)), sort="receivable", descending=True, limit=1000)
    assert overdue.rows and {row["status"] for row in overdue.rows} == {"overdue"}
    amounts = [row["receivable"] for row in overdue.rows]
    assert amounts == sorted(amounts, reverse=True) and all(isinstance(each, Decimal) for each in amounts)
