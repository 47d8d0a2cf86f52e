"""All addresses. Pages of a book live under /b/BOOK/, one `include` per app of settings.BOOK_APPS."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path

from huikuan.server.core import views
from huikuan.server.exports.views import open_share

book_pages = [path("", include(f"huikuan.server.{app}.urls")) for app in settings.BOOK_APPS]

urlpatterns = [
    path("", views.start, name="home"),
    path("health", views.health, name="health"),
    path("share/<str:token>", open_share, name="share"),
    path("account/", include("huikuan.server.accounts.urls")),
    path("b/<slug:book>/", include(book_pages)),
]
handler403 = "huikuan.server.core.views.forbidden"
handler404 = "huikuan.server.core.views.not_found"
handler500 = "huikuan.server.core.views.failed"
