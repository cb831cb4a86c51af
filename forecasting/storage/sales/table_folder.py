"""The folder of the sales table: opened at a version, changed by one at a time, its faults put into words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError

from forecasting.core import system_errors
from forecasting.core.errors import NotFound, ShelfcastError, TryAgain
from forecasting.storage.locks import exclusive
from forecasting.storage.sales import damage, kept_versions, log


@dataclass(frozen=True, slots=True)
class TableFolder:
    """Where the table lies.

    Args:
        path: The folder; need not exist yet.
        timeout: Seconds to wait until somebody else's change has ended, at least 0.
    """

    path: Path
    timeout: float

    def table(self, version: int | None = None) -> DeltaTable | None:
        """The table at a version, the newest for None; None if there is no table yet.

        Raises:
            NotFound: There is no such version.
            SalesDamaged: A file of the table is missing or damaged.
        """
        newest = log.newest(self.path)
        if newest < 0:
            damage.check_lost(self.path)
            if version is not None:
                raise NotFound(f"There is no sales version {version}: there are no sales yet.")
            return None
        if version is not None and not 0 <= version <= newest:
            raise NotFound(f"There is no sales version {version}. The newest one is {newest}.")
        version = None if version is None else kept_versions.readable(self.path, version)
        damage.check(self.path, newest if version is None else version)
        return DeltaTable(str(self.path), version=version)

    def version_of(self, table: DeltaTable) -> int:
        """The version that an upload or an undo made of the rows of an open table."""
        return kept_versions.made_its_rows(self.path, int(table.version()))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else changes the table meanwhile; raises TryAgain if somebody does for too long, and what `named` raises."""
        with exclusive(self.path.with_name("sales.lock"), timeout=self.timeout), self.named(), _optimistic():
            yield

    @contextmanager
    def named(self, version: int | None = None) -> Iterator[None]:
        """Turns a library's error into one that names the file that is damaged or cannot be read now, and what to do."""
        try:
            yield
        except ShelfcastError:
            raise
        except Exception as error:
            if system_errors.takes_no_bytes(error):
                raise
            version = None if version is None else kept_versions.readable(self.path, version)
            fault = damage.find_damage(self.path, version) or system_errors.named(error, self.path) or damage.misread(error)
            if fault is None:
                raise
            raise fault from error


@contextmanager
def _optimistic() -> Iterator[None]:
    """Turns Delta's refusal, after another program wrote to the table meanwhile, into an error for a person."""
    try:
        yield
    except CommitFailedError as error:
        raise TryAgain("Somebody else changed the sales at this moment. Nothing of this change was saved; try again.") from error


def commits_of(table: DeltaTable) -> list[dict[str, Any]]:
    """All commits, newest first by their version, whatever the clock said; raises LookupError if the log has lost one."""
    known = sorted(table.history(), key=lambda commit: int(commit["version"]), reverse=True)
    if len(known) <= table.version():
        raise LookupError(f"Of {table.version() + 1} commits the log knows {len(known)}.")
    return known
