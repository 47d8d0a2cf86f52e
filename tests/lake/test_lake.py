"""The lake as the pipeline sees it: what is committed is read, what is undone is not, nothing comes twice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from making import compact, document, new_lake, order_line, put, shown, table_of, undo, wallet_line

from huikuan.lake.locks import BusyError
from huikuan.records.document import Control
from huikuan.records.errors import InvariantError, UserError
from huikuan.records.kinds import KINDS


def test_an_empty_lake_reads_as_nothing(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    assert lake.documents() == []
    assert shown(lake, "wallet_line") == {}
    assert shown(lake, "order_line") == {}
    assert lake.history(duckdb.connect(":memory:"), "wallet_line:W/1//0") == []


def test_a_view_has_exactly_the_columns_and_types_of_the_kind(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    put(lake, document("a", "wallet_line"), [wallet_line("1")], "wallet_line")
    put(lake, document("b", "wallet_line"), [wallet_line("1", "2")], "wallet_line")
    con = duckdb.connect(":memory:")
    for kind in KINDS:
        lake.register_current(con, kind, "v")
        assert con.execute("SELECT * FROM v").fetch_arrow_table().schema.equals(KINDS[kind].arrow_schema())
    compact(lake)
    lake.register_current(con, "wallet_line", "v")
    assert con.execute("SELECT * FROM v").fetch_arrow_table().schema.equals(KINDS["wallet_line"].arrow_schema())


def test_a_document_comes_back_as_it_was_committed(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    told = document(
        "a",
        kinds=("order_line", "wallet_line"),
        period_from=date(2026, 1, 1),
        period_to=date(2026, 1, 31),
        period_stated=True,
        exported_at=datetime(2026, 2, 1, 8, 30, tzinfo=UTC),
        totals={"wallet_line.in": Decimal("12.34567")},
        controls=(Control("count", Decimal(3), Decimal(2)),),
        problems=({"code": "x", "row": 3, "text": "坏"},),
        imported_at=datetime(2026, 2, 2, tzinfo=UTC),
        imported_by="甲",
    )
    put(lake, told, [order_line("1")])
    assert lake.documents() == [told]
    undo(lake, "a")
    assert lake.documents() == []
    (undone,) = lake.documents(undone=True)
    assert (undone.undone_by, undone.undone_at) == ("tester", datetime(2026, 2, 1, tzinfo=UTC))


def test_readings_without_their_document_do_not_count_and_are_removed(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    reader = table_of("wallet_line", [wallet_line("1")], "a").to_reader()
    with lake.writer() as writer:
        assert writer.append("wallet_line", reader) == 1
    assert shown(lake, "wallet_line") == {}
    assert list((lake.folder / "readings/wallet_line").glob("document_id=a/*.parquet"))
    with lake.writer():
        pass
    assert not list((lake.folder / "readings/wallet_line").glob("document_id=*"))
    put(lake, document("a", "wallet_line"), [wallet_line("1", "5")], "wallet_line")
    assert [record["amount"] for record in shown(lake, "wallet_line").values()] == [Decimal(5)]


def test_money_is_exact_to_the_fifth_decimal_and_dates_keep_their_day(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    moment = datetime(2026, 1, 31, 16, 0, 1, 123456)
    rows = [wallet_line("1", "1234567890123.00001", occurred_at=moment), wallet_line("2", "-0.00001")]
    put(lake, document("a", "wallet_line"), rows, "wallet_line")
    records = shown(lake, "wallet_line")
    assert records["wallet_line:W/1//0"]["amount"] == Decimal("1234567890123.00001")
    assert records["wallet_line:W/2//0"]["amount"] == Decimal("-0.00001")
    assert records["wallet_line:W/1//0"]["occurred_at"] == moment
    assert records["wallet_line:W/1//0"]["business_date"] == date(2026, 1, 1)


def test_the_same_content_again_is_unchanged_and_a_wider_document_is_not(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    rows = [wallet_line("1", seq=1), wallet_line("2", seq=2)]
    assert put(lake, document("a", "wallet_line"), rows, "wallet_line") == (2, 0, 0)
    con = duckdb.connect(":memory:")
    again = [wallet_line("1", seq=7, source_row=99), wallet_line("2", seq=8)]
    con.register("again", table_of("wallet_line", again))
    con.register("wider", table_of("wallet_line", [*again, wallet_line("3")]))
    con.register("other", table_of("wallet_line", [wallet_line("1", "9"), wallet_line("2")]))
    con.register("nothing", table_of("wallet_line", []))
    with lake.writer() as writer:
        same = writer.compare(con, "wallet_line", "again", document("b", "wallet_line"))
        assert (tuple(same), same.unchanged) == ((0, 0, 2), True)
        wider = writer.compare(con, "wallet_line", "wider", document("b", "wallet_line"))
        assert (tuple(wider), wider.unchanged) == ((1, 0, 2), False)
        other = writer.compare(con, "wallet_line", "other", document("zz", "wallet_line"))
        assert (tuple(other), other.unchanged) == ((0, 1, 1), False)
        nothing = writer.compare(con, "wallet_line", "nothing", document("b", "wallet_line"))
        assert (tuple(nothing), nothing.unchanged) == ((0, 0, 0), True)


def test_an_older_snapshot_counts_as_duplicate_yet_is_not_unchanged(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    new = document("new", exported_at=datetime(2026, 2, 1, tzinfo=UTC))
    put(lake, new, [order_line("1", status="closed", refunded=Decimal(1))])
    con = duckdb.connect(":memory:")
    con.register("old", table_of("order_line", [order_line("1", status="paid", refunded=Decimal(0))]))
    with lake.writer() as writer:
        old = writer.compare(con, "order_line", "old", document("old", exported_at=datetime(2026, 1, 1, tzinfo=UTC)))
    assert (tuple(old), old.unchanged) == ((0, 0, 1), False)


def test_readings_that_share_a_key_or_have_none_are_refused(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    con = duckdb.connect(":memory:")
    con.register("twice", table_of("wallet_line", [wallet_line("1"), wallet_line("1")]))
    con.register("blank", table_of("wallet_line", [wallet_line("1", record_key=None)]))
    con.execute("CREATE TABLE narrow AS SELECT 'x' AS record_key")
    with lake.writer() as writer:
        for table, code in (
            ("twice", "lake.key_twice"),
            ("blank", "lake.key_blank"),
            ("narrow", "lake.columns_differ"),
        ):
            with pytest.raises(InvariantError) as caught:
                writer.compare(con, "wallet_line", table)
            assert caught.value.code == code


def test_commit_without_compare_checks_the_keys_and_finds_the_overlap(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    put(lake, document("a", "wallet_line"), [wallet_line("1"), wallet_line("2")], "wallet_line")
    with lake.writer() as writer:
        writer.append("wallet_line", table_of("wallet_line", [wallet_line("2", "3")], "b").to_reader())
        writer.commit(document("b", "wallet_line", exported_at=datetime(2026, 1, 1, tzinfo=UTC)))
        writer.append("wallet_line", table_of("wallet_line", [wallet_line("9"), wallet_line("9")], "c").to_reader())
        with pytest.raises(InvariantError):
            writer.commit(document("c", "wallet_line"))
    assert {key: record["amount"] for key, record in shown(lake, "wallet_line").items()} == {
        "wallet_line:W/1//0": Decimal(1),
        "wallet_line:W/2//0": Decimal(3),
    }


def test_a_document_id_serves_once(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    put(lake, document("a"), [order_line("1")])
    undo(lake, "a")
    with lake.writer() as writer:
        with pytest.raises(InvariantError):
            writer.append("order_line", table_of("order_line", [order_line("1")], "a").to_reader())
        with pytest.raises(InvariantError):
            writer.commit(document("a"))
        with pytest.raises(InvariantError):
            writer.commit(document("../a"))
        with pytest.raises(UserError) as twice:
            writer.undo("a", "x")
        with pytest.raises(UserError) as unknown:
            writer.undo("b", "x")
    assert (twice.value.code, unknown.value.code) == ("lake.document_undone", "lake.document_unknown")


def test_a_stream_of_two_documents_is_refused(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    batches = [table_of("wallet_line", [wallet_line("1")], name).to_batches()[0] for name in ("a", "b")]
    reader = pa.RecordBatchReader.from_batches(batches[0].schema, batches)
    with lake.writer() as writer, pytest.raises(Exception, match="stream"):
        writer.append("wallet_line", reader)
    assert shown(lake, "wallet_line") == {}


def test_one_writer_at_a_time_and_the_error_names_the_other(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    with lake.writer(what="huikuan import"), pytest.raises(BusyError) as busy, lake.writer(timeout_s=0.1):
        pass
    assert busy.value.code == "lake.busy"
    assert busy.value.params["what"] == "huikuan import"
    assert "huikuan import" in str(busy.value)
    with lake.writer(timeout_s=0.1):
        pass


def test_history_tells_every_reading_standing_or_not(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    put(lake, document("a", imported_at=datetime(2026, 1, 1, tzinfo=UTC)), [order_line("1", status="paid")])
    put(lake, document("b", imported_at=datetime(2026, 1, 2, tzinfo=UTC)), [order_line("1", status="closed")])
    undo(lake, "a")
    history = lake.history(duckdb.connect(":memory:"), "order_line:S/1/1")
    assert [(told["document_id"], told["status"], told["standing"]) for told in history] == [
        ("a", "paid", False),
        ("b", "closed", True),
    ]
    assert lake.history(duckdb.connect(":memory:"), "nonsense:1") == []


def test_version_names_the_standing_documents(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    put(lake, document("a"), [order_line("1")])
    first = lake.version()
    put(lake, document("b"), [order_line("2")])
    assert lake.version() != first
    compact(lake)
    undo(lake, "b")
    assert lake.version() == first


def test_a_folder_with_pattern_characters_and_a_quote_works(tmp_path: Path) -> None:
    folder = tmp_path / "a[b]'c=d"
    folder.mkdir()
    lake = new_lake(folder)
    put(lake, document("a"), [order_line("1"), order_line("2")])
    put(lake, document("b"), [order_line("1")])
    assert set(shown(lake)) == {"order_line:S/1/1", "order_line:S/2/1"}
    compact(lake)
    assert set(shown(lake)) == {"order_line:S/1/1", "order_line:S/2/1"}


def test_a_column_of_one_word_reads_as_any_other_and_must_have_that_word(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    con = duckdb.connect(":memory:")
    con.register("told", table_of("wallet_line", [wallet_line("1"), wallet_line("2")], "a"))
    query, words = "SELECT * FROM told", {"currency": "CNY", "account": "W", "component": ""}
    with lake.writer() as writer:
        with pytest.raises(duckdb.ConversionException):
            writer.append_query(con, "wallet_line", query, "a", {**words, "currency": "USD"})
        assert writer.append_query(con, "wallet_line", query, "a", words) == 2
        writer.commit(document("a", "wallet_line"))
    lake.register_current(con, "wallet_line", "v")
    read = con.execute("SELECT * FROM v ORDER BY record_key").fetch_arrow_table()
    assert read.schema.equals(KINDS["wallet_line"].arrow_schema())
    assert read.equals(con.execute("SELECT * FROM told ORDER BY record_key").fetch_arrow_table())
    (path,) = (lake.folder / "readings/wallet_line").glob("*/*.parquet")
    bounds = f"SELECT stats_min, stats_max FROM parquet_metadata('{path}') WHERE path_in_schema = 'account'"
    assert con.execute(bounds).fetchall() == [("W", "W")]
