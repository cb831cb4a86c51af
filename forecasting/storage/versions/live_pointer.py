"""The pointer to the live version, and the record of its moves, which agree whatever was killed.

A move is a line of the record, then the pointer. What a kill left between the two is undone by whoever changes something next, and does not count
until then: the line of a move that was never made is cut off, and so is a torn one. A pointer that cannot be read is where the record says.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from forecasting.core.errors import VersionDamaged, VersionUnavailable
from forecasting.storage import reading
from forecasting.storage.numbered_folders import NumberedFolders
from forecasting.storage.versions import manifest
from forecasting.storage.versions.moves import LOCAL, STANDING_IN, Move, Moves, Record, Why

LIVE: Final = "live"
FIRST: Final = "first"
"""Points to the first version that counts; those of before the shop was started over do not. Without it all count."""


class LivePointer:
    """Which version is live, and every move of it; whoever changes that holds the lock of the versions.

    Args:
        folder: The folder of the versions; need not exist yet.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbered = NumberedFolders(folder, "version")
        self._record = Record(folder)

    def first(self) -> int:
        """The first version that counts."""
        return self._numbered.pointed(FIRST) or 0

    def live(self) -> int | None:
        """The version that the pointer names, or the record where the pointer cannot be read; None if it does not count."""
        number = self._numbered.pointed(LIVE)
        return self._counting(self._recorded() if number is None else number)

    def serving(self) -> int | None:
        """The version that serves, as far as the record says; None without a record."""
        moves = self._record.moves()
        return moves[-1].to if moves and moves[-1] else None

    def moves(self) -> Moves:
        """Every move that happened, in order; the first one of an old workspace, and one without a line, are what the pointer says."""
        moves = self._made()
        unrecorded = self._unrecorded(moves)
        return moves if unrecorded is None else (*moves, unrecorded)

    def settle(self) -> None:
        """Has record and pointer agree on the disk."""
        moves = self._made()
        self._record.cut(len(moves))
        unrecorded = self._unrecorded(moves)
        if unrecorded is not None:
            self._record.append(unrecorded)
        recorded = self._counting(self._recorded())
        if recorded is not None and self._numbered.pointed(LIVE) is None:
            self.point(recorded)

    def point(self, number: int) -> None:
        """Has the pointer name a version, in one step."""
        self._numbered.point(LIVE, number)

    def point_first(self, number: int) -> None:
        """Has versions count from this one on; 0 for all."""
        if number:
            self._numbered.point(FIRST, number)
        else:
            (self._folder / FIRST).unlink(missing_ok=True)

    @contextmanager
    def moving(self, to: int | None, why: Why, by: str = LOCAL) -> Iterator[None]:
        """Writes a move into the record before the block makes it; if the block fails to, the line goes again. What stays live is no move."""
        self.settle()
        before, lines = self.live(), len(self._record.moves())
        if to != before:
            self._record.append(Move(datetime.now(UTC), before, to, why, by))
        try:
            yield
        except BaseException:
            if self._named() != to:
                self._record.cut(lines)
            raise

    def stand_in(self, number: int | None) -> None:
        """Records that this version serves: in place of the live one, which is damaged, or that is whole again."""
        self.settle()
        last = next(iter(self._record.moves()[-1:]), None)
        before = None if last is None else last.to
        if number == before:
            return
        why: Why = "damaged"
        if number == self.live():
            why = "mended" if last is not None and last.why == "damaged" else "unrecorded"
        self._record.append(Move(datetime.now(UTC), before, number, why))

    def _named(self) -> int | None:
        """The version that the pointer itself names, if it counts."""
        return self._counting(self._numbered.pointed(LIVE))

    def _counting(self, number: int | None) -> int | None:
        return number if number is not None and number >= self.first() else None

    def _recorded(self) -> int | None:
        """The version that the record says is live, if it is there; None if its last line cannot be read."""
        moves = self._record.moves()
        number = _chosen(moves) if moves and moves[-1] else None
        return number if number is not None and reading.is_folder(self._numbered.name(number)) else None

    def _made(self) -> Moves:
        """The moves of the record without a last one that the pointer never made."""
        moves = self._record.moves()
        last = moves[-1] if moves else None
        if last is None or last.why in STANDING_IN or self._numbered.pointed(LIVE) is None:
            return moves
        return moves[:-1] if self._named() == last.before != last.to else moves

    def _unrecorded(self, moves: Moves) -> Move | None:
        """The move that the record has to begin with, or that was made without a line; None if it tells all."""
        named, chosen = self._named(), _chosen(moves)
        if self._numbered.pointed(LIVE) is None or named == chosen or (named is not None and not reading.is_folder(self._numbered.name(named))):
            return None
        return Move(self._since(named, moves), chosen, named, "unrecorded" if moves else "recorded")

    def _since(self, number: int | None, moves: Moves) -> datetime:
        """When a version became live, as far as can be known: when it was published if it is the newest, else when a pointer was written last."""
        if number is not None and not moves and number == self._numbered.numbers()[-1]:
            with suppress(VersionDamaged, VersionUnavailable, KeyError, ValueError):  # then by the pointer
                return datetime.fromisoformat(manifest.read(self._numbered.name(number), number)["published"])
        written = [path.stat().st_mtime for path in (self._folder / LIVE, self._folder / FIRST) if path.exists()]
        times = [datetime.fromtimestamp(max(written), UTC), *(move.when for move in moves[-1:] if move)]
        return min(max(times), datetime.now(UTC))


def _chosen(moves: Moves) -> int | None:
    """The version that the last move of the pointer made live."""
    return next((move.to for move in reversed(moves) if move and move.why not in STANDING_IN), None)
