"""A shop started over: everything saved in a backup, then a workspace without sales, versions, stock, links, suppliers and orders.

Nothing is in between for long: no retrain runs, the versions go in one step that is taken back if the sales cannot follow, and what a crash
interrupts is finished at the next start.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from forecasting.core.errors import InputError, JobRunning, ShelfcastError, TryAgain
from forecasting.jobs.runner import Jobs
from forecasting.services import backup, change_split, order_book
from forecasting.services.backup import Backup
from forecasting.storage import disk_full, sealed_json
from forecasting.storage.home_folder import shown
from forecasting.storage.locks import exclusive
from forecasting.storage.order_book import OrderBook
from forecasting.storage.product_links import ProductLinks
from forecasting.storage.published import Published
from forecasting.storage.sales.table import Dataset
from forecasting.storage.stock_drafts import StockDrafts
from forecasting.storage.stock_states import StockStore
from forecasting.storage.suppliers import supplier_store
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace


def file_for(ws: Workspace, moment: datetime) -> Path:
    """The backup that starting over at a moment saves."""
    return ws.backups / f"before-start-over-{moment:%Y-%m-%d-%H%M%S}.zip"


def start_over(ws: Workspace, file: Path | None = None) -> Backup:
    """Saves a backup and empties the shop; numbers of versions and of sales go on where they were.

    Args:
        ws: The workspace.
        file: The backup; None for one in the workspace's own folder of backups.

    Raises:
        InputError: There is nothing to start over from, or the backup cannot be saved there; nothing was changed.
        JobRunning: A retrain runs; nothing was changed.
        TryAgain: Somebody else changes the shop; nothing was changed.
        DiskFull: Nothing was changed.
        SalesDamaged: The sales cannot be read, so that they cannot be saved; nothing was changed.
    """
    if not any(folder.is_dir() for folder in (ws.sales, ws.versions)):
        raise InputError(f"There is no shop in {shown(ws.home)} yet.")
    with exclusive(ws.jobs / ".lock"):
        running = Jobs(ws.jobs).running()
        if running is not None:
            raise JobRunning(running, f"A retraining is running (job {running}). Start over when it has ended, or cancel it. Nothing was changed.")
        before = _State.of(ws)
        saved = backup.backup(ws, _target(ws) if file is None else file)
        if _State.of(ws) != before:
            raise TryAgain(f"Somebody else changed the shop meanwhile. Nothing was started over; the backup {shown(saved.file)} stays. Try again.")
        with disk_full.disk_full_as_error("the start"):
            sealed_json.write(ws.unfinished_start, {"backup": str(saved.file), "state": asdict(before)})
        take_back = Versions(ws.versions).retire_all()
        try:
            Dataset(ws).clear(at=before.sales)
        except ShelfcastError:
            take_back()
            ws.unfinished_start.unlink()
            raise
        _empty_the_rest(ws, before)
    return saved


def finish(ws: Workspace) -> None:
    """Finishes what a crash interrupted, if anything; what was saved since then stays. Raises what `start_over` raises."""
    if not ws.unfinished_start.exists():
        return
    with exclusive(ws.jobs / ".lock"):
        before, now = _State(**sealed_json.read(ws.unfinished_start)["state"]), _State.of(ws)
        if now.sales == before.sales is not None:
            if now.versions == before.versions:
                Versions(ws.versions).retire_all()
            Dataset(ws).clear(at=before.sales)
        _empty_the_rest(ws, before)


def _empty_the_rest(ws: Workspace, before: _State) -> None:
    """Empties stock, links, suppliers and order book, unless somebody saved others since the backup, and deletes versions that no longer count."""
    now = _State.of(ws)
    if now.stock == before.stock:
        StockStore(ws).clear()
        StockDrafts(ws).clear()
    if now.links == before.links:
        ProductLinks(ws).clear()
    if now.suppliers == before.suppliers:
        supplier_store(ws).clear()
    if now.orders == before.orders:
        order_book.clear(ws)
    Versions(ws.versions).discard_retired()
    change_split.clear(ws)
    Published(ws.published).discard(lambda number: number <= before.versions)
    ws.unfinished_start.unlink(missing_ok=True)


@dataclass(frozen=True)
class _State:
    """What would be lost if it changed after the backup: the newest numbers of all that people save, and the bytes of the order book.

    An earlier release, whose start was interrupted, knew no suppliers and no orders.
    """

    sales: int | None
    stock: int
    links: int
    versions: int
    suppliers: int = 0
    orders: int = 0

    @classmethod
    def of(cls, ws: Workspace) -> _State:
        stamp = OrderBook(ws).stamp()
        return cls(
            Dataset(ws).version,
            stock=max(StockStore(ws).numbers(), default=0),
            links=max(ProductLinks(ws).numbers(), default=0),
            versions=max(Versions(ws.versions).all_numbers(), default=0),
            suppliers=supplier_store(ws).last(),
            orders=0 if stamp is None else stamp[0],
        )


def _target(ws: Workspace) -> Path:
    """Where a backup goes, in a folder that exists."""
    with disk_full.disk_full_as_error("the backup"):
        ws.backups.mkdir(parents=True, exist_ok=True)
    return file_for(ws, datetime.now().astimezone())
