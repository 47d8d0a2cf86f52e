"""The thing of an audit entry, for the pages of the log: `{% load audit %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import NoReverseMatch
from django.utils.html import format_html
from django.utils.safestring import SafeString

from huikuan.server.audit import objects
from huikuan.server.audit.models import Entry
from huikuan.server.core.shortcuts import book_url

register = template.Library()


@register.simple_tag(takes_context=True)
def thing(context: dict[str, Any], entry: Entry) -> SafeString:
    """What an entry is about, as a link where it has a page: `{% thing entry %}`."""
    request = context["request"]
    words, page = objects.words_of(entry, request.book), objects.page_of(entry)
    if page is None:
        return format_html("{}", words)
    name, args, query = page
    if query.get("as_of") == request.book.today().isoformat():
        query = {}
    try:
        address = book_url(request, name, *args, query=query)
    except NoReverseMatch:  # an identity of an older version that is no address
        return format_html("{}", words)
    return format_html('<a href="{}">{}</a>', address, words)
