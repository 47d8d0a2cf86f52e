"""Ibis' Spark backend as the engine needs it. Imported only once Spark is known to be there (`pipeline.runs.spark`).

What Ibis hands over through pandas goes through Arrow here, so that amounts, days and nulls stay what they are. What
the engine keeps between two passes is written as Parquet into a folder that driver and workers share: a worker that
dies takes nothing with it, and no query carries the history of the ones before.
"""

from __future__ import annotations

import shutil
import weakref
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import pyarrow as pa
from ibis.backends.pyspark import Backend
from ibis.backends.pyspark.datatypes import PySparkType
from ibis.formats.pyarrow import PyArrowData
from ibis.util import gen_name


class SparkBackend(Backend):  # type: ignore[misc]
    """An Ibis backend over a Spark session. `scratch` is the folder for what is kept."""

    scratch: Path

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._stored: set[str] = set()

    def store(self, expression: Any) -> Any:
        """The expression, computed once; its files go when nothing refers to the table any more."""
        if getattr(expression.op(), "name", "") in self._stored:
            return expression
        name = gen_name("stored")
        path = self.scratch / name
        frame = self._frame(expression)
        frame.write.parquet(str(path))
        self._session.read.schema(frame.schema).parquet(str(path)).createOrReplaceTempView(name)
        table = self.table(name)
        self._stored.add(name)
        weakref.finalize(table.op(), shutil.rmtree, path, ignore_errors=True)
        return table

    def _frame(self, expression: Any) -> Any:
        """The rows in the types that the expression promises: Spark widens decimals and small integers on the way."""
        self._run_pre_execute_hooks(expression)
        frame = self._session.sql(self.compile(expression))
        promised = {
            name: PySparkType.from_ibis(kind)
            for name, kind in expression.schema().items()
            if kind.is_decimal() or kind.is_integer()
        }
        wrong = {name: frame[name].cast(kind) for name, kind in promised.items() if frame.schema[name].dataType != kind}
        return frame.withColumns(wrong) if wrong else frame

    def to_parquet(self, expression: Any, /, path: Any, **_options: Any) -> None:
        """Write the rows as Parquet files into a new folder."""
        self._frame(expression).write.parquet(str(path))

    def to_pyarrow(self, expression: Any, /, **_options: Any) -> Any:
        """The rows of an expression, in the types it promises."""
        table = expression.as_table()
        rows = PyArrowData.convert_table(self._frame(table).toArrow(), table.schema())
        return expression.__pyarrow_result__(rows)

    def get_schema(self, table_name: str, **where: Any) -> Any:
        """The columns of a table; moments have microseconds, as on DuckDB."""
        told = super().get_schema(table_name, **where)
        return ibis.schema(
            {name: dt.Timestamp(scale=6) if kind.is_timestamp() else kind for name, kind in told.items()}
        )

    def _register_in_memory_table(self, op: Any) -> None:
        rows: pa.Table = op.data.to_pyarrow(op.schema)
        self._session.createDataFrame(rows).createOrReplaceTempView(op.name)
