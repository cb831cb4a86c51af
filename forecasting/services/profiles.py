"""What is remembered of files by their header, as long as nobody forgets it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from forecasting.core.errors import NotFound
from forecasting.intake.answers import form_fields
from forecasting.intake.process.json_forms import answers_from_json
from forecasting.intake.profile import NAMED, Profile, remembered
from forecasting.storage.profiles import Forgotten, forgotten_store
from forecasting.storage.sales.table import Dataset
from forecasting.storage.sales.uploads import Upload
from forecasting.storage.workspace import Workspace


def profiles(ws: Workspace) -> list[Profile]:
    """What is remembered, the header of the newest upload first; nothing of uploads that were taken back or forgotten.

    Raises:
        StateDamaged: Nobody knows what was forgotten.
    """
    return _standing(ws, forgotten_store(ws).load().values)


def forget(ws: Workspace, header: str, by: str) -> Profile:
    """Forgets the answers for a header, so that the next file with it is asked again; its uploads stay. Gives what was remembered.

    Args:
        ws: Where.
        header: The `id` of a profile.
        by: Who says so.

    Raises:
        NotFound: Nothing is remembered of such a header.
        TryAgain: Somebody else is forgetting; nothing was changed.
        DiskFull: Nothing was changed.
    """
    store = forgotten_store(ws)
    last, before = store.last(), store.newest_whole().values
    known = {profile.id: profile for profile in _standing(ws, before)}
    if header not in known:
        raise NotFound(f"Nothing is remembered of files by the name {header[:40]!r}. List what is: shelfcast profiles, or GET /api/profiles.")
    store.save({**before, header: known[header].version}, by, after=last)
    return known[header]


def said(profile: Profile) -> dict[str, Any]:
    """All answers that are remembered, by the fields of `Answers`; what nobody said is not among them."""
    one = {name: getattr(profile.answers, name) for name in (*NAMED, "count_rows")}
    several = {name: tuple(sorted({each for answers in profile.all_answers for each in getattr(answers, name)})) for name in ("leave_out", "accept")}
    return {name: value for name, value in {**one, **several}.items() if value is not None and value is not False and value != ()}


def facts(profile: Profile) -> dict[str, Any]:
    """What is remembered as plain values, for JSON: answers as fields of a form."""
    names = {name: getattr(profile, name) for name in ("id", "name", "version", "when")}
    return {**names, "mapping": dict(profile.mapping), "fields": form_fields(said(profile))}


def _standing(ws: Workspace, forgotten: Forgotten) -> list[Profile]:
    known: dict[str, Profile] = {}
    for upload in Dataset(ws).since_start():
        read, version = _reading(upload), int(upload.version or 0)
        if upload.undone or "header" not in read or version <= forgotten.get(read["header"], 0):
            continue
        header, answers = read["header"], remembered(answers_from_json(read["answers"]))
        if header in known:
            known[header] = replace(known[header], earlier=(*known[header].earlier, answers))
        else:
            known[header] = Profile(id=header, name=upload.name, version=version, when=upload.when, mapping=read["stated"], answers=answers)
    return list(known.values())


def _reading(upload: Upload) -> Mapping[str, Any]:
    """How an upload was read; nothing of the sample. That of an earlier release has no header."""
    read: Mapping[str, Any] = json.loads(upload.reading) if upload.reading and upload.kind == "upload" else {}
    return read
