"""The sentences of the semantic layer's codes."""

from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import register

register(
    {
        "semantic.unknown": _("“%(name)s” is not known here. There are: %(known)s."),
        "semantic.no_measure": _("Choose at least one measure."),
        "semantic.twice": _("A dimension stands in the rows or the columns, not in both."),
        "semantic.top_unsorted": _("Choose what to sort by: the first rows of which measure?"),
        "semantic.top": _("The number of rows must be a whole number up to %(most)s."),
        "semantic.period": _("The period ends before it begins: %(first)s to %(last)s."),
        "semantic.value": _("“%(value)s” is no value of “%(dimension)s”."),
        "semantic.how": _("“%(dimension)s” cannot be filtered by “%(how)s”."),
        "semantic.no_value": _("The condition on “%(dimension)s” names no value."),
        "semantic.shape": _("“%(field)s” is not as it should be."),
        "semantic.too_many": _("At most %(most)s in “%(field)s”."),
        "semantic.too_many_cells": _(
            "That makes more than %(most)s cells. Narrow it: “%(dimension)s” alone has %(values)s values. "
            "Add a condition, choose a longer period such as the month, or show only the first rows."
        ),
        "semantic.too_wide": _(
            "That makes %(columns)s columns, at most %(most)s fit. Put “%(dimension)s” into the rows, or add a "
            "condition."
        ),
        "semantic.total": _(
            "The cells of “%(measure)s” in %(currency)s add up to %(found)s, the rows to %(expected)s. Not shown."
        ),
        "semantic.no_period": _("To compare, the report needs a period: give a first and a last day."),
        "semantic.others": _("The rows left over have no list of their own. Show all rows to open one."),
        "semantic.nothing": _("The results hold nothing about “%(subject)s” yet. Reconcile first."),
    }
)
