"""The process that reads files: `python -m forecasting.intake.process.child SOCKET MEMORY SECONDS LIMIT`.

It answers one request a line with one line of JSON, and ends when nobody asks any more.
"""

from __future__ import annotations

import errno
import json
import socket
import sys
import traceback

from forecasting.core.errors import InputError
from forecasting.intake.process import restraint
from forecasting.intake.process.json_forms import Json, error_to_json, plain
from forecasting.intake.process.tasks import Absent, Tasks


def main(file: int, memory: int, seconds: int, limit: int) -> int:
    """Answers requests until the other end is closed.

    Args:
        file: The number of the open socket.
        memory: Bytes that this process may use.
        seconds: Seconds that it may compute for one request.
        limit: Bytes that a file may have, packed and unpacked.
    """
    tasks, held = Tasks(limit), restraint.limit_memory(memory)
    with socket.socket(fileno=file) as connection, connection.makefile("rwb") as stream:
        stream.write(_line({"held": held}))
        stream.flush()
        for line in stream:
            restraint.limit_time(seconds)
            answer = _answer(tasks, json.loads(line))
            stream.write(_line(answer))
            stream.flush()
            if "memory" in answer:
                return 1  # what is left of its memory is in pieces
    return 0


def _answer(tasks: Tasks, request: Json) -> Json:
    """What came of a request, under one name."""
    try:
        return {"answer": tasks.answer(request)}
    except InputError as error:
        return {"memory": True} if _lacks_memory(error) else {"refusal": error_to_json(error)}
    except Absent:
        return {"absent": True}
    except MemoryError:
        return {"memory": True}
    except Exception:  # noqa: BLE001 - a fault of ours: whoever asked logs it whole and says so
        return {"fault": traceback.format_exc()}


def _lacks_memory(error: BaseException | None) -> bool:
    """Whether an error comes from a lack of memory, which libraries also report as a file that they cannot read."""
    while error is not None:
        if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
            return True
        error = error.__cause__
    return False


def _line(message: Json) -> bytes:
    return json.dumps(message, default=plain).encode() + b"\n"


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
