"""The subject of follow-up: what people chase, order by order, with what was promised and what became of it.

Its rows come from the book's own database, not from a run (`server.followup.asked`). A task counts in each shop and
cause that it has orders of; what belongs to the task itself (promise, days to close) stands at one of its rows in each
currency, `head`: that of its largest order.
"""

from __future__ import annotations

from dataclasses import replace

from huikuan.insight.semantic.dimensions import (
    CAUSE,
    ORDER,
    ORDER_NO,
    PLATFORM,
    SHOP,
    month_of,
    shown,
    time_dimensions,
)
from huikuan.insight.semantic.model import Dimension, Measure, RecordColumn, Subject
from huikuan.records.messages import gettext_noop as _

BY_ORDER = ("shop", "platform", "cause", "kind", "order_no")  # a task may have orders of several
STATE = Dimension("state", _("State"), _("Whether it is chased, promised, done or given up."), "state", words="task")
OWNER = Dimension("owner", _("Owner"), _("Who follows it up."), "owner", blank=_("Nobody"))
LATE = Dimension(
    "lateness",
    _("Deadline"),
    _("Whether its day has passed, is to come, is not set, or the task has ended."),
    "lateness",
    words="lateness",
)
KIND = Dimension(
    "kind",
    _("Kind of missing money"),
    _("Nothing came, too little came, a fee is too high, or it is disputed."),
    "kind",
    words="missing",
)

FOLLOWUP = Subject(
    "followup",
    _("Follow-up tasks"),
    _("Tasks of follow-up by the day they were made, with the missing money of their orders then and now."),
    _("One order of a task."),
    ("number", "shop", "order_no", "currency"),
    "SELECT * FROM {followup}",
    (
        Measure(
            "tasks",
            _("Tasks"),
            _("Number of tasks; one is counted once in each line its orders stand in."),
            "number",
            how="distinct",
            type="count",
            apart=BY_ORDER,
        ),
        Measure(
            "open_tasks",
            _("Open tasks"),
            _("Number of tasks that have not ended."),
            "CASE WHEN live THEN number END",
            how="distinct",
            type="count",
            apart=BY_ORDER,
        ),
        Measure(
            "overdue_tasks",
            _("Overdue tasks"),
            _("Number of open tasks whose day has passed."),
            "CASE WHEN lateness = 'late' THEN number END",
            how="distinct",
            type="count",
            apart=BY_ORDER,
        ),
        Measure("orders", _("Orders"), _("Number of orders in tasks."), "order_no <> ''", how="count", type="count"),
        Measure(
            "was", _("Missing then"), _("Missing money of the orders on the day they were handed to the task."), "was"
        ),
        Measure(
            "at_stake",
            _("Missing now"),
            _("Missing money of the orders today; of an order that was in several tasks in each of them."),
            "missing",
        ),
        Measure(
            "open_stake",
            _("At stake"),
            _("Missing money today of the orders of open tasks."),
            "CASE WHEN live THEN missing ELSE 0 END",
        ),
        Measure("arrived", _("Missing no more"), _("Missing then less missing now."), "was - missing"),
        Measure(
            "promised",
            _("Amount promised"),
            _("What the platforms promised to pay, once for each task, at the shop and cause of its largest order."),
            "CASE WHEN head THEN promised ELSE 0 END",
        ),
        Measure(
            "days_to_close",
            _("Days to close"),
            _("Days from making a task to ending it, the middle one of the ended tasks."),
            "CASE WHEN head AND NOT live THEN closed_on - business_date END",
            how="median",
            type="count",
        ),
        Measure(
            "arrived_rate",
            _("Recovered"),
            _("Missing no more of missing then."),
            how="ratio",
            type="rate",
            ratio=("arrived", "was"),
        ),
    ),
    (
        OWNER,
        STATE,
        LATE,
        replace(CAUSE, definition=_("Why the money of the order was missing when it was handed over.")),
        KIND,
        PLATFORM,
        SHOP,
        month_of("due_month", _("Due in"), _("Month of the day it is to be done by."), "due_on"),
        Dimension(
            "due_day", _("Due on"), _("The day it is to be done by."), "due_on", "strftime({0}, '%Y-%m-%d')", many=True
        ),
        *(replace(each, definition=_("Of the day the task was made.")) for each in time_dimensions()),
        Dimension("task", _("Task"), _("Number and title of the task."), "task", many=True),
        ORDER_NO,
    ),
    (
        RecordColumn("task", _("Task"), "task"),
        ORDER,
        shown(SHOP),
        shown(OWNER),
        shown(STATE),
        shown(CAUSE),
        RecordColumn("made_on", _("Made on"), "business_date", "date"),
        RecordColumn("due_on", _("Due on"), "due_on", "date"),
        RecordColumn("was", _("Missing then"), "was", "money"),
        RecordColumn("missing", _("Missing now"), "missing", "money"),
        RecordColumn("promised", _("Amount promised"), "CASE WHEN head THEN promised ELSE 0 END", "money"),
    ),
    ("followup",),
    sourced=False,
)
