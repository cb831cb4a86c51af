"""Numbers, money and dates of a page in the notation of the shop."""

from __future__ import annotations

from forecasting.core import money, notation
from forecasting.services import shop_settings, workspaces


def use_notation() -> None:
    """From here on this run of the script writes as the shop chose; called by the entry script, and by whatever runs without it."""
    notation.use(shop_settings.notation(workspaces.workspace()))


def amount(value: float, digits: int | None = None) -> str:
    """An amount of money inside Markdown, where a dollar would begin a formula."""
    return money.amount(value, digits).replace("$", "\\$")


def headline(value: float) -> str:
    """An amount of money for large type, inside Markdown."""
    return money.headline(value).replace("$", "\\$")
