"""The tree of errors that cross a layer's border.

    HuikuanError
    ├── UserError        the user can put it right: a file, a rule, a setting, an argument
    ├── OperatorError    the operator can put it right: configuration, disk, a lock, a worker
    └── InvariantError   a fault of ours: figures that do not add up; never caught but at a job's edge

A fault in a file's data is no exception but a value, `Problem`, collected and counted.
Errors carry a code and parameters; `huikuan.records.messages` puts them into words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class HuikuanError(Exception):
    """Base of all errors; `code` is a dotted constant, `params` fill the code's message."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code = code
        self.params = params
        super().__init__(code, params)

    def __str__(self) -> str:
        from huikuan.records.messages import text_of

        return text_of(self.code, self.params)


class UserError(HuikuanError):
    """What the user can put right. The command line prints it in one sentence and exits with 1."""


class OperatorError(HuikuanError):
    """What whoever runs the installation can put right."""


class InvariantError(HuikuanError):
    """A proof failed. The result is not published."""


@dataclass(frozen=True)
class Problem:
    """One fault found in a source file. Grain: one faulty cell, row, control total or file.

    `row` is the first physical line of the row in its file or sheet, from 1 (None: the whole file).
    `severity`: `reject` sets the row aside and refuses the file, `flag` only shows a disagreement,
    `refuse` refuses the file though no single row is at fault.
    """

    code: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    severity: str = "reject"

    @property
    def text(self) -> str:
        """Where, what was found, what was expected, what to do, in the active language."""
        from huikuan.records.messages import place_of, text_of

        place = place_of(self.sheet, self.row, bool(self.params.get("entry")))
        told = {"sheet": self.sheet, "row": self.row, "column": self.column, "place": place}
        return text_of(self.code, {**told, **self.params})
