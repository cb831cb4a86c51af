"""What a person chose for a shop: every state is a file of its own and never changes."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from forecasting.core.errors import ChangedMeanwhile, SettingsDamaged, SettingsError
from forecasting.core.shop_settings import ShopSettings
from forecasting.storage import disk_full, sealed_json
from forecasting.storage.numbered_states import NumberedStates
from forecasting.storage.workspace import Workspace

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class SettingsState:
    """One state of a shop's settings.

    Args:
        number: From 1, never used twice; 0 as long as nobody chose anything.
        settings: What holds.
        by: Who chose it; empty for nobody.
        moment: When, in UTC; None for never.
    """

    number: int = 0
    settings: ShopSettings = field(default_factory=ShopSettings)
    by: str = ""
    moment: datetime | None = None


class SettingsStore:
    """The states in a folder: `0001.json`, `0002.json`, ...; the last one counts.

    Args:
        workspace: The workspace.
        timeout: Seconds to wait until somebody else's change has ended, at least 0.
    """

    def __init__(self, workspace: Workspace, *, timeout: float = 10.0) -> None:
        self._states = NumberedStates(workspace.settings, ".json", timeout)

    def load(self) -> SettingsState:
        """The state that counts; the defaults as long as nobody chose anything.

        Raises:
            SettingsDamaged: It is not as it was saved.
            StorageUnavailable: It cannot be read now.
        """
        last = self._states.last()
        return self.read(last) if last else SettingsState()

    def newest_whole(self) -> SettingsState:
        """The newest state that can be read, to go on from where a newer one is damaged; the defaults if there is none."""
        for number in reversed(self.numbers()):
            try:
                return self.read(number)
            except SettingsDamaged:
                continue
        return SettingsState()

    def save(self, settings: ShopSettings, by: str, *, after: int | None = None) -> SettingsState:
        """Saves settings as the state that counts from now on.

        Args:
            settings: All of them.
            by: Who chose them.
            after: The number of the newest state that the person knew, 0 for none; None to save them whatever was saved meanwhile.

        Raises:
            TryAgain: Somebody else is saving; nothing was changed.
            ChangedMeanwhile: Somebody has saved a state after that one; nothing was changed.
            DiskFull: Nothing was changed.
        """
        with disk_full.disk_full_as_error("the settings"), self._states.alone():
            last = self._states.last()
            if after is not None and last != after:
                raise ChangedMeanwhile("Somebody else saved settings meanwhile. Nothing of yours was saved: look at both, and save again.")
            state = SettingsState(last + 1, settings, by, datetime.now(UTC))
            values = {"format": FORMAT, "settings": settings.to_dict(), "by": by, "moment": str(state.moment)}
            sealed_json.write(self.path(state.number), values)
            return state

    def read(self, number: int) -> SettingsState:
        """One state; raises SettingsDamaged or StorageUnavailable."""
        try:
            values = sealed_json.read(self.path(number))
            if values["format"] != FORMAT:
                raise ValueError(f"format {values['format']!r} is not known")
            settings = ShopSettings.from_dict(values["settings"])
            return SettingsState(number, settings, str(values["by"]), datetime.fromisoformat(values["moment"]))
        except (OSError, ValueError, KeyError, TypeError, RecursionError, SettingsError) as error:
            logging.getLogger(__name__).warning("Settings %d cannot be read", number, exc_info=True)
            raise SettingsDamaged(number) from error

    def last(self) -> int:
        """The number of the state that counts; 0 for none."""
        return self._states.last()

    def numbers(self) -> list[int]:
        """Numbers of the states that exist, damaged ones too, in order."""
        return self._states.numbers()

    def path(self, number: int) -> Path:
        """The file of a state, which need not exist."""
        return self._states.path(number)
