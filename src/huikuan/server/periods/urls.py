"""Addresses of closed periods, under /b/BOOK/."""

from django.urls import URLPattern

app_name = "periods"
urlpatterns: list[URLPattern] = []
