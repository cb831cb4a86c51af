"""Parts of pages that run on a timer, and show nothing but how a retraining and the version that serves stand."""

from __future__ import annotations

from typing import Final

from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState

_FOLLOWERS: Final[set[str]] = set()
"""Streamlit's ids of such fragments, which tell what they run and where on a page: a few in all, the same for all sessions."""


def follow_training() -> None:
    """Says that the fragment which runs now is such a part: its timer may be ignored while nothing has changed."""
    fragment = ThreadState.get().fragment_id
    if fragment:
        _FOLLOWERS.add(fragment)


def follows_training(fragment: str) -> bool:
    """Whether a fragment has said so."""
    return fragment in _FOLLOWERS
