"""Stock files of command line and HTTP: read, and saved as the page saves them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from forecasting.core.errors import InputError
from forecasting.core.formatting import count
from forecasting.inventory.stock.count_day import CountDay
from forecasting.inventory.stock.file import StockFile
from forecasting.services import ordering, orders
from forecasting.services.reading import FileTable
from forecasting.storage.stock_states import SavedStock
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble import Ensemble


class SavedFile(NamedTuple):
    """What came of saving a stock file.

    Args:
        stock: The number of the saved stock, which never changes.
        refusal: Why the suppliers that the file names were not saved; empty where they were, or it names none.
    """

    stock: int
    refusal: str


@dataclass(frozen=True, slots=True)
class Counted:
    """When the shelves in a file were counted.

    Args:
        day: The day; None for today, which is now where they were not counted at opening.
        is_opening: Whether that was before the sales and deliveries of the day.
    """

    day: date | None = None
    is_opening: bool = False

    def in_shop(self, ws: Workspace) -> CountDay | None:
        """The same by the clock in the shop; None for now. Raises InputError for a day that is still ahead."""
        if self.day is None and not self.is_opening:
            return None
        counted = CountDay(self.day or orders.today(ws), is_opening=self.is_opening)
        counted.check(orders.today(ws))
        return counted


def roles(table: FileTable, stated: Mapping[str, str]) -> dict[str, str]:
    """Role -> column: as stated, and as guessed of the columns that nothing was stated of."""
    return {role: column for role, column in ordering.guess_stock(table).items() if column not in stated.values()} | dict(stated)


def save(ws: Workspace, checked: StockFile, ensemble: Ensemble, name: str, counted: Counted) -> SavedFile:
    """Keeps the stock in a file, and who delivers what where it says that; what it leaves out stays as it was saved.

    Args:
        ws: Where.
        checked: What the file says.
        ensemble: Whose series it is about.
        name: Of the file; only text.
        counted: When its shelves were counted.

    Raises:
        InputError: It says nothing of these series, or was counted on a day that is still ahead; nothing was saved.
        TryAgain: Somebody else is saving; nothing was saved.
    """
    require_known(checked, name)
    number = ordering.save_stock(ws, replace(checked, counted=counted.in_shop(ws)), ensemble, name)
    return SavedFile(number, ordering.save_suppliers(ws, checked, name))


def require_known(checked: StockFile, name: str) -> None:
    """Raises InputError for a file that says nothing of any series."""
    if not checked.matched:
        raise InputError(f"{name} says nothing of any series of the forecast, so nothing was saved. Its rows need the names that the sales have.")


def text(checked: StockFile, *, is_saved: bool) -> str:
    """ "Saved the stock of 40 series: 38 shelves counted."."""
    done = "Saved the stock of" if is_saved else "Nothing was saved. Would save the stock of"
    return f"{done} {count(checked.matched, 'series', 'series')}: {count(checked.shelves, 'shelf', 'shelves')} counted."


def taken_back(undone: SavedStock) -> str:
    """What was taken back, for a person."""
    return f"Took back the stock saved from {undone.name} on {undone.moment.astimezone():%Y-%m-%d %H:%M}. The stock saved before it counts."
