"""Addresses of `followup`, under /b/BOOK/."""

from __future__ import annotations

from django.urls import path

from huikuan.server.followup import views, views_change, views_claim, views_reminders

app_name = "followup"
urlpatterns = [
    path("followup/", views.task_list, name="list"),
    path("followup/missing/", views.missing_list, name="missing"),
    path("followup/hand/", views_change.hand, name="hand"),
    path("followup/many/", views_change.many, name="many"),
    path("followup/claim/", views_claim.claim, name="claim"),
    path("followup/claim/<uuid:pk>/", views_claim.download, name="download"),
    path("followup/reminders/", views_reminders.reminders, name="reminders"),
    path("followup/reminders/setting/", views_reminders.setting, name="remind_setting"),
    path("followup/reminders/own/", views_reminders.own, name="remind_me"),
    path("followup/<int:number>/", views.task, name="task"),
    path("followup/<int:number>/edit/", views_change.edit, name="edit"),
    path("followup/<int:number>/end/", views_change.end, name="end"),
    path("followup/<int:number>/reopen/", views_change.reopen, name="reopen"),
    path("followup/<int:number>/drop/", views_change.drop, name="drop"),
    path("followup/<int:number>/note/", views_change.note, name="note"),
    path("followup/<int:number>/attach/", views_change.attach, name="attach"),
    path("followup/<int:number>/files/<int:pk>/", views.attachment, name="file"),
    path("followup/<int:number>/files/<int:pk>/remove/", views_change.detach, name="detach"),
]
