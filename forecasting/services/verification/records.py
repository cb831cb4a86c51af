"""Checks of everything else: saved stock, jobs, the schedule, and files of other kinds, by what each has to be able to say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from forecasting.core.errors import OrdersDamaged, StateDamaged, StockDamaged, VersionDamaged
from forecasting.jobs import events, schedule_state, status
from forecasting.jobs.runner import Jobs
from forecasting.services import order_book, published_forecasts
from forecasting.services.verification.checking import Check
from forecasting.services.verification.report import Finding
from forecasting.storage import reading, sealed_json
from forecasting.storage.alert_record import AlertRecord
from forecasting.storage.aside import put_aside
from forecasting.storage.order_book import OrderBook
from forecasting.storage.product_links import ProductLinks
from forecasting.storage.profiles import forgotten_store
from forecasting.storage.published import Published
from forecasting.storage.settings import settings_store
from forecasting.storage.state_store import StateStore
from forecasting.storage.stock_states import StockStore
from forecasting.storage.suppliers import supplier_store
from forecasting.storage.versions import manifest
from forecasting.storage.workspace import Workspace

STOCK, LINKS, SETTINGS = "the saved stock", "the product links", "the settings"
SUPPLIERS, ORDERS, PROFILES = "the suppliers", "the order book", "the forgotten answers"
PUBLISHED, JOBS, SPLITS, SCHEDULE, ALERTS, OTHERS = (
    "what was forecast",
    "the jobs",
    "the trainings between versions",
    "the schedule",
    "the alerts",
    "other kinds",
)


def findings(check: Check) -> Iterator[Finding]:
    """What is not whole of the saved stock, jobs, the schedule and other records."""
    yield from _stock(check)
    yield from _links(check)
    yield from _settings(check)
    yield from _suppliers(check)
    yield from _profiles(check)
    yield from _orders(check)
    yield from _published(check)
    yield from _jobs(check)
    path = check.ws.schedule
    if path.exists():
        text = "The schedule begins anew with its next moment."
        yield from check.file(SCHEDULE, path, partial(_schedule_fault, path), text, partial(_aside, check.ws, path))
    path = check.ws.alerts
    if path.exists():
        text = "What is open is told once more, and a digest may arrive a second time."
        yield from check.file(ALERTS, path, partial(_alerts_fault, path), text, partial(_aside, check.ws, path))
    for path in sorted(_others(check.ws)):
        yield from check.file(OTHERS, path, partial(_fault_of_text, path), "Put it back from a backup.")


def _stock(check: Check) -> Iterator[Finding]:
    store = StockStore(check.ws)
    for number in store.numbers():
        text = "Put it back from a backup, or upload or type the stock again: that saves a new state."
        yield from check.file(STOCK, store.path(number), partial(_stock_fault, store, number), text)


def _links(check: Check) -> Iterator[Finding]:
    store = ProductLinks(check.ws)
    for number in store.numbers():
        yield from check.file(LINKS, store.path(number), partial(_record_fault, store.path(number)), "Put it back from a backup.")


def _settings(check: Check) -> Iterator[Finding]:
    store = settings_store(check.ws)
    for number in store.numbers():
        text = "Put it back from a backup, or save the settings again: that saves a new state."
        yield from check.file(SETTINGS, store.path(number), partial(_state_fault, store, number), text)


def _state_fault(store: StateStore[Any], number: int) -> str:
    try:
        store.read(number)
    except StateDamaged:
        return "damaged" if store.path(number).exists() else ""
    return ""


def _suppliers(check: Check) -> Iterator[Finding]:
    store = supplier_store(check.ws)
    for number in store.numbers():
        text = "Put it back from a backup, or upload the file of suppliers again: that saves a new state."
        yield from check.file(SUPPLIERS, store.path(number), partial(_state_fault, store, number), text)


def _profiles(check: Check) -> Iterator[Finding]:
    store = forgotten_store(check.ws)
    for number in store.numbers():
        text = "Put it back from a backup, or forget a file's answers again: that saves a new state."
        yield from check.file(PROFILES, store.path(number), partial(_state_fault, store, number), text)


def _orders(check: Check) -> Iterator[Finding]:
    path = OrderBook(check.ws).path
    if path.exists():
        text = "Put it back from a backup, and keep the damaged file: its lines after that backup are in it."
        yield from check.file(ORDERS, path, partial(_orders_fault, check.ws), text)


def _orders_fault(ws: Workspace) -> str:
    try:
        order_book.book(ws)
    except OrdersDamaged:
        return "damaged"
    return ""


def _published(check: Check) -> Iterator[Finding]:
    store = Published(check.ws.published)
    for number in store.numbers():
        path = store.path(number)
        text = "Put it back from a backup. The days that this version served are not graded without it; nothing needs it to serve."
        repair = partial(_published_again, check.ws, number) if published_forecasts.can_be_remade(check.ws, number) else None
        yield from check.file(PUBLISHED, path, partial(_published_fault, store, number), text, repair)


def _published_fault(store: Published, number: int) -> str:
    try:
        store.read(number)
    except FileNotFoundError:
        return ""  # deleted meanwhile
    except VersionDamaged:
        return "damaged"
    return ""


def _published_again(ws: Workspace, number: int) -> str:
    published_forecasts.remake(ws, number)
    return f"{Published(ws.published).path(number).relative_to(ws.home)} was made anew from version {number}."


def _stock_fault(store: StockStore, number: int) -> str:
    try:
        store.check(number)
    except StockDamaged:
        return "damaged" if store.path(number).exists() else "missing"
    return ""


def _jobs(check: Check) -> Iterator[Finding]:
    told = "It tells of a retraining that has ended; no version and no sales need it."
    yield from _jobs_in(check, check.ws.jobs, JOBS, told)
    split = "It tells how new sales were told apart from corrected ones; nothing needs it, and it can be asked for again."
    yield from _jobs_in(check, check.ws.splits, SPLITS, split)
    for folder in [check.ws.splits / f"{number:04d}" for number in Jobs(check.ws.splits).numbers()]:
        for path in [folder / name / manifest.NAME for name in sorted(reading.names(folder))]:
            if path.exists():
                yield from check.file(SPLITS, path, partial(_trained_fault, path.parent), split)


def _trained_fault(folder: Path) -> str:
    try:
        manifest.verify(folder, int(folder.parent.name))
    except VersionDamaged:
        return "damaged" if folder.exists() else ""
    return ""


def _jobs_in(check: Check, place: Path, kind: str, text: str) -> Iterator[Finding]:
    jobs = Jobs(place)
    for number in jobs.numbers():
        folder = place / f"{number:04d}"
        running = jobs.is_running(number)
        for name in (status.REQUEST, status.RESULT, status.EVENTS):
            path = folder / name
            if path.exists() and not running:
                fault = _events_fault if name == status.EVENTS else _record_fault
                yield from check.file(kind, path, partial(fault, path), text)


def _record_fault(path: Path) -> str:
    try:
        sealed_json.read(path)
    except FileNotFoundError:
        return ""  # deleted meanwhile
    except (ValueError, RecursionError, OSError):
        return "damaged"
    return ""


def _events_fault(path: Path) -> str:
    return "" if events.are_whole(path) else "damaged"


def _schedule_fault(path: Path) -> str:
    return "" if schedule_state.read(path) is not None or not path.exists() else "damaged"


def _alerts_fault(path: Path) -> str:
    return "damaged" if None in AlertRecord(path).lines() else ""


def _aside(ws: Workspace, path: Path) -> str:
    return f"{path.relative_to(ws.home)} was put aside as {put_aside(ws, path).relative_to(ws.home)}."


def _others(ws: Workspace) -> Iterator[Path]:
    """Records that no other check knows."""
    data = (ws.sales, ws.uploads, ws.stock, ws.products, ws.settings, ws.suppliers, ws.profiles, ws.orders)
    known = (*data, ws.versions, ws.jobs, ws.splits, ws.reading, ws.schedule, ws.alerts)
    for top in (ws.sales.parent, ws.versions.parent):
        named = (path for path in reading.files(top) if path.suffix in (".json", ".jsonl") and not path.name.startswith("."))
        yield from (path for path in named if not any(path.is_relative_to(each) for each in known))


def _fault_of_text(path: Path) -> str:
    """Whether a file of JSON, or of a JSON a line, says something."""
    try:
        text = reading.text(path)
        whole = [json.loads(line) for line in text.splitlines()] if path.suffix == ".jsonl" else [json.loads(text)]
    except FileNotFoundError:
        return ""  # deleted meanwhile
    except (ValueError, RecursionError, OSError):
        return "damaged"
    return "" if all(isinstance(each, (dict, list)) for each in whole) else "damaged"
