"""The records a figure is made of: the same filters as its question, row by row, with the file and row of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from huikuan.insight.semantic.answer import Source
from huikuan.insight.semantic.model import Subject
from huikuan.insight.semantic.query import OTHERS, Bound, columns_used, rows_sql, where_sql
from huikuan.insight.semantic.question import Question, question_of
from huikuan.insight.semantic.subjects import subject_of
from huikuan.records.errors import UserError
from huikuan.records.sql import sql_name

UNSOURCED = "'' AS record_key, '' AS document_id, NULL AS source_row"
BLANK = "~"  # in an address: the rows that have no value


@dataclass(frozen=True)
class Records:
    """A page of records. `totals`: of each additive measure asked for over all of them, by currency; `count` likewise.
    Each row has the subject's record columns, `record_key`, `document` and `source_row` (None where the subject's rows
    are no single records)."""

    subject: Subject
    rows: list[dict[str, Any]]
    totals: list[dict[str, Any]]

    @property
    def count(self) -> int:
        """How many records there are in all."""
        return sum(row["count"] for row in self.totals)


def asked_of(question: Question, currency: str) -> dict[str, str]:
    """What a list of records needs of a question beside a cell's values, for an address: `asked_back` reads it."""
    told = {"subject": question.subject, "currency": currency}
    told |= {"from": question.first.isoformat()} if question.first else {}
    told |= {"to": question.last.isoformat()} if question.last else {}
    filters = [[each.dimension, each.how, *each.values] for each in question.filters]
    return told | ({"f": json.dumps(filters, ensure_ascii=False, separators=(",", ":"))} if filters else {})


def asked_back(told: Mapping[str, str]) -> Question:
    """The question behind a cell: that of `asked_of`, narrowed by its values `d.NAME` and of its measure `m`. UserError
    for anything else."""
    try:
        plain = json.loads(told.get("f") or "[]")
        filters = [{"dimension": each[0], "how": each[1], "values": each[2:]} for each in plain]
    except (ValueError, LookupError, TypeError) as error:
        raise UserError("semantic.shape", field="f") from error
    cell = {name.removeprefix("d."): value for name, value in told.items() if name.startswith("d.")}
    if OTHERS in cell.values():
        raise UserError("semantic.others")
    filters += [{"dimension": name, "how": "is", "values": ["" if v == BLANK else v]} for name, v in cell.items()]
    subject = subject_of(told.get("subject", ""))
    measure = told.get("m") or subject.measures[0].name
    return question_of(
        {"subject": subject.name, "measures": [measure], "filters": filters, "from": told.get("from", ""),
         "to": told.get("to", "")}
    )  # fmt: skip


def records(
    source: Source, question: Question, currency: str = "", offset: int = 0, limit: int = 50, order: str = ""
) -> Records:
    """The records of a question, the last day first. `order`: a record column to sort by, with a minus downwards.
    UserError for an unknown one."""
    subject = subject_of(question.subject)
    bound = Bound()
    where = where_sql(subject, question, source.platforms, bound)
    if currency:
        where += f" AND currency = {bound.add(currency)}"
    columns = columns_used(subject, question)
    if any(each.sql == "shop" for each in subject.records):
        columns.add("shop")
    rows = f"SELECT * FROM ({rows_sql(subject, source.tables, columns)}) WHERE {where}"
    return Records(
        subject, _page(source, subject, rows, bound, order, offset, limit), _totals(source, question, rows, bound)
    )


def _page(
    source: Source, subject: Subject, rows: str, bound: Bound, order: str, offset: int, limit: int
) -> list[dict[str, Any]]:
    shown = {each.name: each.sql for each in subject.records}
    name = order.removeprefix("-")
    if name and name not in shown:
        raise UserError("semantic.unknown", name=name[:60], known=", ".join(shown))
    place = "record_key, document_id, source_row" if subject.sourced else UNSOURCED
    selected = ", ".join(f"{sql} AS {sql_name('r_' + key)}" for key, sql in shown.items())
    way = "DESC" if order.startswith("-") else "ASC"
    by = f"{sql_name('r_' + name)} {way} NULLS LAST, " if name else f"{subject.day} DESC NULLS LAST, "
    tie = ", ".join(subject.key)
    cut = f"LIMIT {int(limit)} OFFSET {int(offset)}"
    page = f"SELECT currency, {selected}, {place}, {tie} FROM ({rows}) ORDER BY {by}{tie} {cut}"
    document = f"({source.tables['documents']})"
    keys = ", ".join(f"p.{sql_name('r_' + key)} AS {sql_name(key)}" for key in shown)
    sql = (
        f"SELECT p.currency, {keys}, coalesce(p.record_key, '') AS record_key, p.source_row, "
        f"coalesce(n.document, '') AS document FROM (SELECT *, row_number() OVER () AS place FROM ({page})) p "
        f"LEFT JOIN {document} n USING (document_id) ORDER BY p.place"
    )
    return source.query(sql, bound.values)


def _totals(source: Source, question: Question, rows: str, bound: Bound) -> list[dict[str, Any]]:
    subject = subject_of(question.subject)
    sums = [
        f"{each.sql} AS {sql_name(each.name)}" for each in subject.with_parts(question.measures) if each.how != "ratio"
    ]
    selected = ", ".join(["currency", "count(*) AS count", *sums])
    return source.query(f"SELECT {selected} FROM ({rows}) GROUP BY currency ORDER BY currency", bound.values)
