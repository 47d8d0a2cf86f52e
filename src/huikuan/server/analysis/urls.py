"""Addresses of `analysis`, under /b/BOOK/."""

from __future__ import annotations

from django.urls import path

from huikuan.server.analysis import views_forecast

app_name = "analysis"
urlpatterns = [
    path("forecast/", views_forecast.page, name="forecast"),
    path("forecast/day/", views_forecast.day, name="day"),
]
