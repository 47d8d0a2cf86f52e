"""Addresses of the audit log, under /b/BOOK/."""

from django.urls import path

from huikuan.server.audit import views

app_name = "audit"
urlpatterns = [
    path("settings/audit", views.log, name="list"),
    path("settings/audit/export", views.export, name="export"),
    path("settings/audit/<int:pk>", views.entry, name="entry"),
]
