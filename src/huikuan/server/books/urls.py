"""Addresses of the settings of a book, under /b/BOOK/."""

from django.urls import path

from huikuan.server.books import views, views_own, views_proposals, views_rules, views_users

app_name = "books"
urlpatterns = [
    path("settings", views.settings_page, name="settings"),
    path("settings/new-book", views.create, name="create"),
    path("settings/demo", views.load_demo, name="load_demo"),
    path("settings/shops", views.shops, name="shops"),
    path("settings/shops/new", views.shop, name="shop_new"),
    path("settings/shops/<int:pk>", views.shop, name="shop"),
    path("settings/accounts/new", views.account, name="account_new"),
    path("settings/accounts/<int:pk>", views.account, name="account"),
    path("settings/rules", views_rules.rules, name="rules"),
    path("settings/rules/export", views_rules.export, name="rules_export"),
    path("settings/rules/proposals", views_proposals.proposals, name="proposals"),
    path("settings/rules/proposals/<slug:act>/<slug:digest>", views_proposals.proposal, name="proposal"),
    path("settings/rules/import", views_rules.import_file, name="rules_import"),
    path("settings/rules/own/new", views_own.own, name="own_new"),
    path("settings/rules/own/<slug:name>", views_own.own, name="own"),
    path("settings/rules/own/<slug:name>/end", views_own.end, name="own_end"),
    path("settings/rules/voucher/new", views_rules.voucher_rule, name="voucher_new"),
    path("settings/rules/voucher/<int:pk>", views_rules.voucher_rule, name="voucher"),
    path("settings/rules/<slug:kind>/new", views_rules.rule, name="rule_new"),
    path("settings/rules/<slug:kind>/<int:pk>", views_rules.rule, name="rule"),
    path("settings/rules/<slug:kind>/<int:pk>/delete", views_rules.delete, name="rule_delete"),
    path("settings/users", views_users.users, name="users"),
    path("settings/users/add", views_users.add, name="user_add"),
    path("settings/users/<int:pk>/role", views_users.role, name="user_role"),
    path("settings/users/<int:pk>/password", views_users.password, name="user_password"),
]
