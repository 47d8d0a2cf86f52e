"""Ibis' DuckDB backend as the engine needs it: the same queries, written with less work.

A run makes some 250 queries out of expressions; over a few hundred orders nearly all of its time is spent on writing
them. Ibis first rewrites an expression several times over (each rewriting makes every column anew), then writes it.
Here the usual operations are written as they stand, by Ibis' own rules; an expression that holds anything else
(`_is_rewritten`) goes the long way. `tests/engine/test_duckdb_backend.py` holds both ways equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

import ibis
import ibis.expr.operations as ops
import sqlglot as sg
import sqlglot.expressions as sge
from ibis.backends.duckdb import Backend
from ibis.backends.sql.compilers.base import STAR, SQLGlotCompiler
from ibis.backends.sql.compilers.duckdb import DuckDBCompiler
from ibis.common.graph import Graph

# What Ibis puts together out of other operations, or in a way of its own; the engine hardly uses it.
REWRITTEN = (
    ops.ArrayPosition, ops.Bucket, ops.Capitalize, ops.DropNull, ops.FillNull, ops.FindInSet, ops.First, ops.Last,
    ops.NthValue, ops.NTile, ops.Sample, ops.ScalarParameter, ops.StringFind, ops.AliasedRelation,
)  # fmt: skip
SELECTIONS = (ops.Project, ops.Filter, ops.Sort, ops.Distinct)
NAMED = (*SELECTIONS, ops.Aggregate, ops.JoinChain, ops.Set, ops.Limit)  # written once, before the query, if used twice
COLUMNS = (ops.Field, ops.CountStar, ops.CountDistinctStar)  # ask a relation that the query uses anyway
WHOLE = (ops.WindowFunction, ops.Subquery)  # values that need all rows of a relation
ONE = ops.Literal(1, dtype="int8")
IBIS = DuckDBCompiler()


def _is_rewritten(node: Any) -> bool:
    """Whether Ibis writes an operation otherwise than by its own rule."""
    if isinstance(node, ops.ArrayMap | ops.ArrayFilter):
        return node.index is not None
    return isinstance(node, REWRITTEN) or (isinstance(node, ops.InValues) and not node.options)


def _used_twice(graph: Graph) -> set[Any]:
    """The relations that a query uses more than once."""
    users = Counter(
        child for node, children in graph.items() if not isinstance(node, COLUMNS)
        for child in children if isinstance(child, NAMED)
    )  # fmt: skip
    return {relation for relation, count in users.items() if count > 1}


def _is_reading(node: Any) -> bool:
    """Whether a relation is no more than rows and columns of a table: where it is used twice DuckDB is told to read it
    twice, each time what is needed, since it would else hold all of it."""
    if isinstance(node, ops.Filter | ops.Project):
        return not node.find(WHOLE, filter=ops.Value) and _is_reading(node.parent)
    return isinstance(node, ops.PhysicalTable)


class OnePassCompiler(DuckDBCompiler):  # type: ignore[misc]
    """Ibis' compiler for DuckDB without the rewriting."""

    def translate(self, op: Any, *, params: Mapping[Any, Any]) -> Any:
        """The query of an expression, as a tree of sqlglot."""
        graph = Graph.from_bfs(op)
        if params or any(_is_rewritten(node) for node in graph):
            return IBIS.translate(op, params=params)
        shared = _used_twice(graph)
        names: list[str] = []
        before: list[tuple[Any, Any, bool]] = []

        def named(query: Any) -> Any:
            names.append(f"t{len(names)}")
            name = sg.to_identifier(names[-1], quoted=self.quoted)
            if isinstance(query, sge.Subquery):  # of a relation that stands for another: its query need not be copied
                return sge.Subquery(this=query.this, alias=sge.TableAlias(this=name))
            if isinstance(query, sge.Query):
                return query.subquery(name, copy=False)
            return query.as_(name, quoted=self.quoted, table=isinstance(query, sge.Table))

        def written(node: Any, _done: Any, **parts: Any) -> Any:
            query = self.visit_node(node, **parts)
            if node is op or not isinstance(node, ops.Relation):
                return query
            if node in shared:
                whole = named(query)
                before.append((sg.to_identifier(names[-1], quoted=self.quoted), whole.this, _is_reading(node)))
                return named(sge.table_(names[-1], quoted=self.quoted))
            return named(query)

        query = op.map(written)[op]
        if isinstance(query, sge.Table):
            query = sg.select(STAR, copy=False).from_(query, copy=False)
        elif isinstance(query, sge.Subquery):
            query = query.this
        for name, body, reading in before:
            query = query.with_(
                name, as_=body, materialized=False if reading else None, dialect=self.dialect, copy=False
            )
        return query

    def visit_Alias(self, _op: Any, *, arg: Any, name: str) -> Any:
        """A name that the selection around it gives anyway."""
        return arg

    def visit_Project(self, op: Any, *, parent: Any, values: Any) -> Any:
        """SELECT columns FROM parent."""
        whole = list(values) == list(op.parent.schema) and all(
            isinstance(value, ops.Field) and value.name == name and value.rel == op.parent
            for name, value in op.values.items()
        )
        columns = [STAR] if whole else self._cleanup_names(values)
        return sg.select(*columns, copy=False).from_(parent, copy=False)

    def visit_Filter(self, op: Any, *, parent: Any, predicates: Any) -> Any:
        """SELECT * FROM parent WHERE ..., with QUALIFY for what asks a window."""
        query = sg.select(STAR, copy=False).from_(parent, copy=False)
        windows = [bool(predicate.find(ops.WindowFunction, filter=ops.Value)) for predicate in op.predicates]
        plain = [told for told, window in zip(predicates, windows, strict=True) if not window]
        late = [told for told, window in zip(predicates, windows, strict=True) if window]
        query = query.where(*plain, copy=False) if plain else query
        return query.qualify(*late, copy=False) if late else query

    def visit_Sort(self, _op: Any, *, parent: Any, keys: Any) -> Any:
        """SELECT * FROM parent ORDER BY ..."""
        return sg.select(STAR, copy=False).from_(parent, copy=False).order_by(*keys, copy=False)

    def visit_Distinct(self, _op: Any, *, parent: Any) -> Any:
        """SELECT DISTINCT * FROM parent."""
        return sg.select(STAR, copy=False).from_(parent, copy=False).distinct(copy=False)

    def visit_DropColumns(self, op: Any, *, parent: Any, columns_to_drop: Any) -> Any:
        """The columns that are left, or all but a few."""
        few = len(columns_to_drop) < len(op.schema) // 2
        how = DuckDBCompiler if few else SQLGlotCompiler
        return how.visit_DropColumns(self, op, parent=parent, columns_to_drop=columns_to_drop)

    def visit_WindowFunction(self, op: Any, **parts: Any) -> Any:
        """A function over a window; ranks count from 0 in Ibis and from 1 in SQL."""
        window = super().visit_WindowFunction(op, **parts)
        if not isinstance(op.func, ops.RankBase):
            return window
        return self.binop(sge.Sub, window, self.visit_Literal(ONE, value=ONE.value, dtype=ONE.dtype))


class DuckDBBackend(Backend):  # type: ignore[misc]
    """An Ibis backend over a DuckDB connection (`from_connection`)."""

    compiler = OnePassCompiler()

    def get_schema(self, table_name: str, *, catalog: str | None = None, database: str | None = None) -> Any:
        """The columns of a table in the types that DuckDB gave them (Ibis asks and reads them anew each time). Not by
        `con.table`, which reads a whole view for them."""
        name = sge.table_(table_name, db=database, catalog=catalog, quoted=True).sql(self.dialect)
        told = self.con.sql(f"FROM {name}")
        return ibis.schema({name: _type_of(str(kind)) for name, kind in zip(told.columns, told.types, strict=True)})


@cache
def _type_of(told: str) -> Any:
    return DuckDBBackend.compiler.type_mapper.from_string(told)
