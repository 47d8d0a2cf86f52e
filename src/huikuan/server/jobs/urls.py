"""Addresses of background jobs, under /b/BOOK/."""

from django.urls import path

from huikuan.server.jobs import views

app_name = "jobs"
urlpatterns = [
    path("jobs", views.job_list, name="list"),
    path("jobs/top", views.top, name="top"),
    path("jobs/<uuid:pk>", views.detail, name="detail"),
    path("jobs/<uuid:pk>/cancel", views.cancel, name="cancel"),
    path("jobs/<uuid:pk>/read", views.read, name="read"),
]
