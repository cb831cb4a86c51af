"""The schedule of a server: as its environment says, else as a person chose, and at once where that changes."""

from __future__ import annotations

import threading

from forecasting.services import schedule, shop_settings
from forecasting.services.schedule import Schedule
from forecasting.storage.workspace import Workspace


class ChosenSchedule:
    """Retrains at the moments that hold when it looks.

    Args:
        ws: The workspace.
        every: The cron expression that the environment states, and that wins over what a person chose; empty for none.
        zone: The time zone of that expression; empty for the machine's own.
    """

    def __init__(self, ws: Workspace, every: str, zone: str) -> None:
        self._ws, self._every, self._zone = ws, every, zone
        self._schedule: Schedule | None = None

    def run(self, stop: threading.Event) -> None:
        """Looks until it is stopped; no error ends it."""
        schedule.look_until(stop, self.check)

    def check(self) -> None:
        """One look: nothing without a schedule. Raises StateDamaged, or TryAgain where another process has been acting for ten seconds."""
        timetable = shop_settings.timetable(self._ws, self._every, self._zone)
        if timetable is None:
            self._schedule = None
            return
        if self._schedule is None or self._schedule.timetable.expression != timetable.expression:
            self._schedule = Schedule(ws=self._ws, timetable=timetable)
        self._schedule.check()
