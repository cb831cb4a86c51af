"""Checks of the published versions, and of the small files that point to one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from forecasting.core import formatting
from forecasting.core.errors import NotFound, ShelfcastError, VersionDamaged
from forecasting.services.verification import derived_files
from forecasting.services.verification.checking import Check
from forecasting.services.verification.report import Finding
from forecasting.storage import reading
from forecasting.storage.aside import replace
from forecasting.storage.numbered_folders import LAST, NumberedFolders
from forecasting.storage.sales.table import Dataset
from forecasting.storage.versions import manifest, moves, pruned_manifests, sales_snapshot
from forecasting.storage.versions.live_pointer import LIVE
from forecasting.storage.versions.remarks import Remarks
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace

FILES, POINTERS, RECORD, NOTES = "the versions", "pointers to them", "the record of what served", "notes and pins"


def findings(check: Check) -> Iterator[Finding]:
    """What is not whole of the versions, and of what points to them."""
    ws, store = check.ws, Versions(check.ws.versions)
    for number in store.numbers():
        with suppress(NotFound):  # pruned meanwhile
            yield from _version(check, store, number)
    if store.numbers():
        yield from _live(check, store)
    yield from _records(check, store)
    for number in store.pruned():
        text = "Put it back from a backup. It tells of a version that was pruned; nothing needs it to serve."
        yield from check.file(FILES, pruned_manifests.path(ws.versions, number), partial(_pruned_fault, store, number), text)
    for folder in (ws.versions, ws.jobs, ws.splits):
        yield from _last(check, folder)


def _version(check: Check, store: Versions, number: int) -> Iterator[Finding]:
    folder = store.path(number)
    text = f"Put it back from a backup. Version {number} cannot serve without it; retrain to publish a new one."
    names = [manifest.NAME]
    with suppress(ShelfcastError):
        names += store.manifest(number)[manifest.FILES]
    for name in names:
        repair = partial(_sales_again, check.ws, number) if name == sales_snapshot.NAME else None
        if name in derived_files.NAMES:
            repair = partial(derived_files.remake, check.ws, number, name)
        yield from check.file(FILES, folder / name, partial(_fault, store, number, name), text, repair)


def _fault(store: Versions, number: int, name: str) -> str:
    """What is wrong with a file of a version; raises NotFound if the version is gone."""
    try:
        with store.there(number) as folder:
            manifest.verify_file(folder, number, name)
    except VersionDamaged:
        return "damaged" if (store.path(number) / name).exists() else "missing"
    return ""


def _sales_again(ws: Workspace, number: int) -> str:
    """Writes the sales that a version learned from anew, from the sales table, if they are the same."""
    store = Versions(ws.versions)
    facts, path = store.manifest(number), store.path(number) / sales_snapshot.NAME
    with TemporaryDirectory() as temporary:
        sales_snapshot.write(Dataset(ws).read(facts["sales_version"]), Path(temporary))
        content = (Path(temporary) / sales_snapshot.NAME).read_bytes()
    if not manifest.fits(facts, sales_snapshot.NAME, content):
        raise ShelfcastError(f"Sales version {facts['sales_version']} does not give the bytes of {path.relative_to(ws.home)}.")
    replace(ws, path, content)
    return f"{path.relative_to(ws.home)} was written anew from sales version {facts['sales_version']}; it has the sha256 of the manifest."


def _live(check: Check, store: Versions) -> Iterator[Finding]:
    """The pointer to the live version: it has to name one that is whole."""
    path = check.ws.versions / LIVE
    serving = store.serving()
    if serving.version is None:
        return
    named = NumberedFolders(check.ws.versions, "version").pointed(LIVE)
    which = "the live one, as the record of what served says" if serving.version == store.live() else "the newest whole one before"
    text = f"Version {serving.version} serves: it is {which}."
    if named is not None and serving.refused:
        text = f"It names version {named}, which cannot serve. {text}"
    yield from check.file(POINTERS, path, partial(_live_fault, path, named, serving.version), text, partial(_point, store))


def _records(check: Check, store: Versions) -> Iterator[Finding]:
    """The record of what served, and what people said; an old workspace has neither before its first use."""
    served, said = check.ws.versions / moves.NAME, Remarks(check.ws.versions)
    yield from _lines(check, RECORD, served, store.moves, cuts="the next change of the live version", loss="What served then is not known.")
    yield from _lines(check, NOTES, said.path, said.every, cuts="the next note", loss="What was said there is not known.")


def _lines(check: Check, kind: str, path: Path, every: Callable[[], Sequence[object]], *, cuts: str, loss: str) -> Iterator[Finding]:
    """A file of lines with checksums.

    Args:
        check: The look.
        kind: What the file is.
        path: Where it is.
        every: What its lines say, None in place of a damaged one.
        cuts: What cuts a torn last line off.
        loss: What a damaged line means.
    """
    if not path.exists():
        return
    damaged: list[int] = []

    def fault() -> str:
        damaged.extend(number for number, line in enumerate(every(), 1) if line is None)
        return "damaged" if damaged or not reading.content(path).endswith(b"\n") else ""

    def text() -> str:
        if not damaged:
            return f"Its last line is not whole, as a kill leaves it, and does not count; {cuts} cuts it off."
        lines = f"line{'s' * (len(damaged) > 1)} {formatting.listing([str(line) for line in damaged])}"
        return f"Not as written: {lines}. {loss} Put the file back from a backup; its other lines count."

    yield from check.file(kind, path, fault, text)


def _pruned_fault(store: Versions, number: int) -> str:
    try:
        store.pruned_manifest(number)
    except VersionDamaged:
        return "damaged"
    return ""


def _live_fault(path: Path, named: int | None, serving: int) -> str:
    if named == serving:
        return ""
    return "damaged" if path.exists() else "missing"


def _point(store: Versions) -> str:
    number = store.point_to_serving()
    if number is None:
        raise ShelfcastError("The pointer names the version that serves.")
    return f"Version {number} is live now."


def _last(check: Check, folder: Path) -> Iterator[Finding]:
    """The highest number ever given: no number may be given twice."""
    numbered, path = NumberedFolders(folder, "folder"), folder / LAST
    if not numbered.numbers() and not path.exists():
        return
    text = "Numbers go on after the highest one that is there."
    yield from check.file(POINTERS, path, partial(_last_fault, numbered, path), text, partial(_number_on, numbered))


def _last_fault(numbered: NumberedFolders, path: Path) -> str:
    highest = max([0, *numbered.numbers()])  # read before the file, which has a new number before its folder is there
    number = numbered.pointed(LAST)
    if number is not None and number >= highest:
        return ""
    return "damaged" if path.exists() else "missing"


def _number_on(numbered: NumberedFolders) -> str:
    highest = numbered.next() - 1
    numbered.point(LAST, highest)
    return f"{numbered.folder.name}/{LAST} says {highest} again."
