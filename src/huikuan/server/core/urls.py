"""Addresses of the frame's own pages, under /b/BOOK/."""

from django.urls import path

from huikuan.server.collection import views_home
from huikuan.server.core import lists, views

app_name = "core"
urlpatterns = [
    path("", views_home.page, name="home"),
    path("search", views.search, name="search"),
    path("as-of", views.as_of, name="as_of"),
    path("more", views.more, name="more"),
    path("help", views.help_page, name="help"),
    path("lists/<slug:page>/columns", lists.columns, name="columns"),
    path("lists/<slug:page>/views", lists.save_view, name="save_view"),
    path("lists/views/<int:pk>/delete", lists.delete_view, name="delete_view"),
]
