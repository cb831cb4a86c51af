"""Checks of the sales table, its log, and the uploads that it was made from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from forecasting.core import formatting
from forecasting.core.errors import SalesDamaged, ShelfcastError
from forecasting.services.verification import remaking
from forecasting.services.verification.checking import Check
from forecasting.services.verification.report import Finding
from forecasting.storage import reading
from forecasting.storage.aside import put_aside, replace
from forecasting.storage.sales import damage, kept_versions, log, log_copies, parts, remedies, replay, summary_files, upload_files
from forecasting.storage.sales.saved import joint_fault, remade, summary_fault
from forecasting.storage.sales.table import Dataset
from forecasting.storage.versions import sales_snapshot
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace

LOG, COPIES, FILES, SUMMARIES, UPLOADS = "the sales' log", "its copies", "the sales", "their summaries", "the uploads"
_UPLOAD: Final = re.compile(r"([0-9a-f]{64})\.csv", re.ASCII)
_SUMMED_AGAIN: Final = "It only saves time: the next merge makes it again where it cannot be read, and a repair does."
_SEND_AGAIN: Final = (
    "Send the file again (python -m forecasting upload FILE): that puts its bytes right. The sales that were made of it are not touched."
)


def findings(check: Check) -> Iterator[Finding]:
    """What is not whole of the sales and their uploads."""
    ws = check.ws
    newest = log.newest(ws.sales)
    if newest < 0:
        with_sales = partial(_lost_log, ws.sales)
        yield from check.file(LOG, ws.sales / log.FOLDER, with_sales, remedies.begin_anew()) if ws.sales.is_dir() else ()
        yield from _uploads(check)
        return
    log_faults = [*_log(check, newest), *_copies(check)]
    yield from log_faults
    file_faults = [*_files(check, newest)]
    yield from file_faults
    if not log_faults and not file_faults:
        yield from check.file("", ws.sales, partial(_fault_in_reading, ws), "Its library cannot make sense of it. Put it back from a backup.")
        yield from _summaries(check, newest)
    yield from _uploads(check)


def copy_log(ws: Workspace) -> str:
    """Copies the files of the log that have no copy yet, if the log is whole; what it did, empty if there was nothing to do."""
    newest = log.newest(ws.sales)
    if newest < 0 or len(replay.contents(ws.sales, newest)) <= newest:
        return ""
    copied = log_copies.add_missing(ws.sales / log.FOLDER)
    return f"Copied {formatting.count(len(copied), 'file')} of the sales' log that had no copy." if copied else ""


def _lost_log(table: Path) -> str:
    return "missing" if any(name.endswith(".parquet") for name in reading.names(table)) else ""


def _log(check: Check, newest: int) -> Iterator[Finding]:
    ws, table = check.ws, check.ws.sales
    for version in range(newest + 1):
        path = log.path(table, version)
        yield from check.file(
            LOG, path, partial(replay.entry_fault, table, version), partial(remedies.of_entry, table, version), _from_copy(ws, path)
        )
    for version in log.numbers(table, log.CHECKPOINT):
        path = table / log.FOLDER / f"{version:020}{log.CHECKPOINT}"
        fault = partial(damage.checkpoint_fault, table, version, structure=True)
        yield from check.file(LOG, path, fault, remedies.of_checkpoint(), _from_copy(ws, path) or partial(_aside, ws, path))
    hint = table / log.FOLDER / log.HINT
    if hint.exists():
        yield from check.file(LOG, hint, partial(damage.hint_fault, table), remedies.of_checkpoint(), partial(_aside, ws, hint))


def _from_copy(ws: Workspace, path: Path) -> partial[str] | None:
    """Puts a file of the log back from its copy; None if there is no good one."""
    content = log_copies.content(ws.sales, path.name)
    return None if content is None else partial(_put_back, ws, path, content)


def _put_back(ws: Workspace, path: Path, content: bytes) -> str:
    replace(ws, path, content)
    return f"{path.relative_to(ws.home)} was put back from its copy."


def _aside(ws: Workspace, path: Path) -> str:
    return f"{path.relative_to(ws.home)} was put aside as {put_aside(ws, path).relative_to(ws.home)}; nothing needs it."


def _copies(check: Check) -> Iterator[Finding]:
    ws, table = check.ws, check.ws.sales
    without = {name for name in reading.names(table / log.FOLDER) if log_copies.is_kept(name)}
    for name in sorted(log_copies.hashes(table)):
        without.discard(name)
        copy = table / log_copies.FOLDER / f"{log_copies.hashes(table)[name]}-{name}"
        text = "The log itself counts, and not its copy. A repair copies it again."
        yield from check.file(COPIES, copy, partial(_copy_fault, table, name), text, partial(_copy_again, ws, copy))
    if without:
        files = f"{formatting.count(len(without), 'file')} of the sales' log {'has' if len(without) == 1 else 'have'} no copy"
        check.notes.append(f"{files}, as earlier releases saved it: a flipped bit in them is found only if it makes no sense. --repair copies them.")


def _copy_fault(table: Path, name: str) -> str:
    return "" if log_copies.content(table, name) is not None else "damaged"


def _copy_again(ws: Workspace, copy: Path) -> str:
    put_aside(ws, copy)
    log_copies.add_missing(ws.sales / log.FOLDER)
    return f"{copy.relative_to(ws.home)} was copied again."


def _files(check: Check, newest: int) -> Iterator[Finding]:
    """The data files that the newest sales need, an undo, or a version without sales of its own; and all others that are there and have a hash."""
    ws, table = check.ws, check.ws.sales
    states, hashes = replay.contents(table, newest), damage.hashes_until(table, newest)
    needed = {path: size for version in _needed(ws, newest) if version < len(states) for path, size in states[version].items()}
    there = {path: size for state in states for path, size in state.items() if path in hashes and parts.location(table, {"path": path}).exists()}
    for path, size in {**there, **needed}.items():
        where = parts.location(table, {"path": path})
        repair = partial(remaking.remake, ws, path) if path in hashes else None
        yield from check.file(FILES, where, partial(_file_fault, where, size, hashes.get(path, "")), remedies.of_part(), repair)
    unknown = len(needed.keys() - hashes.keys())
    if unknown:
        check.notes.append(
            f"{formatting.count(unknown, 'file')} of the sales {'is' if unknown == 1 else 'are'} of an earlier release, which saved no hash:"
            " a flipped bit in them may not be found."
        )


def _summaries(check: Check, newest: int) -> Iterator[Finding]:
    """The summaries that are not what the rows of their files say."""
    ws, table, states = check.ws, check.ws.sales, replay.contents(check.ws.sales, newest)
    files = {summary_files.location(table, path).name: {"path": path} for state in states for path in state}
    for name in sorted(summary_files.names(table)):
        where, part = table / summary_files.FOLDER / name, files.get(name)
        if name == summary_files.ALL:
            fault, repair = partial(joint_fault, table, [{"path": path} for path in states[-1]]), partial(_aside, ws, where)
        elif part is None or not parts.location(table, part).exists():
            fault, repair = partial(_orphan_fault, where), partial(_aside, ws, where)
        else:
            fault, repair = partial(summary_fault, table, part), partial(_summed_again, ws, part)
        yield from check.file(SUMMARIES, where, fault, _SUMMED_AGAIN, repair)


def _orphan_fault(path: Path) -> str:
    return "" if summary_files.load(path) is not None else "damaged"


def _summed_again(ws: Workspace, part: parts.Part) -> str:
    remade(ws.sales, part)
    return f"{summary_files.location(ws.sales, str(part['path'])).relative_to(ws.home)} was made of the rows again."


def _file_fault(path: Path, size: int, sha256: str) -> str:
    fault = damage.part_fault(path, size, sha256)
    return fault or ("" if sha256 or damage.is_parquet(path) else "damaged")


def _needed(ws: Workspace, newest: int) -> list[int]:
    """The versions of the sales that somebody may go back to."""
    needed = {newest}
    with suppress(ShelfcastError):
        needed |= {version - 1 for version in Dataset(ws).lineage().compositions.get(newest, ())}
    store = Versions(ws.versions)
    for number in store.numbers():
        with suppress(ShelfcastError):
            if not (store.path(number) / sales_snapshot.NAME).exists():
                needed.add(int(store.manifest(number)["sales_version"]))
    return kept_versions.still_readable(ws.sales, needed)


def _fault_in_reading(ws: Workspace) -> str:
    try:
        Dataset(ws).read()
        Dataset(ws).history()
    except SalesDamaged:
        return "damaged"
    return ""


def _uploads(check: Check) -> Iterator[Finding]:
    ws = check.ws
    saved = {match[1] for name in reading.names(ws.uploads) if (match := _UPLOAD.fullmatch(name))}
    for sha256 in sorted(saved):
        yield from check.file(UPLOADS, upload_files.location(ws.uploads, sha256), partial(upload_files.fault_of, ws.uploads, sha256), _SEND_AGAIN)
    named: Mapping[str, str] = {}
    with suppress(ShelfcastError):
        named = {upload.sha256: upload.name for upload in Dataset(ws).history()}
    lost = len(named.keys() - saved)
    if lost:
        check.notes.append(f"The bytes of {formatting.count(lost, 'upload')} are not kept. The sales do not need them.")
