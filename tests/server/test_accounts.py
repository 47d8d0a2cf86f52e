"""Login, throttling, sessions, one-time passwords, roles, language."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from huikuan.records.errors import UserError
from huikuan.server.accounts import services
from huikuan.server.accounts.models import Membership, User
from huikuan.server.audit.models import Entry
from tests.server.world import PASSWORD, World


def log_in(client: Client, name: str, password: str = PASSWORD, **data: Any) -> Any:
    return client.post("/account/login", {"username": name, "password": password, **data})


def test_passwords_are_kept_as_argon2(db: None, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    user, _shown = services.create_user("lin", password="correct-horse-77")
    assert user.password.startswith("argon2$argon2id$")
    assert user.check_password("correct-horse-77")


def test_login_leads_to_where_one_was_but_never_to_another_site(world: World) -> None:
    client = Client()
    assert log_in(client, "clerk", next="/b/ours/jobs")["Location"] == "/b/ours/jobs"
    assert log_in(Client(), "clerk", next="https://evil.example/x")["Location"] == "/"
    assert Entry.objects.filter(action="user.login", actor="clerk").count() == 2


def test_wrong_passwords_count_down_and_lock(world: World) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    for left in (4, 3, 2, 1):
        response = log_in(client, "clerk", "wrong")
        assert response.status_code == 401
        assert f"{left} tries are left" in response.content.decode()
    locked = log_in(client, "clerk", "wrong")
    assert locked.status_code == 429
    assert "Locked after too many wrong tries. Try again in 15 minutes." in locked.content.decode()
    # Locked also for the right password, but not for others, nor elsewhere.
    assert log_in(client, "clerk").status_code == 429
    assert log_in(client, "auditor").status_code == 302
    assert log_in(Client(REMOTE_ADDR="10.0.0.9"), "clerk").status_code == 302


def test_success_forgets_wrong_tries(world: World) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    for _ in range(4):
        log_in(client, "clerk", "wrong")
    assert log_in(client, "clerk").status_code == 302
    client.post("/account/logout")
    assert "4 tries are left" in log_in(client, "clerk", "wrong").content.decode()


def age_session(client: Client, **seconds: int) -> None:
    session = client.session
    for name, value in seconds.items():
        session[name] -= value
    session.save()


def test_an_idle_session_ends(world: World, settings: Any) -> None:
    client = Client()
    log_in(client, "clerk")
    age_session(client, seen_at=settings.SESSION_IDLE_SECONDS - 60)
    assert client.get("/b/ours/").status_code == 200
    age_session(client, seen_at=settings.SESSION_IDLE_SECONDS + 1)
    response = client.get("/b/ours/jobs")
    assert response["Location"] == "/account/login?next=%2Fb%2Fours%2Fjobs&expired=1"
    assert client.get("/b/ours/").status_code == 302


def test_a_remembered_session_may_be_idle_longer(world: World, settings: Any) -> None:
    client = Client()
    log_in(client, "clerk", remember="on")
    age_session(client, seen_at=settings.SESSION_IDLE_SECONDS + 600)
    assert client.get("/b/ours/").status_code == 200


def test_every_session_ends_in_the_end(world: World, settings: Any) -> None:
    client = Client()
    log_in(client, "clerk", remember="on")
    age_session(client, started_at=settings.SESSION_ABSOLUTE_SECONDS + 1)
    assert client.get("/b/ours/").status_code == 302


def test_polling_does_not_keep_a_session_alive(world: World) -> None:
    client = Client()
    log_in(client, "clerk")
    age_session(client, seen_at=600)
    before = client.session["seen_at"]
    client.get("/b/ours/jobs/top", headers={"X-Poll": "1"})
    assert client.session["seen_at"] == before
    client.get("/b/ours/jobs")
    assert client.session["seen_at"] > before


def test_an_htmx_request_without_login_sends_the_whole_page_to_login(world: World) -> None:
    response = Client().get("/b/ours/jobs/top", headers={"HX-Request": "true", "HX-Current-URL": "/b/ours/"})
    assert (response.status_code, response["HX-Redirect"]) == (204, "/account/login?next=%2Fb%2Fours%2F")


def test_a_one_time_password_must_be_changed_before_anything_else(world: World) -> None:
    user, shown = services.create_user("new.one")
    Membership.objects.create(user=user, book=world.ours.book, role="clerk")
    assert re.fullmatch(r"[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}", shown)
    client = Client()
    log_in(client, "new.one", shown)
    assert client.get("/b/ours/")["Location"] == "/account/password"
    weak = {"old_password": shown, "new_password1": "1234567890", "new_password2": "1234567890"}
    assert client.post("/account/password", weak).status_code == 422
    good = {"old_password": shown, "new_password1": PASSWORD, "new_password2": PASSWORD}
    assert client.post("/account/password", good).status_code == 302
    assert client.get("/b/ours/").status_code == 200
    assert log_in(Client(), "new.one", shown).status_code == 401


def test_the_last_owner_stays(world: World) -> None:
    with pytest.raises(UserError) as error:
        services.set_role(world.users["owner"], world.ours.book, "clerk")
    assert error.value.code == "user.last_owner"
    services.set_role(world.users["clerk"], world.ours.book, "owner")
    services.set_role(world.users["owner"], world.ours.book, "")
    assert not Membership.objects.filter(user=world.users["owner"], book=world.ours.book).exists()


def test_an_owner_sets_no_password_of_members_of_others_books(world: World) -> None:
    member = Membership.objects.create(user=world.outsider, book=world.ours.book, role="clerk")
    response = world.client("owner").post(f"/b/ours/settings/users/{member.pk}/password")
    assert response.status_code == 422
    assert User.objects.get(pk=world.outsider.pk).check_password(PASSWORD)


@pytest.mark.parametrize(
    ("header", "tag", "word"),
    [
        ("zh-CN", "zh-Hans", "登录"),
        ("zh-TW,zh;q=0.8", "zh-Hant", "登入"),
        ("en-GB", "en", "Log in"),
        ("fr", "zh-Hans", "登录"),
    ],
)
def test_language_of_the_browser(db: None, header: str, tag: str, word: str) -> None:
    page = Client(HTTP_ACCEPT_LANGUAGE=header).get("/account/login").content.decode()
    assert f'<html lang="{tag}"' in page
    assert word in page


def test_language_of_the_user_wins_and_follows_him(world: World) -> None:
    client = world.client("clerk")
    client.post("/account/language", {"language": "zh-hant", "next": "/b/ours/"})
    assert User.objects.get(username="clerk").language == "zh-hant"
    page = world.client("clerk").get("/b/ours/", headers={"Accept-Language": "en"}).content.decode()
    assert "首頁" in page


def test_an_unknown_language_changes_nothing(world: World) -> None:
    client = world.client("clerk")
    client.post("/account/language", {"language": "xx"})
    assert User.objects.get(username="clerk").language == ""


def test_security_headers(world: World) -> None:
    response = world.client("clerk").get("/b/ours/")
    policy = response["Content-Security-Policy"]
    assert "script-src 'self' 'nonce-" in policy
    assert "'unsafe-eval'" not in policy and "script-src 'self' 'unsafe-inline'" not in policy
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert response["X-Frame-Options"] == "DENY"
    cookie = Client()
    log_in(cookie, "clerk")
    assert cookie.cookies["huikuan_session"]["httponly"]


def test_health_tells_nothing_but_health(db: None) -> None:
    response = Client().get("/health")
    assert response.json() == {"database": "ok", "worker": "ok"}
