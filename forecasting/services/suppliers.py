"""Suppliers of a shop, and who delivers what: read, replaced, and merged from a file."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Condition
from typing import Any

from cachetools import LRUCache, cached

from forecasting.core.caches import remember
from forecasting.core.errors import SettingsError
from forecasting.inventory.suppliers import file
from forecasting.inventory.suppliers.file import SupplierFile
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.services.reading import FileTable
from forecasting.storage.state_store import StateStore
from forecasting.storage.suppliers import SuppliersState, supplier_store
from forecasting.storage.workspace import Workspace

ROLES = file.ROLES
"""What columns of a file of suppliers may mean."""


def state(ws: Workspace) -> tuple[SuppliersState, Sourcing]:
    """Suppliers and sources, who saved them and when, read once for each file; raises StateDamaged or StorageUnavailable."""
    store, last = supplier_store(ws), number(ws)
    stamp = _stamp(store, last)
    return _read(store) if last and stamp is None else _of_file(store, last, stamp)


def _stamp(store: StateStore[Mapping[str, Any]], number: int) -> tuple[int, int, int] | None:
    """What changes with the file of a state: its size, time of change and inode; None where there is none, or it cannot be looked at."""
    try:
        stat = store.path(number).stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


@cached(LRUCache(4), key=lambda store, number, stamp: (store.path(number), stamp), condition=Condition())
def _of_file(store: StateStore[Mapping[str, Any]], number: int, stamp: object) -> tuple[SuppliersState, Sourcing]:  # noqa: ARG001
    """The state in a file of this size, time of change and inode, which nobody changes."""
    return _read(store)


def _read(store: StateStore[Mapping[str, Any]]) -> tuple[SuppliersState, Sourcing]:
    saved = store.load()
    try:
        return saved, Sourcing.from_dict(saved.values)
    except SettingsError as error:
        raise store.damaged(saved.number) from error


def number(ws: Workspace) -> int:
    """The number of the newest state, which never changes; 0 for none."""
    return supplier_store(ws).last()


def sourcing(ws: Workspace) -> Sourcing:
    """Suppliers and sources; none as long as nobody named any. Raises StateDamaged."""
    return state(ws)[1]


def save(ws: Workspace, wanted: Sourcing, by: str, *, after: int | None = None) -> SuppliersState:
    """Saves suppliers and sources, all of them, as those that hold from now on.

    Args:
        ws: Where.
        wanted: All of them.
        by: Who saves them.
        after: The number of the newest state that the person knew; None to save them whatever was saved meanwhile.

    Raises:
        TryAgain: Somebody else is saving, or has saved since that state; nothing was changed.
        DiskFull: Nothing was changed.
    """
    store = supplier_store(ws)
    saved = store.save(wanted.to_dict(), by, after=after)
    stamp = _stamp(store, saved.number)
    if stamp is not None:
        remember(_of_file, (saved, wanted), store, saved.number, stamp)
    return saved


def guess(table: FileTable) -> dict[str, str]:
    """Role -> the column of a file of suppliers that probably has it."""
    return file.guess_mapping(table.cells)


def check(table: FileTable, mapping: Mapping[str, str]) -> SupplierFile:
    """What a file says of suppliers, and all its problems; raises InputError."""
    return file.check(table.cells, mapping)


def merge(ws: Workspace, checked: SupplierFile, by: str, *, drop_problems: bool = False) -> tuple[SuppliersState, Sourcing]:
    """Saves what a file says over what holds; what it does not name stays.

    Raises:
        ProblemsFound: There are problems and nobody chose to leave their rows out; nothing was changed.
        SettingsError: Terms of a supplier do not fit together; nothing was changed.
        StateDamaged: What holds cannot be read; nothing was changed.
        TryAgain: Somebody else is saving, or saved meanwhile; nothing was changed.
    """
    before, holds = state(ws)
    wanted = checked.over(holds, drop_problems=drop_problems)
    return save(ws, wanted, by, after=before.number), wanted


def facts(saved: SuppliersState, holds: Sourcing) -> dict[str, Any]:
    """Suppliers and sources as plain values, for JSON."""
    moment = None if saved.moment is None else saved.moment.isoformat()
    return {"state": saved.number, "by": saved.by, "moment": moment, **holds.to_dict()}
