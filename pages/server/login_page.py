"""The door in front of every page, where the secrets ask for login; without an `[auth]` section there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from forecasting.core.errors import SettingsError
from pages.components.shared import layout, markdown
from pages.server.access_rules import Access, access

LONGEST = 24
"""Characters of a name in the navigation, which keeps its place on a narrow screen."""
WELCOME = "Log in to see forecasts and orders."
STRANGER = "Log out to use another account, or ask the person who runs Shelfcast for access."
BROKEN = "SECURITY.md explains how to set it up."


def gate(pages: Sequence[st.Page]) -> Mapping[str, Sequence[st.Page]] | Sequence[st.Page]:
    """The pages of whoever may come in, with a way out under the person's name. Anybody else sees a door, and the script ends.

    Args:
        pages: Every page of Shelfcast.
    """
    try:
        rules = access()
    except SettingsError as error:
        _door(pages, "Login is not set up", f"{markdown.plain(str(error))} {BROKEN}")
        st.stop()
    if rules is None:
        return pages
    user = st.user.to_dict()
    if not rules.admits(user):
        if rules.logged_in(user):
            _stranger(pages, user)
        else:
            _welcome(pages, rules)
        st.stop()
    return {"": pages, _name(user, "name", "email"): [st.Page(st.logout, title="Log out", icon=":material/logout:", url_path="logout")]}


def _name(user: Mapping[str, object], *claims: str) -> str:
    """What the person is called: the first of these claims that the provider makes, as plain text."""
    text = next((text for claim in claims if (text := " ".join(str(user.get(claim) or "").split()))), "Account")
    return markdown.plain(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")


def _welcome(pages: Sequence[st.Page], rules: Access) -> None:
    with _door(pages, "Log in to Shelfcast", WELCOME):
        for provider in rules.providers:
            label = "Log in" if len(rules.providers) == 1 else f"Log in with {(provider or 'OpenID').title()}"
            if st.button(label, type="primary", key=f"login_{provider or 'default'}", width="stretch"):
                st.login(provider)


def _stranger(pages: Sequence[st.Page], user: Mapping[str, object]) -> None:
    with _door(pages, "This account may not use Shelfcast", f"You are logged in as {_name(user, 'email', 'name')}. {STRANGER}"):
        if st.button("Log out", key="login_out", width="stretch"):
            st.logout()


def _door(pages: Sequence[st.Page], title: str, text: str) -> DeltaGenerator:
    """A page that stands in front of all others, under whichever address was asked for; returns where its action goes."""
    st.navigation(pages, position="hidden")  # it knows their addresses and shows none of them
    st.set_page_config(page_title=f"{title} · Shelfcast")
    layout.logo()
    with (
        st.container(horizontal_alignment="center", vertical_alignment="center", height=480, border=False),
        st.container(border=True, width=420, horizontal_alignment="center", key="door"),
    ):
        st.title(title, anchor=False, text_alignment="center")
        st.caption(text, text_alignment="center")
        return st.container(gap="small")
