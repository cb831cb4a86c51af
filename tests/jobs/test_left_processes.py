"""A run of the tests that is ended leaves no process behind."""

from __future__ import annotations

import os
import signal
import subprocess
import uuid

import left_processes
from patience import PATIENCE


def test_processes_with_the_mark_of_a_run_are_ended_and_no_others():
    mark, other = uuid.uuid4().hex, uuid.uuid4().hex
    with (
        subprocess.Popen(["sleep", "60"], env={**os.environ, left_processes.MARK: mark}, start_new_session=True) as marked,
        subprocess.Popen(["sleep", "60"], env={**os.environ, left_processes.MARK: other}) as unmarked,
    ):
        left_processes.end_left(mark)
        try:
            assert (marked.wait(PATIENCE), unmarked.poll()) == (-signal.SIGKILL, None)
        finally:
            unmarked.kill()
