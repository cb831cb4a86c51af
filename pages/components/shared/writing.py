"""Numbers, money and dates of a page in the notation of the shop."""

from __future__ import annotations

from typing import Final

from forecasting.core import money, notation
from forecasting.core.signs import NBSP, signs
from forecasting.services import shop_settings, workspaces

DAY_FORMS: Final = {"dMy": "DD/MM/YYYY", "Mdy": "MM/DD/YYYY", "yMd": "YYYY/MM/DD"}
"""Order of day, month and year -> what an input of Streamlit takes."""


def use_notation() -> None:
    """From here on this run of the script writes as the shop chose; called by the entry script, and by whatever runs without it."""
    notation.use(shop_settings.notation(workspaces.workspace()))


def amount(value: float, digits: int | None = None) -> str:
    """An amount of money inside Markdown, where a dollar would begin a formula."""
    return money.amount(value, digits).replace("$", "\\$")


def money_form(currency: str | None = None) -> str:
    """The format of a column of money: "€%,.2f"; without a sign as long as the shop has no currency.

    Args:
        currency: The money of a supplier that is not the shop's.
    """
    if currency is not None:
        return f"{currency}{NBSP}%,.2f"
    of = signs(notation.current())
    return f"{of.money[0]}%,.{of.money_digits}f{of.money[1]}"


def day_form() -> str:
    """How an input of a day writes it: day, month and year in the order, and with the sign, of the shop's language."""
    language = notation.locale(notation.current())
    pattern = "d/M/y" if language is None else str(language.date_formats["short"].pattern)
    order = "".join(letter for letter in dict.fromkeys(pattern) if letter in "dMy")
    sign = next((letter for letter in pattern if letter in "/.-"), "/")
    return DAY_FORMS.get(order, DAY_FORMS["yMd"]).replace("/", sign)


def headline(value: float) -> str:
    """An amount of money for large type, inside Markdown."""
    return money.headline(value).replace("$", "\\$")
