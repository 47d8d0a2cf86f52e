"""Ibis' columns (`ops.Field`), made with less work.

Each relation of an expression makes a column for every column of the relation it stands on: of some 62,000 operations
that a run of a few hundred orders makes, 37,000 are columns. Ibis checks the two arguments of each as it does for any
operation, which was a fifth of the time of building expressions. A relation and the name of one of its columns need no
such check; whatever else is asked for goes Ibis' own way, which says what is wrong with it.
"""

from __future__ import annotations

from typing import Any

import ibis.expr.operations as ops

_checked = ops.Field.__create__


def _column(cls: type[Any], rel: Any, name: Any) -> Any:
    """The column of a relation, with what Ibis keeps of it."""
    kind = rel.schema.fields.get(name) if isinstance(rel, ops.Relation) and isinstance(name, str) else None
    if kind is None:
        return _checked(rel, name)
    given = (rel, name)
    kept = {
        "rel": rel, "name": name, "dtype": kind, "relations": frozenset({rel}),
        "__args__": given, "__precomputed_hash__": hash((cls, given)),
    }  # fmt: skip
    column = object.__new__(cls)
    for attribute, value in kept.items():
        object.__setattr__(column, attribute, value)
    return column


def install() -> None:
    """From now on columns of this process are made so."""
    ops.Field.__create__ = classmethod(_column)
