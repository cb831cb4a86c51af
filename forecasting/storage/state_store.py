"""What people say of a shop, as states: every state is a sealed file of its own that never changes, and the last one counts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from forecasting.core.errors import ChangedMeanwhile, SettingsError, StateDamaged
from forecasting.storage import disk_full, kept_json, sealed_json
from forecasting.storage.numbered_states import NumberedStates

FORMAT: Final = 1
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SavedState(Generic[T]):
    """One state.

    Args:
        number: From 1, never used twice; 0 as long as nobody saved any.
        values: What holds.
        by: Who saved it; empty for nobody.
        moment: When, in UTC; None for never.
    """

    number: int
    values: T
    by: str = ""
    moment: datetime | None = None


@dataclass(frozen=True, slots=True)
class Payload(Generic[T]):
    """What the states of a folder hold.

    Args:
        noun: What it is, for a person: "suppliers".
        remedy: What a person can do about a damaged state but fetch it from a backup: "upload the file of suppliers again".
        field: Its name in a file.
        empty: Gives what holds as long as nobody saved anything.
        to_plain: Gives its plain values.
        from_plain: Gives it from plain values; what it raises of ValueError, KeyError, TypeError and SettingsError says that they are damaged.
    """

    noun: str
    remedy: str
    field: str
    empty: Callable[[], T]
    to_plain: Callable[[T], Mapping[str, Any]]
    from_plain: Callable[[Mapping[str, Any]], T]


class StateStore(Generic[T]):
    """The states in a folder: `0001.json`, `0002.json`, ...

    Args:
        folder: The folder; need not exist yet.
        payload: What they hold.
        timeout: Seconds to wait until somebody else's change has ended, at least 0.
    """

    def __init__(self, folder: Path, payload: Payload[T], *, timeout: float = 10.0) -> None:
        self._states = NumberedStates(folder, ".json", timeout)
        self._payload = payload

    def load(self) -> SavedState[T]:
        """The state that counts; one with number 0 as long as nobody saved any.

        Raises:
            StateDamaged: It is not as it was saved.
            StorageUnavailable: It cannot be read now.
        """
        last = self.last()
        return self._state(last, partial(kept_json.again, read=sealed_json.read)) if last else SavedState(0, self._payload.empty())

    def newest_whole(self) -> SavedState[T]:
        """The newest state that can be read, to go on from where a newer one is damaged; one with number 0 if there is none."""
        for number in reversed(self.numbers()):
            try:
                return self.read(number)
            except StateDamaged:
                continue
        return SavedState(0, self._payload.empty())

    def save(self, values: T, by: str, *, after: int | None = None) -> SavedState[T]:
        """Saves what counts from now on.

        Args:
            values: All of it.
            by: Who saves it.
            after: The number of the newest state that the person knew, 0 for none; None to save it whatever was saved meanwhile.

        Raises:
            TryAgain: Somebody else is saving; nothing was changed.
            ChangedMeanwhile: Somebody has saved a state after that one; nothing was changed.
            DiskFull: Nothing was changed.
        """
        noun = self._payload.noun
        with disk_full.disk_full_as_error(f"the {noun}"), self._states.alone():
            last = self.last()
            if after is not None and last != after:
                raise ChangedMeanwhile(f"Somebody else saved {noun} meanwhile. Nothing of yours was saved: look at both, and save again.")
            state = SavedState(last + 1, values, by, datetime.now(UTC))
            plain = dict(self._payload.to_plain(values))
            sealed_json.write(self.path(state.number), {"format": FORMAT, self._payload.field: plain, "by": by, "moment": str(state.moment)})
            return state

    def clear(self) -> None:
        """Saves that nothing holds, as a state of its own; raises TryAgain or DiskFull, and then nothing was changed."""
        if self.last():
            self.save(self._payload.empty(), "")

    def read(self, number: int) -> SavedState[T]:
        """One state; raises StateDamaged or StorageUnavailable."""
        return self._state(number, sealed_json.read)

    def _state(self, number: int, read: Callable[[Path], dict[str, Any]]) -> SavedState[T]:
        try:
            facts = read(self.path(number))
            if facts["format"] != FORMAT:
                raise ValueError(f"format {facts['format']!r} is not known")
            values = self._payload.from_plain(facts[self._payload.field])
            return SavedState(number, values, str(facts["by"]), datetime.fromisoformat(facts["moment"]))
        except (OSError, ValueError, KeyError, TypeError, RecursionError, SettingsError) as error:
            logging.getLogger(__name__).warning("State %d of the %s cannot be read", number, self._payload.noun, exc_info=True)
            raise self.damaged(number) from error

    def damaged(self, number: int) -> StateDamaged:
        """The error that names a state whose values cannot be."""
        path = self.path(number)
        where = f"data/{path.parent.name}/{path.name}"
        return StateDamaged(self._payload.noun, where=where, remedy=self._payload.remedy, state=number)

    def last(self) -> int:
        """The number of the newest state, damaged or not; 0 for none."""
        return self._states.last()

    def numbers(self) -> list[int]:
        """Numbers of the states that exist, damaged ones too, in order."""
        return self._states.numbers()

    def path(self, number: int) -> Path:
        """The file of a state, which need not exist."""
        return self._states.path(number)
