"""Where intermediate tables live while a reconciliation runs.

Between two passes small tables are kept (DuckDB: temporary tables, which may spill to its temp_directory; any other
backend has a method `store(expression) -> table`); the links of millions of records are streamed straight into Parquet.
Nothing here knows what the tables mean.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.operations as ops
import pyarrow as pa

from huikuan.engine.model import ENTRY, Sides

# Small row groups, since links are looked up by their order.
PARQUET_OPTIONS = {"COMPRESSION": "zstd", "COMPRESSION_LEVEL": 1, "ROW_GROUP_SIZE": 20_480}

# DuckDB and Spark put nested selections together themselves; that Ibis did it too was a sixth of a small run.
ibis.options.sql.fuse_selects = False


class Workspace:
    """Keeps tables for one run on one backend; `close` drops those that the result does not need.

    `small`: the sides fit into memory, so that writing a query costs more than holding what it finds.
    """

    def __init__(self, backend: Any, folder: Path | None = None, *, small: bool = False) -> None:
        self.backend = backend
        self.folder = folder
        self.small = small
        self._kept: list[str] = []
        self._registered: set[str] = set()

    def keep(self, expression: Any) -> Any:
        """The expression, computed once and held until `close`."""
        if self.backend.name != "duckdb":
            return self.backend.store(expression)
        if getattr(expression.op(), "name", "") in self._kept:
            return expression
        name = f"kept_{uuid.uuid4().hex}"
        self._hold(name, expression)
        self._kept.append(name)
        return self.backend.table(name, database=("temp", "main"))

    def once(self, expression: Any) -> Any:
        """An expression that several queries use: kept where all is small, else a part of each of them."""
        return self.keep(expression) if self.small else expression

    def _hold(self, name: str, expression: Any) -> None:
        """CREATE TEMP TABLE AS, without the second round of compilation that `create_table` makes."""
        for table in expression.op().find(ops.InMemoryTable):
            self._register(table)
        self.backend.raw_sql(f'CREATE TEMP TABLE "{name}" AS {self.backend.compile(expression)}')

    def _register(self, table: Any) -> None:
        if table.name not in self._registered:
            self.backend.con.register(table.name, table.data.to_pyarrow(table.schema))
            self._registered.add(table.name)

    def empty(self, table: Any) -> bool:
        """Whether a table has no rows; of a kept one it is asked without compiling anything."""
        if self.backend.name != "duckdb" or getattr(table.op(), "name", "") not in self._kept:
            return not table.limit(1).count().to_pyarrow().as_py()
        found = self.backend.con.execute(f'SELECT 1 FROM temp.main."{table.op().name}" LIMIT 1').fetchone()
        return found is None

    def drop(self, table: Any) -> None:
        """Drop a kept table before the end, when it was large."""
        if self.backend.name == "duckdb":
            self._kept.remove(table.op().name)
            self._forget(table.op().name)

    def _forget(self, name: str) -> None:
        self.backend.raw_sql(f'DROP TABLE IF EXISTS temp.main."{name}"')

    def rows(self, name: str, expression: Any, order: Sequence[str] = ()) -> tuple[Any, Path | None]:
        """A result table, which outlives the workspace: written to `folder`/`name`.parquet, by DuckDB in this order,
        else kept in memory."""
        if self.folder is None:
            table = self.keep(expression)
            if self._kept:
                self._kept.pop()
            return table, None
        path = self.folder / f"{name}.parquet"
        if self.backend.name == "duckdb":
            self.backend.to_parquet(expression.order_by(*order) if order else expression, path, **PARQUET_OPTIONS)
        else:
            self.backend.to_parquet(expression, path)
        return self.backend.read_parquet(path), path

    def close(self) -> None:
        """Drop what was kept for the passes."""
        for name in self._kept:
            self._forget(name)
        self._kept.clear()


def hold(backend: Any, expression: Any) -> Any:
    """A small expression, computed once and held as long as the backend's connection (`cache` compiles it twice)."""
    if backend.name != "duckdb":
        return backend.store(expression)
    return Workspace(backend).keep(expression)


def typed_table(rows: list[dict[str, Any]], columns: Mapping[str, str]) -> Any:
    """An Ibis table of a few plain rows with exactly these columns and Ibis types."""
    schema = ibis.schema(dict(columns))
    return ibis.memtable(pa.Table.from_pylist(rows, schema=schema.to_pyarrow()), schema=schema)


def no_sides() -> Sides:
    """Sides without any entry: there is nothing to reconcile."""
    return Sides(typed_table([], ENTRY), typed_table([], ENTRY), nothing=True)


def conform(table: Any, columns: Mapping[str, str]) -> Any:
    """Exactly these columns, in this order, in these types; a column the table lacks is null.

    Where the table is a selection itself, or a join, it becomes one that has these columns: of nested selections of
    twenty columns most of a small run would be spent on compiling.
    """
    node = table.op()
    merges = isinstance(node, ops.Project | ops.JoinChain)
    told = node.values if merges else node.fields
    values = {
        name: (told[name].to_expr() if name in told else ibis.null()).cast(kind).op() for name, kind in columns.items()
    }
    if merges:
        return node.copy(values=values).to_expr()
    return ops.Project(node, values).to_expr()
