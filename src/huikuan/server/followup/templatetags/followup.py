"""Who follows up an order, for pages of other apps: `{% load followup %}`."""

from __future__ import annotations

from typing import Any

from django import template

from huikuan.server.followup import holding
from huikuan.server.followup.models import TaskOrder

register = template.Library()


@register.simple_tag(takes_context=True)
def tasks_of_order(context: dict[str, Any], shop: str, order_no: str) -> list[TaskOrder]:
    """The tasks that an order is or was in, the live one first: `{% tasks_of_order shop order_no as tasks %}`."""
    return holding.tasks_of_order(context["request"].book, shop, order_no)


@register.simple_tag(takes_context=True)
def followup_choices(context: dict[str, Any]) -> list[tuple[str, str]]:
    """The values of a filter by who follows up, with their words."""
    return holding.choices(context["request"].book)
