"""Addresses of `collection`, under /b/BOOK/. The home page itself is `core:home`."""

from __future__ import annotations

from django.urls import path

from huikuan.server.collection import views

app_name = "collection"
urlpatterns = [
    path("collection/", views.order_list, name="list"),
    path("collection/run/", views.run, name="run"),
]
