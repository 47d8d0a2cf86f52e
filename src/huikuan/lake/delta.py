"""What the lake asks of Delta Lake: one folder a table, Parquet written by DuckDB, committed as add actions.

Bulk rows are written by DuckDB straight from a query (about twice as fast as through a row-group writer fed by
Arrow) and become visible by one Delta commit with their statistics; any Delta reader can read the tables.
Readings are partitioned by `document_id`: each file belongs to one document, so undoing, orphans and the choice of
standing documents are a matter of file lists, never of filters over rows.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import shutil
import time
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, Schema
from deltalake.transaction import AddAction, RemoveAction

from huikuan.records.sql import sql_text

ROW_GROUP_ROWS = 61_440  # twice as many rows are a twentieth dearer to write: they leave the processor's cache
TARGET_FILE_SIZE = "256MB"
DICTIONARY_WORDS_MAX = 4096  # columns of names and codes have fewer; of keys a dictionary is begun in vain
# Only for tables whose kind gained a column after older files had been written: they are read by column name.
EVOLVED = "huikuan.evolved"
_COMMIT = re.compile(r"\d{20}\.json")


@dataclass(frozen=True)
class DataFile:
    """A committed Parquet file. `key_min` and `key_max` bound its record keys; None: not known."""

    path: str  # relative to the lake's folder, with forward slashes
    document_id: str  # blank for a file that holds rows of many documents
    rows: int
    key_min: str | None
    key_max: str | None

    def may_hold(self, low: str | None, high: str | None) -> bool:
        """Whether a record key between `low` and `high` may be in this file. None means unbounded."""
        if low is not None and self.key_max is not None and self.key_max < low:
            return False
        return not (high is not None and self.key_min is not None and self.key_min > high)


quoted = sql_text


def escaped(path: Path) -> str:
    """A path for DuckDB's readers, which take `[`, `*` and `?` for patterns."""
    return re.sub(r"([\[*?])", r"[\1]", path.as_posix())


@dataclass(frozen=True)
class TableState:
    """A Delta table at one version: its committed files, oldest name first, and its columns."""

    files: tuple[DataFile, ...]  # paths within the table
    columns: frozenset[str]
    evolved: bool  # files may lack columns that were added later


NO_TABLE = TableState((), frozenset(), False)


def newest_commit(table_folder: Path) -> Path | None:
    """The file of a table's newest commit; None where there is no table."""
    log = table_folder / "_delta_log"
    try:
        names = os.listdir(log)  # noqa: PTH208 (plain names: a log may be long, and is listed at every look)
    except FileNotFoundError:
        return None
    newest = max((name for name in names if _COMMIT.fullmatch(name)), default=None)
    return None if newest is None else log / newest


def table_state(table_folder: Path) -> TableState:
    """A table as of its newest commit; loading a log costs more than most queries, so it is loaded once a version."""
    newest = newest_commit(table_folder)
    if newest is None:
        return NO_TABLE
    told = newest.stat()
    return _load_state(str(table_folder), newest.name, told.st_mtime_ns, told.st_ino)


@functools.lru_cache(maxsize=256)
def _load_state(table_folder: str, commit: str, modified_ns: int, inode: int) -> TableState:
    """The arguments beyond the folder tell one commit of one table from a restored or recreated one."""
    table = DeltaTable(table_folder)
    files = [
        DataFile(
            path=unquote(row["path"]),
            document_id=row.get("partition.document_id") or "",
            rows=row["num_records"] or 0,
            key_min=row.get("min.record_key"),
            key_max=row.get("max.record_key"),
        )
        for row in pa.table(table.get_add_actions(flatten=True)).to_pylist()
    ]
    return TableState(
        files=tuple(sorted(files, key=lambda file: file.path)),
        columns=frozenset(field.name for field in table.schema().fields),
        evolved=table.metadata().configuration.get(EVOLVED) == "true",
    )


def ensure_table(table_folder: Path, schema: pa.Schema, partition_by: list[str] | None = None) -> None:
    """Create the table, or add the columns which it lacks (null in the older files)."""
    if newest_commit(table_folder) is None:
        table_folder.mkdir(parents=True, exist_ok=True)
        configuration = {"delta.checkpointInterval": "50"}
        if "record_key" in schema.names:
            configuration["delta.dataSkippingStatsColumns"] = "record_key,business_date"
        DeltaTable.create(table_folder, schema=schema, partition_by=partition_by, configuration=configuration)
        return
    missing = [field for field in schema if field.name not in table_state(table_folder).columns]
    if missing:
        table = DeltaTable(table_folder)
        table.alter.set_table_properties({EVOLVED: "true"}, raise_if_not_exists=False)
        table.alter.add_columns(list(Schema.from_arrow(pa.schema(missing)).fields))


def write_parquet(con: duckdb.DuckDBPyConnection, query: str, folder: Path) -> list[dict[str, Any]]:
    """Write a query's rows into new files of a folder; path, rows, size and bounds of each file.

    Nothing refers to the files yet. No rows, no files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scratch = folder / f"tmp-{uuid.uuid4().hex}"
    options = (
        # The encodings of version 2 make files of keys and numbers half as large, and quicker to write.
        f"FORMAT parquet, PARQUET_VERSION V2, COMPRESSION zstd, COMPRESSION_LEVEL 1, "
        f"ROW_GROUP_SIZE {ROW_GROUP_ROWS}, FILE_SIZE_BYTES '{TARGET_FILE_SIZE}', "
        f"DICTIONARY_SIZE_LIMIT {DICTIONARY_WORDS_MAX}, "
        f"FILENAME_PATTERN 'part-{{uuid}}', RETURN_STATS"
    )
    try:
        rows = con.execute(f"COPY ({query}) TO {quoted(scratch.as_posix())} ({options})").fetchall()
        return [_placed(folder, row[0], row[1], row[2], row[4]) for row in rows]
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _placed(
    folder: Path, file_name: str, rows: int, size: int, statistics: dict[str, dict[str, str]]
) -> dict[str, Any]:
    """Move a written file to its place, flushed to the disk, and describe it."""
    written = Path(file_name)
    final = folder / written.name
    if rows == 0:
        written.unlink()
        return {"path": final, "rows": 0, "size": 0, "bounds": {}}
    _flush(written)
    written.replace(final)
    bounds = {
        column.strip('"'): (told["min"], told["max"], int(told.get("null_count", "0")))
        for column, told in statistics.items()
        if "min" in told and "max" in told
    }
    return {"path": final, "rows": rows, "size": size, "bounds": bounds}


def _flush(path: Path) -> None:
    """Force a file to the disk, so that a commit never outlives its data."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _statistics(file: dict[str, Any]) -> str:
    bounds = {name: file["bounds"][name] for name in ("record_key", "business_date") if name in file["bounds"]}
    return json.dumps(
        {
            "numRecords": file["rows"],
            "minValues": {name: low for name, (low, _, _) in bounds.items()},
            "maxValues": {name: high for name, (_, high, _) in bounds.items()},
            "nullCount": {name: nulls for name, (_, _, nulls) in bounds.items()},
        }
    )


def write_rows(table_folder: Path, rows: pa.Table) -> dict[str, Any]:
    """Write a few rows into a new file of a table's folder; described as by `write_parquet`."""
    path = table_folder / f"part-{uuid.uuid4().hex}.parquet"
    pq.write_table(rows, path, compression="zstd")
    _flush(path)
    return {"path": path, "rows": rows.num_rows, "size": path.stat().st_size, "bounds": {}}


def commit_files(
    table_folder: Path,
    files: list[dict[str, Any]],
    partition: dict[str, str] | None = None,
    removed: list[str] | None = None,
) -> None:
    """Add written files to a table, and take files (paths within the table) out, in one Delta commit."""
    table = DeltaTable(table_folder)
    partition = partition or {}
    now = int(time.time() * 1000)
    actions: list[AddAction | RemoveAction] = [
        AddAction(
            file["path"].relative_to(table_folder).as_posix(),
            file["size"],
            partition,
            now,
            True,
            _statistics(file),
        )
        for file in files
        if file["rows"]
    ]
    actions += [RemoveAction(path, True, now, partition_values=partition) for path in removed or []]
    if actions:
        table.create_write_transaction(
            actions, mode="append", schema=table.schema(), partition_by=list(table.metadata().partition_columns)
        )
        flush_log(table_folder)


def flush_log(table_folder: Path) -> None:
    """Force the newest commit of a table to the disk."""
    newest = newest_commit(table_folder)
    if newest is not None:
        with contextlib.suppress(OSError):
            _flush(newest)


def list_files(lake_folder: Path, table_folder: Path) -> list[DataFile]:
    """The committed files of a table with their paths within the lake."""
    prefix = table_folder.relative_to(lake_folder).as_posix()
    return [replace(file, path=f"{prefix}/{file.path}") for file in table_state(table_folder).files]


def scan_sql(lake_folder: Path, files: list[DataFile], columns: list[str], no_rows: str | None) -> str:
    """A query over files of one shape: readings (document_id from the path) or current files (as a column).

    `no_rows`: where files may lack columns, a query of no rows that has them all.
    """
    names = ", ".join(quoted(escaped(lake_folder / file.path)) for file in files)
    hive = "true, hive_types={'document_id': 'VARCHAR'}" if files[0].document_id else "false"
    source = f"read_parquet([{names}], hive_partitioning={hive}"
    if no_rows is None:
        return f"SELECT {', '.join(columns)} FROM {source})"
    return f"SELECT {', '.join(columns)} FROM (FROM {source}, union_by_name=true) UNION ALL BY NAME ({no_rows}))"
