"""Rows of the workbench: without results every page still answers."""

from typing import Any

from tests.server.rows import MATCH, MONEY, RULES, Row

NAME = "order-settlement"
ITEM = "0" * 32


def compared(company: Any) -> Any:
    """A comparison that has been made, and cleared away since."""
    from huikuan.server.jobs.models import Job

    params = {"change": {"toml": ""}, "names": [], "as_of": None, "date_from": None, "date_to": None}
    made = {"book": company.book, "kind": "what_if", "params": params, "title": "What would change", "state": "done"}
    return Job.objects.create(**made, result={"folder": "none", "rows": 0}).pk


ROWS = [
    Row("workbench:overview", MONEY),
    Row("workbench:run", MATCH, "post"),
    Row("workbench:workbench", MONEY),
    Row("workbench:bench", MONEY, args=lambda company: (NAME,)),
    Row("workbench:matched", MONEY, args=lambda company: (NAME,)),
    Row("workbench:causes", MONEY, args=lambda company: (NAME,)),
    Row("workbench:pane", MONEY, args=lambda company: (NAME, "left")),
    Row("workbench:keys", MONEY, args=lambda company: (NAME, "left")),
    Row("workbench:suggestions", MONEY, args=lambda company: (NAME,)),
    Row("workbench:item", MONEY, args=lambda company: (NAME, ITEM)),
    Row("workbench:group", MONEY, args=lambda company: (NAME, ITEM)),
    Row("workbench:why", MONEY, args=lambda company: (NAME,)),
    Row("workbench:match", MATCH, "post", lambda company: (NAME,)),
    Row("workbench:difference", MATCH, "post", lambda company: (NAME,)),
    Row("workbench:exclude", MATCH, "post", lambda company: (NAME,)),
    Row("workbench:reject", MATCH, "post", lambda company: (NAME, ITEM)),
    Row("workbench:undo_last", MATCH, "post", lambda company: (NAME,)),
    Row("workbench:undo", MATCH, "post", lambda company: (NAME, ITEM)),
    Row("workbench:take_back", MATCH, "post", lambda company: (NAME, "exclusion", "999999")),
    Row("workbench:items", MONEY),
    Row("workbench:classify", MATCH, args=lambda company: ()),
    Row("workbench:classify", MATCH, "post"),
    Row("workbench:take_back_item", MATCH, "post", lambda company: (999999,)),
    Row("workbench:approvals", MONEY),
    Row("workbench:approve", RULES, "post", lambda company: (ITEM,)),
    Row("workbench:decline", RULES, "post", lambda company: (ITEM,)),
    Row("workbench:what_if", RULES),
    Row("workbench:what_if", RULES, "post"),
    Row("workbench:what_if_result", RULES, args=lambda company: (compared(company),)),
    Row("workbench:what_if_result", RULES, "post", lambda company: (compared(company),)),
    Row("workbench:what_if_file", RULES, args=lambda company: (compared(company),)),
    Row("workbench:notes", MATCH),
    Row("workbench:notes", MATCH, "post", data={"subject": "order:A/1", "text": "Asked the platform."}),
    Row("workbench:enter", MATCH, args=lambda company: ("bank_line",)),
    Row("workbench:enter", MATCH, "post", lambda company: ("bank_line",)),
    Row("workbench:correct", MATCH, args=lambda company: ("bank_line:A/1/0",)),
    Row("workbench:correct", MATCH, "post", lambda company: ("bank_line:A/1/0",)),
    Row("workbench:take_back_fact", MATCH, "post", lambda company: ("correction", 999999)),
    Row("workbench:inside", MONEY, args=lambda company: ("bank_line:A/1/0",)),
    Row("workbench:order", MONEY, args=lambda company: ("4726000000178420375",)),
]
