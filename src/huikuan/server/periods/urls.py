"""Addresses of closed periods, under /b/BOOK/."""

from django.urls import path

from huikuan.server.periods import views

app_name = "periods"
urlpatterns = [
    path("periods/", views.page, name="list"),
    path("periods/<str:name>/", views.period, name="period"),
    path("periods/<str:name>/close", views.close, name="close"),
    path("periods/<str:name>/reopen", views.reopen, name="reopen"),
    path("periods/<str:name>/file/<str:kind>", views.file, name="file"),
]
