"""Notes and pins of versions: what people say of them, and which ones stay until they say otherwise."""

from __future__ import annotations

from typing import Any, Final

from forecasting.core import formatting
from forecasting.core.errors import InputError, NotFound
from forecasting.storage.versions.moves import LOCAL
from forecasting.storage.versions.remarks import Remarks
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace

MAX_CHARACTERS: Final = 500
"""Characters of a note, at most."""
PIN_MEANS: Final = "A pinned version is never deleted. While it is live, new versions are published and wait until somebody makes one live."


def note(ws: Workspace, version: int, text: str, by: str = LOCAL) -> None:
    """Adds a note to a version, also to one that was pruned.

    Raises:
        InputError: The text is empty, too long, or not all of it can be seen.
        NotFound: There is no such version.
        TryAgain: Somebody else was publishing for too long.
    """
    words = " ".join(text.split())
    if not words or len(words) > MAX_CHARACTERS or not words.isprintable():
        raise InputError(f"A note has 1 to {MAX_CHARACTERS} characters, all of them visible.")
    store = Versions(ws.versions)
    if version not in store.pruned():
        _check(store, version)
    Remarks(ws.versions).add(version, "note", words, by)


def pin(ws: Workspace, version: int, by: str = LOCAL) -> None:
    """Keeps a version until somebody takes the pin off; a pin that it has stays. Raises NotFound or TryAgain."""
    _check(Versions(ws.versions), version)
    if version not in pinned(ws):
        Remarks(ws.versions).add(version, "pin", by=by)


def unpin(ws: Workspace, version: int | None = None, by: str = LOCAL) -> int:
    """Takes the pin off a version, None for the only one that has one; which it was.

    Raises:
        NotFound: It is not pinned.
        InputError: Several versions are pinned, and none is named.
        TryAgain: Somebody else was publishing for too long.
    """
    known = pinned(ws)
    if version is None and len(known) > 1:
        listed = formatting.listing([str(number) for number in known], most=len(known))
        raise InputError(f"Versions {listed} are pinned. Say which one, e.g. {known[0]}.")
    number = version if version is not None or not known else known[0]
    if number is None or number not in known:
        raise NotFound("No version is pinned." if version is None else f"Version {version} is not pinned.")
    Remarks(ws.versions).add(number, "unpin", by=by)
    return number


def pinned(ws: Workspace) -> list[int]:
    """The versions that are pinned and count, pruned ones aside, in order."""
    return sorted(Remarks(ws.versions).pinned() & set(Versions(ws.versions).numbers()))


def with_notes(ws: Workspace, version: dict[str, Any]) -> dict[str, Any]:
    """What is known of a version, with its `notes`, oldest first, and whether it is `pinned`."""
    remarks = Remarks(ws.versions)
    said = [each for each in remarks.of(version["version"]) if each.kind == "note"]
    notes = [{"when": each.when.isoformat(timespec="milliseconds"), "text": each.text, "by": each.by} for each in said]
    return {**version, "notes": notes, "pinned": version["version"] in remarks.pinned()}


def _check(store: Versions, version: int) -> None:
    """Raises NotFound if there is no such version that counts."""
    with store.there(version):
        pass
