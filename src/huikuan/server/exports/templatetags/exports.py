"""The menu of a list's files: `{% load exports %}`."""

from __future__ import annotations

from typing import Any

from django import template

from huikuan.server.exports import services

register = template.Library()


@register.inclusion_tag("exports/_menu.html", takes_context=True)
def export_menu(context: dict[str, Any], name: str, **fixed: Any) -> dict[str, Any]:
    """The menu of a list with the filter of the address; `fixed`: what the address does not say, as `services.menu`."""
    told = {key: str(value) for key, value in fixed.items() if value not in (None, "")}
    return {**context.flatten(), "export_menu": services.menu(context["request"], name, **told)}  # type: ignore[attr-defined]
