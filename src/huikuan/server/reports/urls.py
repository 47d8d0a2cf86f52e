"""Addresses of `reports`, under /b/BOOK/."""

from __future__ import annotations

from django.urls import path

from huikuan.server.reports import views, views_builder

app_name = "reports"
urlpatterns = [
    path("reports/", views.report_list, name="list"),
    path("reports/builder/", views_builder.builder, name="builder"),
    path("reports/builder/file/", views_builder.builder_file, name="builder_file"),
    path("reports/builder/save/", views_builder.save, name="save"),
    path("reports/records/", views_builder.record_list, name="records"),
    path("reports/delete/<int:pk>/", views_builder.delete, name="delete"),
    path("reports/<slug:name>/", views.report, name="report"),
    path("reports/<slug:name>/file/", views.download, name="download"),
]
