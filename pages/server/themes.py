"""The theme that Streamlit tells a browser with every run of a page and of a fragment, put together once instead."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

Fill = Callable[[CustomThemeConfig, str], None]


def keep() -> None:
    """From here on Streamlit reads its configuration of each theme once, which took a third of what the server does beside a page's script."""
    app_session._populate_theme_msg = filled_once(app_session._populate_theme_msg)  # type: ignore[assignment]


def filled_once(fill: Fill) -> Fill:
    """The same, but what it says of a section of the configuration, which never changes while a server runs, is kept.

    Args:
        fill: Puts a section's options into a message.
    """

    @cache
    def kept(section: str) -> CustomThemeConfig:
        theme = CustomThemeConfig()
        fill(theme, section)
        return theme

    def fill_again(message: CustomThemeConfig, section: str = "theme") -> None:
        if kept(section).ByteSize():  # a message that is merged with an empty one would count as given
            message.MergeFrom(kept(section))

    return fill_again
