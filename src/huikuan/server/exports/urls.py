"""Addresses of `exports`, under /b/BOOK/. A shared link itself is /share/SECRET."""

from __future__ import annotations

from django.urls import path

from huikuan.server.exports import views

app_name = "exports"
urlpatterns = [
    path("export/<slug:name>/", views.export, name="export"),
    path("export/file/<uuid:pk>/", views.download, name="download"),
    path("shares/", views.share_list, name="shares"),
    path("shares/new/<slug:name>/", views.share, name="share"),
    path("shares/<int:pk>/end/", views.end_share, name="end_share"),
]
