"""Addresses of `reports`, under /b/BOOK/."""

from __future__ import annotations

from django.urls import path

from huikuan.server.reports import views

app_name = "reports"
urlpatterns = [
    path("reports/", views.report_list, name="list"),
    path("reports/<slug:name>/", views.report, name="report"),
    path("reports/<slug:name>/file/", views.download, name="download"),
]
