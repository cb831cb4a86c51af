"""The folders in which a shop's sales, versions and jobs lie."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from forecasting.core import locations
from forecasting.storage import home_folder

VARIABLE = "FORECASTING_HOME"


@dataclass(frozen=True)
class Workspace:
    """A folder with `data/` and `artifacts/`; nothing outside of it is ever written.

    Args:
        home: The folder; need not exist yet.
    """

    home: Path

    @classmethod
    def default(cls) -> Workspace:
        """The folder named by FORECASTING_HOME, else the one of a checkout, or `shelfcast` in the current folder.

        Raises:
            SettingsError: No shop can be in it, and why.
        """
        named = os.environ.get(VARIABLE)
        return cls(home_folder.usable(Path(named) if named else locations.default_home()))

    @property
    def sales(self) -> Path:
        """The Delta table of sales."""
        return self.home / "data" / "sales"

    @property
    def uploads(self) -> Path:
        """Folder of uploaded files, named by the hash of their bytes."""
        return self.home / "data" / "uploads"

    @property
    def stock(self) -> Path:
        """Saved states of the stock and its terms."""
        return self.home / "data" / "stock"

    @property
    def products(self) -> Path:
        """Which product replaced which, as numbered states."""
        return self.home / "data" / "products"

    @property
    def orders(self) -> Path:
        """The order book: what was proposed, placed and received."""
        return self.home / "data" / "orders"

    @property
    def suppliers(self) -> Path:
        """Suppliers, and who delivers what, as numbered states."""
        return self.home / "data" / "suppliers"

    @property
    def profiles(self) -> Path:
        """Which files' answers are forgotten, as numbered states."""
        return self.home / "data" / "profiles"

    @property
    def settings(self) -> Path:
        """What a person chose for the shop, as numbered states."""
        return self.home / "data" / "settings"

    @property
    def versions(self) -> Path:
        """Folder of the published model versions and the live pointer."""
        return self.home / "artifacts" / "versions"

    @property
    def published(self) -> Path:
        """What was forecast for each day by the versions that served; outlives them."""
        return self.home / "artifacts" / "published"

    @property
    def jobs(self) -> Path:
        """Folder of the retrains: their events, logs and results."""
        return self.home / "artifacts" / "jobs"

    @property
    def splits(self) -> Path:
        """Folder of the trainings that tell new sales from corrected ones between two versions: made anew where they are gone."""
        return self.home / "artifacts" / "splits"

    @property
    def reading(self) -> Path:
        """Files while they are read, and the locks of those who read them; empty but for these when nobody does."""
        return self.home / "artifacts" / "reading"

    @property
    def backups(self) -> Path:
        """Folder of the backups that are saved before the shop is started over."""
        return self.home / "backups"

    @property
    def unfinished_start(self) -> Path:
        """The file that is there as long as the shop is being started over."""
        return self.home / "artifacts" / "start-over.json"

    @property
    def damaged(self) -> Path:
        """Folder of damaged files that a repair put aside."""
        return self.home / "damaged"

    @property
    def schedule(self) -> Path:
        """The file with the outcome of the last scheduled retrain."""
        return self.home / "artifacts" / "schedule.json"

    @property
    def alerts(self) -> Path:
        """The record of what was told to whom."""
        return self.home / "artifacts" / "alerts.jsonl"
