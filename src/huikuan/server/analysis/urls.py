"""Addresses of `analysis`, under /b/BOOK/."""

from __future__ import annotations

from django.urls import path

from huikuan.server.analysis import views, views_forecast

app_name = "analysis"
urlpatterns = [
    path("analysis/", views.page, name="list"),
    path("analysis/dismiss/", views.dismiss, name="dismiss"),
    path("analysis/restore/", views.restore, name="restore"),
    path("forecast/", views_forecast.page, name="forecast"),
    path("forecast/day/", views_forecast.day, name="day"),
]
