"""Addresses of login, password and profile."""

from django.urls import path

from huikuan.server.accounts import views

app_name = "accounts"
urlpatterns = [
    path("login", views.login_page, name="login"),
    path("logout", views.logout_page, name="logout"),
    path("password", views.password, name="password"),
    path("profile", views.profile, name="profile"),
    path("language", views.language, name="language"),
    path("keys", views.keys, name="keys"),
]
