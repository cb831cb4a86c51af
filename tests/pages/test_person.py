"""Whose name goes into the record of what served, when a page starts a retrain."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pages.components.shared import person


@pytest.mark.parametrize(
    ("user", "login"),
    [
        ({}, "local"),
        ({"is_logged_in": False, "email": "ada@shop.example"}, "local"),
        ({"is_logged_in": True, "email": "ada@shop.example", "name": "Ada"}, "ada@shop.example"),
        ({"is_logged_in": True, "email": None, "name": " Ada \n Byron "}, "Ada Byron"),
        ({"is_logged_in": True, "email": "a\x1bb", "sub": "7"}, "7"),
        ({"is_logged_in": True, "name": "x" * 200}, "x" * 100),
        ({"is_logged_in": True}, "local"),
    ],
)
def test_the_login_is_what_the_provider_says(monkeypatch, user, login):
    monkeypatch.setattr(person, "st", SimpleNamespace(user=SimpleNamespace(to_dict=lambda: user)))
    assert person.login() == login
