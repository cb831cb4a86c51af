"""Who may come in, and what stays shut when the secrets are unclear."""

from __future__ import annotations

import time
import tomllib

import pytest
import streamlit as st
from oidc_provider import AUTH
from repository import ROOT
from streamlit import config

from forecasting.core.errors import SettingsError
from pages.server import access_rules, app
from pages.server.access_rules import Access, access, parsed

GOOGLE = {key: AUTH[key] for key in ("client_id", "client_secret", "server_metadata_url")}


@pytest.fixture(autouse=True)
def nobody_was_asked():
    access_rules._asked.cache_clear()
    yield
    access_rules._asked.cache_clear()


def person(**claims):
    return {"is_logged_in": True, "iat": time.time(), "email": "anna@shop.example", "email_verified": True} | claims


def test_an_auth_section_says_who_may_come_in():
    assert parsed(AUTH) == Access(providers=(None,), allowed=None, hours=12.0)
    both = parsed({**AUTH, "google": GOOGLE, "client_kwargs": {"scope": "openid email"}, "allowed": ["*@Shop.example"], "hours": 8})
    assert both == Access(providers=(None, "google"), allowed=("*@shop.example",), hours=8.0)
    named = {key: AUTH[key] for key in ("redirect_uri", "cookie_secret")} | {"google": GOOGLE, "allowed": "anna@a.example, *@b.example"}
    assert parsed(named) == Access(providers=("google",), allowed=("anna@a.example", "*@b.example"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"redirect_uri": "https://forecast.shop.example/"}, "redirect_uri"),
        ({"cookie_secret": ""}, "cookie_secret"),
        ({"cookie_secret": "x" * 31}, "at least 32"),
        ({"client_id": ""}, "client_id is missing"),
        ({"client_secret": ""}, "client_secret is missing"),
        ({"google": {"client_id": "x"}}, "client_secret is missing"),
        ({"allowed": [7]}, "list of addresses"),
        ({"allowed": {"anna": True}}, "list of addresses"),
        ({"allowed": ["*"]}, '"\\*", which is neither'),
        ({"allowed": ["*@*.example"]}, "neither"),
        ({"allowed": ""}, "neither"),
        ({"allowed": ["anna"]}, "neither"),
        ({"hours": 0}, "hours"),
        ({"hours": "nan"}, "hours"),
        ({"hours": True}, "hours"),
    ],
)
def test_a_section_that_cannot_be_trusted_is_refused(change, said):
    with pytest.raises(SettingsError, match=said):
        parsed(AUTH | change)


def test_the_example_of_the_manual_is_understood():
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    example = tomllib.loads(text.partition("```toml\n")[2].partition("```")[0])["auth"]
    with pytest.raises(SettingsError, match="cookie_secret must be random"):
        parsed(example)
    rules = parsed(example | {"cookie_secret": AUTH["cookie_secret"]})
    assert rules == Access(providers=(None,), allowed=("*@shop.example", "anna@example.org"), hours=12.0)


@pytest.mark.parametrize("missing", sorted(AUTH))
def test_a_section_that_lacks_a_key_is_refused(missing):
    with pytest.raises(SettingsError, match=missing):
        parsed({key: value for key, value in AUTH.items() if key != missing})


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({}, True),
        ({"email": "ANNA@Shop.Example"}, True),
        ({"email": "bob@else.example"}, True),
        ({"email": "eve@else.example"}, False),
        ({"email": "anna@shop.example.evil.example"}, False),
        ({"email": "anna@evilshop.example"}, False),
        ({"email": "anna@evil.example@shop.example"}, False),
        ({"email": "@shop.example"}, False),
        ({"email": "*@shop.example"}, True),
        ({"email": "anna@\u017fhop.example"}, False),
        ({"email": None}, False),
        ({"email": ["anna@shop.example"]}, False),
        ({"email_verified": False}, False),
        ({"email_verified": "true"}, False),
        ({"email_verified": None}, False),
        ({"is_logged_in": False}, False),
        ({"is_logged_in": "true"}, False),
    ],
)
def test_only_a_verified_address_of_the_list_comes_in(claims, expected):
    assert Access(providers=(None,), allowed=("*@shop.example", "bob@else.example")).admits(person(**claims)) is expected


def test_without_a_list_whoever_logs_in_comes_in():
    rules = Access(providers=(None,))
    assert rules.admits(person(email="eve@else.example", email_verified=False))
    assert not rules.admits({})
    assert not Access(providers=(None,), allowed=()).admits(person())


def test_a_login_counts_for_some_hours():
    rules = Access(providers=(None,), hours=2)
    assert rules.admits(person(iat=time.time() - 7100))
    assert not rules.admits(person(iat=time.time() - 7300))
    assert not rules.admits(person(iat=None))


def test_without_secrets_nobody_is_asked(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(st, "get_option", lambda _: [str(tmp_path / "none.toml")])
    assert access() is None
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(st, "secrets", {"database": {"password": "x"}})
    assert access() is None


def test_a_secrets_file_that_is_broken_shuts_the_door_until_it_is_whole(tmp_path):
    file, before = tmp_path / "secrets.toml", config.get_option("secrets.files")
    file.write_text("[auth\n")
    config.set_option("secrets.files", [str(file)])
    try:
        with pytest.raises(SettingsError, match="not valid TOML"):
            access()
        file.unlink()
        with pytest.raises(SettingsError, match="no longer have an \\[auth"):
            access()
    finally:
        config.set_option("secrets.files", before)


def test_who_has_asked_once_asks_until_the_server_starts_anew(monkeypatch):
    monkeypatch.setattr(st, "secrets", {"auth": AUTH})
    assert access() == parsed(AUTH)
    for broken in ({}, {"auth": {}}, {"auth": "yes"}):
        monkeypatch.setattr(st, "secrets", broken)
        with pytest.raises(SettingsError):
            access()


@pytest.mark.parametrize(
    ("address", "secrets", "warned"),
    [("0.0.0.0", {}, True), ("0.0.0.0", {"auth": AUTH}, False), ("0.0.0.0", {"auth": {}}, False), ("127.0.0.1", {}, False)],
)
def test_pages_that_everybody_can_reach_are_warned_of(monkeypatch, caplog, address, secrets, warned):
    monkeypatch.setenv("FORECASTING_API_TOKEN", "0123456789abcdef")
    monkeypatch.setattr(st, "secrets", secrets)
    monkeypatch.setattr(st, "get_option", lambda _: address)
    monkeypatch.setattr(app, "log_aloud", lambda: None)
    monkeypatch.setattr(app.logger, "propagate", True)
    app.parts()
    assert ("anyone who reaches 0.0.0.0 sees the pages" in caplog.text) is warned
