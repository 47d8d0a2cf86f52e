"""Addresses of automatic reports, under /b/BOOK/."""

from django.urls import path

from huikuan.server.delivery import views, views_archive, views_channels

app_name = "delivery"
urlpatterns = [
    path("delivery/", views.schedules, name="list"),
    path("delivery/new", views.schedule, name="new"),
    path("delivery/<int:pk>", views.schedule, name="edit"),
    path("delivery/<int:pk>/pause", views.pause, name="pause"),
    path("delivery/<int:pk>/remove", views.remove, name="remove"),
    path("delivery/<int:pk>/send", views.send, name="send"),
    path("delivery/<int:pk>/try", views.trial, name="try"),
    path("delivery/archive/", views_archive.archive, name="archive"),
    path("delivery/archive/keep", views_archive.keep, name="keep"),
    path("delivery/archive/<int:pk>", views_archive.issue, name="issue"),
    path("delivery/archive/<int:pk>/again", views_archive.again, name="again"),
    path("delivery/archive/<int:pk>/dismiss", views_archive.dismiss, name="dismiss"),
    path("delivery/archive/<int:pk>/<slug:kind>", views_archive.file, name="file"),
    path("delivery/webhooks/", views_channels.channels, name="channels"),
    path("delivery/webhooks/new", views_channels.channel, name="channel_new"),
    path("delivery/webhooks/<int:pk>", views_channels.channel, name="channel"),
    path("delivery/webhooks/<int:pk>/remove", views_channels.remove, name="channel_remove"),
    path("delivery/webhooks/<int:pk>/try", views_channels.trial, name="channel_try"),
    path("delivery/mail", views_channels.mail_page, name="mail"),
    path("delivery/mail/try", views_channels.mail_trial, name="mail_try"),
]
