"""Addresses of `documents`."""

from __future__ import annotations

from django.urls import path

from huikuan.server.documents import coverage_views, mapping_views, views

app_name = "documents"
urlpatterns = [
    path("import/", views.import_page, name="import"),
    path("import/upload/", views.upload, name="upload"),
    path("import/formats/", views.formats, name="formats"),
    path("import/start/", views.start, name="start"),
    path("import/<str:batch>/answer/", views.answer, name="answer"),
    path("import/<str:batch>/changes/", views.decide_changes, name="changes"),
    path("import/problems/<int:pk>.csv", views.problems, name="problems"),
    path("import/<int:pk>/columns/", mapping_views.map_columns, name="map"),
    path("import/<int:pk>/columns/check/<uuid:job>/", mapping_views.check_state, name="map_check"),
    path("mappings/", mapping_views.mappings, name="mappings"),
    path("mappings/import/", mapping_views.import_mapping, name="import_mapping"),
    path("mappings/<int:pk>.json", mapping_views.export_mapping, name="export_mapping"),
    path("mappings/<int:pk>/delete/", mapping_views.delete_mapping, name="delete_mapping"),
    path("documents/", views.document_list, name="list"),
    path("documents/coverage/", coverage_views.coverage, name="coverage"),
    path("documents/coverage/<str:key>/", coverage_views.stream, name="stream"),
    path("documents/coverage/<str:key>/quiet/", coverage_views.say_quiet, name="quiet"),
    path("documents/coverage/<str:key>/quiet/<int:pk>/undo/", coverage_views.undo_quiet, name="undo_quiet"),
    path("documents/<str:document_id>/", views.document, name="document"),
    path("documents/<str:document_id>/undo/", views.undo, name="undo"),
    path("documents/<str:document_id>/decide/", views.decide, name="decide"),
    path("source/<path:record_key>/", views.source, name="source"),
]
