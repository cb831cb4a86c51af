"""Files of a version that follow from its others, made anew where they are not whole; only where the sha256 proves that they are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from forecasting.core import panel
from forecasting.core.errors import ShelfcastError
from forecasting.inventory.stock.state import GivenStock
from forecasting.services import past_checks, product_changes, published_answers
from forecasting.storage.aside import replace
from forecasting.storage.versions import manifest, panel_file, sales_snapshot
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace
from forecasting.training import ensemble_files

OF_SALES: Final = (panel_file.NAME, panel_file.SERIES_NAME)
NAMES: Final = (*OF_SALES, *published_answers.NAMES)


def remake(ws: Workspace, number: int, name: str) -> str:
    """Writes a file of a version anew, and says so; raises ShelfcastError where its other files do not give its bytes."""
    store = Versions(ws.versions)
    facts, path = store.manifest(number), store.path(number) / name
    for content in _candidates(ws, number, name):
        if manifest.fits(facts, name, content):
            replace(ws, path, content)
            return f"{path.relative_to(ws.home)} was made anew from the other files of version {number}; it has the sha256 of the manifest."
    raise ShelfcastError(f"The other files of version {number} do not give the bytes of {path.relative_to(ws.home)}.")


def _candidates(ws: Workspace, number: int, name: str) -> Iterator[bytes]:
    """What the bytes of a file may have been; the files that it follows from must be whole."""
    store = Versions(ws.versions)
    facts, folder = store.manifest(number), store.path(number)
    sources = facts[manifest.FILES].keys() - set(NAMES)
    for source in sources:
        manifest.verify_file(folder, number, source)
    learned = panel.from_sales(product_changes.applied(sales_snapshot.read(ws, folder, facts), product_changes.learned(facts)))
    if name in OF_SALES:
        yield _content(name, partial(panel_file.write, learned))
        return
    with TemporaryDirectory() as temporary:
        for source in sources:
            (Path(temporary) / source).symlink_to((folder / source).absolute())
        ensemble = ensemble_files.load(Path(temporary), learned, country=facts.get("settings", {}).get("prophet", {}).get("country"))
    for given in (past_checks.terms(ws, ensemble), GivenStock.nothing(len(ensemble.panel))):
        yield _content(name, partial(published_answers.write, ensemble, given=given))


def _content(name: str, write: Callable[[Path], None]) -> bytes:
    """What is in a file of this name once `write` has filled a folder; nothing where it has not written one."""
    with TemporaryDirectory() as temporary:
        write(Path(temporary))
        path = Path(temporary) / name
        return path.read_bytes() if path.exists() else b""
