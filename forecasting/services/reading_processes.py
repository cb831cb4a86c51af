"""Processes that read files: one is asked, and whatever a file does to it, this process goes on."""

from __future__ import annotations

import logging
import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

from forecasting.core.errors import UnreadableFile
from forecasting.intake.answers import NOTHING_SAID, Answers
from forecasting.intake.filling import Contents
from forecasting.intake.process.json_forms import answers_to_json, error_from_json
from forecasting.jobs.child_pool import ChildPool
from forecasting.jobs.child_process import DEATH, MEMORY, TIME, ChildEnded, ChildProcess
from forecasting.services import workspaces
from forecasting.services.reading_limits import PROCESSES, READING_MB, READING_SECONDS, ReadingLimits
from forecasting.storage.slots import slot
from forecasting.storage.spool import spool_folder

logger = logging.getLogger("shelfcast")
COMMAND: Final = (sys.executable, "-m", "forecasting.intake.process.child")
WAIT_SECONDS: Final = 60.0
"""Seconds to wait until one of the files that are being read is done."""
PATIENCE: Final = 4
"""How many times as long as a process may compute its answer may take, waiting for a busy machine included."""
OnWait = Callable[[str], None]
Value = TypeVar("Value")


def ignore(_: str) -> None:
    """For those who do not mind waiting."""


@dataclass(frozen=True, eq=False)
class File:
    """A file to read.

    Args:
        content: Its bytes.
        name: What the person calls it; only text.
        answers: What was said of it.
        alone: Whether this process works for one person and one task, so that it may read a small text itself.
        on_wait: Told, in a sentence, if other files are read first.
        contents: What it lists, which decides what an empty cell means.
        id: By which the process that has read it knows it.
    """

    content: bytes = field(repr=False)
    name: str
    answers: Answers = NOTHING_SAID
    alone: bool = False
    on_wait: OnWait = ignore
    contents: Contents = "sales"
    id: str = field(default_factory=lambda: secrets.token_hex(8))


def ask(file: File, question: dict[str, Any], read: Callable[[dict[str, Any], Path], Value]) -> Value:
    """The answer of a process to a question about a file.

    Args:
        file: Whose.
        question: The task and what belongs to it, as `intake.process.tasks` has it.
        read: From the answer, and the folder with its files, to the value.

    Raises:
        InputError: What the process says of the file.
        UnreadableFile: It needed too much memory or time, or ended the process.
        TryAgain: Other files were being read for too long.
        DiskFull: There is no space for it.
    """
    place, limits = workspaces.workspace().reading, ReadingLimits.from_environ(os.environ)
    with slot(place, PROCESSES, timeout=WAIT_SECONDS, on_wait=file.on_wait), spool_folder(place / "spool", file.name) as folder:
        try:
            with pool(limits).child(file.id) as child:
                answer = _told(child, _request(file, question, folder), file)
        except ChildEnded as end:
            _refuse(end, file.name, limits)
        if "refusal" in answer:
            raise error_from_json(answer["refusal"])
        return read(answer["answer"], folder)


@cache
def pool(limits: ReadingLimits) -> ChildPool:
    """The processes of these limits."""

    def start() -> ChildProcess:
        arguments = (str(limits.memory), str(limits.seconds), str(limits.file_bytes))
        return ChildProcess(COMMAND, arguments, memory=limits.memory, seconds=PATIENCE * limits.seconds)

    return ChildPool(start, most=PROCESSES)


def _request(file: File, question: dict[str, Any], folder: Path) -> dict[str, Any]:
    read_with = {"contents": file.contents, "read_with": answers_to_json(file.answers)}
    return {"id": file.id, "name": file.name, **read_with, "folder": str(folder), "file": "", **question}


def _told(child: ChildProcess, request: dict[str, Any], file: File) -> dict[str, Any]:
    """What a process answers, which gets the bytes unless it has just read them; raises ChildEnded."""
    answer = child.ask(request) if child.last == file.id else {"absent": True}
    if "absent" in answer:
        path = Path(request["folder"]) / "file"
        path.write_bytes(file.content)
        child.last = file.id
        answer = child.ask({**request, "file": str(path)})
        path.unlink()
    if "memory" in answer:
        child.end()
        raise ChildEnded(MEMORY, "it said so itself")
    if "fault" in answer:
        raise RuntimeError(f"A file could not be read, through a fault of ours:\n{answer['fault']}")
    return answer


def _refuse(end: ChildEnded, name: str, limits: ReadingLimits) -> NoReturn:
    """Raises what a person should know of a process that ended over a file."""
    logger.warning("A process that read a file ended. %s", end)
    split = "Split it by year or store and upload the parts one by one"
    texts = {
        MEMORY: f"{name} needs more than {limits.memory / 2**20:,.0f} MB of memory to read. {split}, or start Shelfcast with a larger {READING_MB}.",
        TIME: f"{name} took more than {limits.seconds:,} s to read. {split}, or start Shelfcast with a larger {READING_SECONDS}.",
        DEATH: f"{name} ended the process that was reading it. It may be damaged: write it again, or save it as CSV, and upload that.",
    }
    raise UnreadableFile(texts[end.why]) from end
