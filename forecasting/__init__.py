"""Shelfcast: from a shop's sales file to a forecast it can trust."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forecasting.core.release import __version__

if TYPE_CHECKING:
    from forecasting.entrypoints.python import retrain_model

__all__ = ["__version__", "retrain_model"]


def __getattr__(name: str) -> Any:
    """`retrain_model` is loaded when it is first asked for: it needs pandas and the models, which a worker loads under its own watch."""
    if name == "retrain_model":
        from forecasting.entrypoints.python import retrain_model

        return retrain_model
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
