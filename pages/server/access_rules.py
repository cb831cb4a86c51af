"""Who may come in: the `[auth]` section of Streamlit's secrets, read strictly. Whatever is unclear keeps the door shut."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Event
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from forecasting.core.errors import SettingsError

SECRET_LENGTH = 32
"""Characters a cookie secret has at least: whoever guesses it can write a cookie that says who he is."""
HOURS = 12.0
"""How long a login counts, from the moment at which the provider wrote its token."""
PROVIDER = ("client_id", "client_secret", "server_metadata_url")


@dataclass(frozen=True, kw_only=True)
class Access:
    """Who may come in.

    Args:
        providers: Names for `st.login`; None is the one that stands in `[auth]` itself.
        allowed: Addresses in small letters, whole ("anna@example.org") or all of a domain ("*@example.org"); None admits whomever a
            provider lets log in.
        hours: How long a login counts, above 0.
    """

    providers: tuple[str | None, ...]
    allowed: tuple[str, ...] | None = None
    hours: float = HOURS

    def logged_in(self, user: Mapping[str, object]) -> bool:
        """Whether a provider has vouched for this person, not too long ago."""
        issued = user.get("iat")
        return user.get("is_logged_in") is True and isinstance(issued, int | float) and time.time() - issued < self.hours * 3600

    def admits(self, user: Mapping[str, object]) -> bool:
        """Whether this person may use Shelfcast; an address counts only if the provider has verified it."""
        if not self.logged_in(user):
            return False
        if self.allowed is None:
            return True
        email = user.get("email")
        if user.get("email_verified") is not True or not isinstance(email, str) or not email.isascii():
            return False
        name, _, domain = email.lower().partition("@")
        whole = bool(name and domain) and "@" not in domain
        return whole and not {email.lower(), f"*@{domain}"}.isdisjoint(self.allowed)


def access() -> Access | None:
    """Who may come in; None where nobody is asked to log in.

    Raises:
        SettingsError: Login is asked for, but is not set up so that it can be trusted.
    """
    auth = _section()
    if auth is None and not _asked().is_set():
        return None
    _asked().set()
    if not isinstance(auth, Mapping):
        raise SettingsError("The secrets no longer have an [auth] section.")
    return parsed(auth)


def asks_for_login() -> bool:
    """Whether the pages ask for login, be it set up well or not."""
    try:
        return access() is not None
    except SettingsError:
        return True


@cache
def _asked() -> Event:
    """Set once login was asked for. A secrets file that is half-written or gone for a moment must not open the door; a restart may."""
    return Event()


def _section() -> object:
    """The `[auth]` section as it stands in the secrets; None without one.

    Raises:
        SettingsError: There are secrets that cannot be read.
    """
    try:
        return st.secrets.get("auth")
    except StreamlitSecretNotFoundError as error:
        if any(Path(path).exists() for path in st.get_option("secrets.files")):
            _asked().set()
            raise SettingsError("The secrets file cannot be read: it is not valid TOML.") from error
        return None


def parsed(auth: Mapping[str, Any]) -> Access:
    """Who may come in by an `[auth]` section.

    Raises:
        SettingsError: A key is missing or cannot be trusted.
    """
    if not str(auth.get("redirect_uri", "")).endswith("/oauth2callback"):
        raise SettingsError("redirect_uri must be the address of Shelfcast followed by /oauth2callback.")
    if len(str(auth.get("cookie_secret", ""))) < SECRET_LENGTH:
        raise SettingsError(f"cookie_secret must be random and have at least {SECRET_LENGTH} characters.")
    named = tuple(name for name, section in auth.items() if isinstance(section, Mapping) and "client_id" in section)
    providers = (*((None,) if "client_id" in auth else ()), *named)
    if not providers:
        raise SettingsError("client_id is missing.")
    for name in providers:
        missing = [key for key in PROVIDER if not (auth if name is None else auth[name]).get(key)]
        if missing:
            raise SettingsError(f"{missing[0]} is missing.")
    return Access(providers=providers, allowed=_allowed(auth.get("allowed")), hours=_hours(auth.get("hours", HOURS)))


def _allowed(given: object) -> tuple[str, ...] | None:
    """The allow-list, from a list or a text with commas; None if there is none."""
    if given is None:
        return None
    entries = re.split(r"[,\s]+", given.strip()) if isinstance(given, str) else given
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise SettingsError('allowed must be a list of addresses, e.g. ["*@shop.example", "anna@example.org"].')
    wrong = [entry for entry in entries if not re.fullmatch(r"(\*|[^@*\s]+)@[^@*\s]+", entry, re.ASCII)]
    if wrong:
        raise SettingsError(f'allowed holds "{wrong[0]}", which is neither an address nor *@ and a domain.')
    return tuple(entry.lower() for entry in entries)


def _hours(given: object) -> float:
    """How long a login counts."""
    try:
        hours = float(str(given))
    except ValueError:
        hours = 0.0
    if not 0 < hours <= 720:
        raise SettingsError("hours must be a number above 0 and at most 720.")
    return hours
