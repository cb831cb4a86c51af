"""Who looks at the page."""

from __future__ import annotations

import streamlit as st

NOBODY = "local"
"""Stands for whoever looks where nobody logs in."""
MAX_CHARACTERS = 100
"""Characters of a name, at most."""


def login() -> str:
    """The login of whoever looks, for the record of what served: the address or name that the provider gives; `local` where nobody logs in."""
    user = st.user.to_dict()
    names = (" ".join(str(user.get(claim) or "").split()) for claim in ("email", "name", "sub"))
    known = next((name for name in names if name and name.isprintable()), NOBODY) if user.get("is_logged_in") else NOBODY
    return known[:MAX_CHARACTERS]
