"""The components of every page as template tags and filters; loaded everywhere, no `{% load %}` needed.

{{ amount|money }} {{ n|count }} {{ x|rate }} {{ d|day }} {{ t|moment }}     numbers and dates (LOOK section 6)
{% icon "home" %}                      an icon of frontend/icons.txt
{% badge "collection" row.status %}    icon + word + colour of a code (core/statuses.py)
    {% badge_as "overdue" _("2 days late") %}   the same with words of one's own
{% word "type" code %}                 the word of a code without a badge
{% book_url "documents:list" %}        address in this book with period and as-of kept
{% sort_header "date" _("Date") %}     a <th> that sorts; numeric=True for figures
{% chip _("Overdue") count=n status="overdue" %}   filter chip: sets the given query parameters
{% list_tools listing %}               the menus of a list: saved views, columns (core/lists.py)
{% pager page %} {% empty ... %} {% field form.name %} {% progress job.percent %}
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, PasswordInput, Select, Textarea
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from huikuan.server.core import numbers, shortcuts, statuses
from huikuan.server.core.paging import SIZES

register = template.Library()
register.filter("money", numbers.money)
register.filter("money_exact", numbers.money_exact)
register.filter("count", numbers.count)
register.filter("quantity", numbers.quantity)
register.filter("rate", numbers.rate)
register.filter("reference", numbers.reference)


@register.filter
def day(value: Any, year: int | None = None) -> str:
    """A date; with a year given, dates inside it are written without."""
    return numbers.day(value, year)


@register.simple_tag(takes_context=True)
def moment(context: dict[str, Any], value: datetime | None) -> str:
    """A UTC moment in the book's time zone, without the year if it is this year's."""
    if value is None:
        return ""
    book = context.get("book")
    local = book.local(value) if book else value
    return numbers.moment(local, book.today().year if book else None)


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """A value of a mapping by a key that is a variable; nothing if it is not there."""
    return mapping.get(key, "") if mapping else ""


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon; `size` is s, blank or l. It has no words: what it means stands beside it."""
    return _icon(static("icons.svg"), name, size)


@lru_cache(maxsize=1024)
def _icon(file: str, name: str, size: str) -> SafeString:
    extra = f" ico-{size}" if size else ""
    return format_html('<svg class="ico{}" aria-hidden="true"><use href="{}#{}"></use></svg>', extra, file, name)


@register.simple_tag
def badge(family: str, code: str) -> SafeString:
    """A code as icon, word and colour."""
    look, word = statuses.look_of(family, code)
    return badge_as(look, word)


@register.simple_tag
def badge_as(look: str, word: Any) -> SafeString:
    """A badge in one of the eight looks with words of one's own."""
    return format_html('<span class="badge is-{}">{}{}</span>', look, icon(statuses.ICONS[look]), word)


@register.simple_tag
def word(family: str, code: str) -> Any:
    """The word of a code."""
    return statuses.word_of(family, code)


@register.filter
def class_family(name: str) -> str:
    """The family of words that a reconciliation calls its classes by."""
    return statuses.class_family(name)


@register.simple_tag(takes_context=True)
def book_url(context: dict[str, Any], name: str, *args: Any, **query: Any) -> str:
    """The address of a page of this book, with period and as-of kept; keywords become the query."""
    return shortcuts.book_url(context["request"], name, *args, query=query)


@register.simple_tag(takes_context=True)
def same_page(context: dict[str, Any], **changes: Any) -> str:
    """This address with query parameters changed; None or blank takes one away. Paging starts again."""
    params = context["request"].GET.copy()
    for name in ("after", "page"):
        params.pop(name, None)
    for name, value in changes.items():
        if value in (None, ""):
            params.pop(name, None)
        else:
            params[name] = value
    return f"?{params.urlencode()}" if params else context["request"].path


@register.inclusion_tag("core/_sort_header.html", takes_context=True)
def sort_header(
    context: dict[str, Any], name: str, label: str, numeric: bool = False, extra: str = ""
) -> dict[str, Any]:
    """A column head that sorts by `name`: `?sort=name`, `?sort=-name`. The view reads `sort` and checks it."""
    present = context["request"].GET.get("sort", "") or context.get("sort", "")
    direction = "descending" if present == f"-{name}" else "ascending" if present == name else ""
    first, second = (f"-{name}", name) if numeric else (name, f"-{name}")
    target = same_page(context, sort=second if present == first else first)
    return {"label": label, "address": target, "direction": direction, "numeric": numeric, "extra": extra}


@register.inclusion_tag("core/_chip.html", takes_context=True)
def chip(
    context: dict[str, Any], label: str, count: int | None = None, icon: str = "", **params: Any
) -> dict[str, Any]:
    """A filter chip. It is current when the address has these parameters; a blank value means not in the address."""
    present = context["request"].GET
    current = all(present.get(name, "") == ("" if value is None else str(value)) for name, value in params.items())
    return {"label": label, "count": count, "icon": icon, "current": current, "address": same_page(context, **params)}


@register.inclusion_tag("core/_pager.html", takes_context=True)
def pager(context: dict[str, Any], page: Any) -> dict[str, Any]:
    """Page number, size and the way on (and back to the first page) of a `core.paging.Page`."""
    request = context["request"]

    def address(**changes: Any) -> str:
        params = request.GET.copy()
        for name, value in changes.items():
            params.pop(name, None)
            if value:
                params[name] = value
        return f"?{params.urlencode()}" if params else request.path

    following = address(after=page.next_cursor, page=page.number + 1) if page.next_cursor else ""
    long = page.next_cursor or page.number > 1 or page.size > SIZES[0]
    sizes = (
        [(size, address(after="", page="", size="" if size == SIZES[0] else size)) for size in SIZES] if long else []
    )
    first = address(after="", page="") if page.number > 1 else ""
    return {"page": page, "next": following, "first": first, "sizes": sizes}


@register.inclusion_tag("core/_empty.html")
def empty(sentence: str, icon: str = "circle-check", url: str = "", action: str = "") -> dict[str, Any]:
    """An empty list: one sentence why, one action."""
    return {"sentence": sentence, "icon": icon, "url": url, "action": action}


@register.inclusion_tag("core/_field.html")
def field(bound: BoundField, help_text: str = "") -> dict[str, Any]:
    """A form field with label, help and fault. A list of choices is not marked as optional: it says what none means."""
    widget = bound.field.widget
    is_check = isinstance(widget, CheckboxInput)
    css = "form-check-input" if is_check else "form-select" if isinstance(widget, Select) else "form-control"
    if isinstance(widget, CheckboxSelectMultiple):
        css = ""
    attrs: dict[str, Any] = {"class": f"{css} is-invalid" if bound.errors else css}
    if bound.errors:
        attrs["aria-describedby"] = f"{bound.auto_id}_fault"
    if isinstance(widget, Textarea):
        attrs.setdefault("rows", 4)
    return {
        "bound": bound,
        "control": bound.as_widget(
            attrs=attrs | widget.attrs | {"class": f"{attrs['class']} {widget.attrs.get('class', '')}".strip()}
        ),
        "is_check": is_check,
        "optional": not bound.field.required and not isinstance(widget, Select),
        "is_password": isinstance(widget, PasswordInput),
        "help_text": help_text or bound.help_text,
    }


@register.inclusion_tag("core/_progress.html")
def progress(percent: int, label: str = "") -> dict[str, Any]:
    """A progress line."""
    return {"percent": percent, "label": label}


@register.inclusion_tag("core/_list_tools.html", takes_context=True)
def list_tools(context: dict[str, Any], listing: Any) -> dict[str, Any]:
    """The menus of a list: its saved views and its columns (`core.lists`)."""
    return {
        "listing": listing,
        "request": context["request"],
        "book": context["book"],
        "csrf_token": context["csrf_token"],
    }


@register.simple_tag(takes_context=True)
def view_url(context: dict[str, Any], view: Any = None) -> str:
    """The address of this list in a saved view, or in none, with period and as-of kept."""
    request = context["request"]
    params = dict(request.scope.params) | (dict(parse_qsl(view.query)) | {"view": view.pk} if view else {})
    return f"{request.path}?{urlencode(params)}" if params else str(request.path)


@register.simple_tag(takes_context=True)
def may(context: dict[str, Any], permission: str) -> bool:
    """Whether the user's role has a permission: {% may "match" as can_match %}."""
    membership = context.get("membership")
    return bool(membership and membership.may(permission))


@register.simple_tag
def account_url(name: str) -> str:
    """The address of a page of the account, outside any book."""
    return reverse(f"accounts:{name}")
