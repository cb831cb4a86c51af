"""The saved stock of a workspace: every state is a file of its own and never changes."""

from __future__ import annotations

import io
import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from forecasting.core import row_keys, schema
from forecasting.core.errors import InputError, StockDamaged, TryAgain
from forecasting.core.system_errors import refusals_named
from forecasting.storage import disk_full
from forecasting.storage.atomic_files import write_bytes
from forecasting.storage.numbered_states import NumberedStates
from forecasting.storage.workspace import Workspace

__all__ = ["COUNTED_AT", "SALES_FROM", "SALES_TO", "SavedStock", "StockState", "StockStore"]

COUNTED_AT: Final = "counted_at"
"""Column of a table: when the shelf of a row was counted, in UTC; empty where that was when this state was saved."""
SALES_TO: Final = "sales_to"
"""Column of a table: the last day whose sales were saved when the shelf was counted; empty for none."""
SALES_FROM: Final = "sales_from"
"""Column of a table: the first day whose sales came after the count, where whoever counted said so; empty where that follows from the moment."""
_FACTS: Final = b"shelfcast"


@dataclass(frozen=True, slots=True)
class StockState:
    """One state of the stock.

    Args:
        number: From 1, never used twice.
        name: Where it came from, for a person: the name of a file.
        moment: When the table was first saved, in UTC.
        rows: Rows of its table; 0 if nothing is saved.
        before: The number of the state that an undo goes back to; 0 for none.
        undone: The number of the state that this one takes back; 0 if it takes none back.
    """

    number: int
    name: str
    moment: datetime
    rows: int
    before: int = 0
    undone: int = 0


@dataclass(frozen=True, eq=False)
class SavedStock:
    """A state and its table.

    Args:
        frame: Key columns and the columns of a stock, as a stock file's frame has them, and when each shelf was counted (`COUNTED_AT`, `SALES_TO`,
            `SALES_FROM`; not in states of earlier releases); may have rows of series that no longer exist.
        name: Where it came from, for a person.
        number: The number of the state.
        moment: When the state was saved, in UTC.
    """

    frame: pd.DataFrame
    name: str
    number: int
    moment: datetime


class StockStore:
    """The states in a folder: `0001.parquet`, `0002.parquet`, ...; the last one counts, and an undo is a state too.

    Args:
        workspace: The workspace.
        timeout: Seconds to wait until somebody else's change has ended, at least 0.
    """

    def __init__(self, workspace: Workspace, *, timeout: float = 10.0) -> None:
        self._states = NumberedStates(workspace.stock, ".parquet", timeout)

    def save(self, frame: pd.DataFrame, name: str, *, after: int | None = None) -> int:
        """Saves a table as the state that counts from now on.

        Rows of series that the table does not have (they have left the sales) are taken over from the state before, if its keys are the same.

        Args:
            frame: Key columns and the columns of a stock, with all rows of every series in it.
            name: Where the table is from, for a person.
            after: The number of the newest state that its writer knew, 0 for none; None to save it whatever was saved meanwhile.

        Returns:
            The number of the state.

        Raises:
            TryAgain: Somebody else is saving, or has saved a state after that one; nothing was changed.
            DiskFull: Nothing was changed.
        """
        with disk_full.disk_full_as_error("the stock"), self._states.alone():
            last = self._states.last()
            if after is not None and last != after:
                raise TryAgain(
                    "Somebody else saved stock meanwhile. Nothing of yours was saved, and what you typed is kept: look at both, and save again."
                )
            try:
                saved = self.load()
            except StockDamaged:
                saved = None
            whole = frame if saved is None else _with_absent(frame, saved)
            before = last if saved is not None else 0
            self._write(whole, StockState(last + 1, name, datetime.now(UTC), len(whole), before))
            return last + 1

    def clear(self) -> None:
        """Saves that nothing is saved, as a state of its own; raises TryAgain or DiskFull, and then nothing was changed."""
        with disk_full.disk_full_as_error("the empty stock"), self._states.alone():
            last = self._states.last()
            if last:
                self._write(pd.DataFrame({"on_hand": pd.Series(dtype=float)}), StockState(last + 1, "", datetime.now(UTC), 0))

    def load(self) -> SavedStock | None:
        """The last saved state that was not taken back; None if there is none.

        Raises:
            StockDamaged: It is not as it was saved.
            StorageUnavailable: It cannot be read now.
        """
        last = self._states.last()
        if not last:
            return None
        frame, state = self._read(last)
        return SavedStock(frame, state.name, state.number, state.moment) if state.rows else None

    def line(self, most: int) -> list[SavedStock]:
        """The newest states that led to the last one and were not taken back, at most so many, the oldest first; none before one that is damaged.

        Raises:
            StockDamaged: The last one is not as it was saved.
            StorageUnavailable: One cannot be read now.
        """
        states: list[SavedStock] = []
        number = last = self._states.last()
        while number and len(states) < most:
            try:
                frame, state = self._read(number)
            except StockDamaged:
                if number == last:
                    raise
                break
            states += [SavedStock(frame, state.name, number, state.moment)] if state.rows else []
            number = state.before
        return states[::-1]

    def history(self) -> list[StockState]:
        """All states that can be read, newest first."""
        states = []
        for number in reversed(self.numbers()):
            try:
                states.append(self._facts(number))
            except StockDamaged:
                continue
        return states

    def undo(self) -> SavedStock:
        """Takes the last saved state back, as a state of its own, and returns what was taken back.

        Raises:
            InputError: There is nothing to take back.
            StockDamaged: The state, or the one before it, cannot be read.
            TryAgain: Somebody else is saving; nothing was changed.
            DiskFull: Nothing was changed.
        """
        with disk_full.disk_full_as_error("the step back to the stock before"), self._states.alone():
            taken = self.load()
            if taken is None:
                raise InputError("There is no saved stock to take back.")
            last = self._states.last()
            before = self._facts(last).before
            if before:
                frame, state = self._read(before)
                self._write(frame, StockState(last + 1, state.name, state.moment, state.rows, state.before, undone=last))
            else:
                self._write(taken.frame.iloc[:0], StockState(last + 1, "", datetime.now(UTC), 0, undone=last))
            return taken

    def check(self, number: int) -> None:
        """Raises StockDamaged if a state is not as it was saved, StorageUnavailable if it cannot be read now."""
        self._read(number)

    def path(self, number: int) -> Path:
        """Where a state lies, which need not exist."""
        return self._states.path(number)

    def numbers(self) -> list[int]:
        """Numbers of the states that exist, damaged ones too, in order."""
        return self._states.numbers()

    def _write(self, frame: pd.DataFrame, state: StockState) -> None:
        table = pa.Table.from_pandas(frame, preserve_index=False)
        facts = {"name": state.name, "moment": state.moment.isoformat(), "rows": state.rows, "before": state.before, "undone": state.undone}
        content = io.BytesIO()
        parquet.write_table(
            table.replace_schema_metadata({**(table.schema.metadata or {}), _FACTS: json.dumps(facts).encode()}), content, write_page_checksum=True
        )
        write_bytes(self.path(state.number), content.getvalue())

    def _facts(self, number: int) -> StockState:
        return self._opened(number)[1]

    def _read(self, number: int) -> tuple[pd.DataFrame, StockState]:
        file, state = self._opened(number)
        try:
            with refusals_named(self.path(number)):
                return file.read().to_pandas(), state
        except (pa.ArrowException, OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise _damaged(number) from error

    def _opened(self, number: int) -> tuple[parquet.ParquetFile, StockState]:
        try:
            with refusals_named(self.path(number)):
                file = parquet.ParquetFile(self.path(number), page_checksum_verification=True)
            facts = json.loads(file.schema_arrow.metadata[_FACTS])
            moment = datetime.fromisoformat(facts["moment"])
            return file, StockState(number, str(facts["name"]), moment, int(facts["rows"]), int(facts["before"]), int(facts["undone"]))
        except (pa.ArrowException, OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise _damaged(number) from error


def _damaged(number: int) -> StockDamaged:
    logging.getLogger(__name__).warning("Saved stock %d cannot be read", number, exc_info=True)
    return StockDamaged(
        f"The saved stock (state {number}) is damaged and cannot be read. Put data/stock/{number:04d}.parquet back from a backup, or upload or"
        " type the stock again: that saves a new state."
    )


def _with_absent(frame: pd.DataFrame, before: SavedStock) -> pd.DataFrame:
    """The table, and the rows of the state before whose series it does not have, with the dates of their counts."""
    named = [name for name in schema.KEYS if name in frame]
    if not named or named != [name for name in schema.KEYS if name in before.frame]:
        return frame
    here, there = row_keys.series_codes([frame, before.frame])
    absent = before.frame[~pd.Series(there).isin(here).to_numpy()]
    if absent.empty:
        return frame
    absent = absent.reindex(columns=frame.columns)
    if COUNTED_AT in absent:
        saved = pd.Timestamp(before.moment.astimezone(UTC).replace(tzinfo=None))
        days = {name: pd.to_datetime(absent[name]) for name in (COUNTED_AT, SALES_TO, SALES_FROM) if name in absent}
        absent = absent.assign(**{**days, COUNTED_AT: days[COUNTED_AT].fillna(saved)})
    return pd.concat([frame, absent], ignore_index=True)
