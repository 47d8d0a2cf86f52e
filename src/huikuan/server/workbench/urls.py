"""Addresses of `workbench`."""

from __future__ import annotations

from django.urls import path

from huikuan.server.workbench import (
    views,
    views_approve,
    views_decide,
    views_inside,
    views_items,
    views_order,
    views_records,
    views_what_if,
)

app_name = "workbench"
urlpatterns = [
    path("reconciliations/", views.overview_page, name="overview"),
    path("reconciliations/run/", views.run, name="run"),
    path("workbench/", views.workbench, name="workbench"),
    path("workbench/<slug:name>/", views.bench, name="bench"),
    path("workbench/<slug:name>/pane/<str:side>/", views.pane_part, name="pane"),
    path("workbench/<slug:name>/pane/<str:side>/keys/", views.pane_keys, name="keys"),
    path("workbench/<slug:name>/suggestions/", views.suggestions_part, name="suggestions"),
    path("workbench/<slug:name>/item/<str:item_id>/", views.item_part, name="item"),
    path("workbench/<slug:name>/matched/", views.matched, name="matched"),
    path("workbench/<slug:name>/causes/", views.causes, name="causes"),
    path("workbench/<slug:name>/group/<str:group_id>/", views.group, name="group"),
    path("workbench/<slug:name>/why/", views.why, name="why"),
    path("workbench/<slug:name>/match/", views_decide.match, name="match"),
    path("workbench/<slug:name>/difference/", views_decide.difference, name="difference"),
    path("workbench/<slug:name>/exclude/", views_decide.exclude, name="exclude"),
    path("workbench/<slug:name>/reject/<str:item_id>/", views_decide.reject, name="reject"),
    path("workbench/<slug:name>/undo/", views_decide.undo_last, name="undo_last"),
    path("workbench/<slug:name>/undo/<str:group_id>/", views_decide.undo, name="undo"),
    path("workbench/<slug:name>/take-back/<str:sort>/<str:numbers>/", views_decide.take_back, name="take_back"),
    path("bill-items/", views_items.items, name="items"),
    path("bill-items/class/", views_items.classify, name="classify"),
    path("bill-items/<int:pk>/take-back/", views_items.take_back, name="take_back_item"),
    path("approvals/", views_approve.waiting, name="approvals"),
    path("approvals/<str:group_id>/approve/", views_approve.approve, name="approve"),
    path("approvals/<str:group_id>/decline/", views_approve.decline, name="decline"),
    path("what-if/", views_what_if.start, name="what_if"),
    path("what-if/<uuid:pk>/", views_what_if.result, name="what_if_result"),
    path("what-if/<uuid:pk>/file/", views_what_if.export, name="what_if_file"),
    path("notes/", views_records.notes, name="notes"),
    path("records/new/<str:kind>/", views_records.enter, name="enter"),
    path("records/correct/<path:record_key>/", views_records.correct, name="correct"),
    path("records/take-back/<str:sort>/<int:pk>/", views_records.take_back, name="take_back_fact"),
    path("inside/<path:record_key>/", views_inside.inside, name="inside"),
    path("orders/<path:order_no>/", views_order.order, name="order"),
]
