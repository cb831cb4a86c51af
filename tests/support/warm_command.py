"""The command `shelfcast` in a process that has its libraries already: each call is a fork of one that imported them once."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import traceback

from patience import PATIENCE
from repository import ROOT

ASK = """\
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as line:
    line.connect(sys.argv[1])
    asked = json.dumps([sys.argv[2:], os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(line, [len(asked).to_bytes(4, "big")], [0, 1, 2])
    line.sendall(asked)
    sys.exit(int(line.recv(4).decode() or 1))
"""


@contextlib.contextmanager
def command(folder):
    """Puts `shelfcast` into a folder; it can be called meanwhile, with its own folder, environment, input and output."""
    (folder / "ask.py").write_text(ASK)
    (folder / "shelfcast").write_text(f'#!/bin/sh\nexec {sys.executable} -I -S {folder}/ask.py {folder}/line "$@"\n')
    (folder / "shelfcast").chmod(0o755)
    surroundings = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests' / 'support'}"}
    process = subprocess.Popen([sys.executable, __file__, str(folder / "line")], env=surroundings)
    try:
        end = time.monotonic() + PATIENCE
        while not (folder / "line").exists():
            assert process.poll() is None, "The command did not start."
            assert time.monotonic() < end, "The command did not start in time."
            time.sleep(0.05)
        yield folder
    finally:
        process.kill()
        process.wait()


def serve(path):
    """Answers each call in a process of its own, one after the other."""
    import forecasting.__main__
    import forecasting.services.shadow
    import forecasting.services.submissions  # noqa: F401 - so that a fork has them

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{path}.soon")
        listener.listen()
        os.rename(f"{path}.soon", path)  # noqa: PTH104
        while True:
            line, _ = listener.accept()
            with line:
                length, files, *_ = socket.recv_fds(line, 4, 3)
                asked = line.recv(int.from_bytes(length, "big"), socket.MSG_WAITALL)
                child = os.fork()
                if not child:
                    listener.close()
                    line.close()
                    run(*json.loads(asked), files)
                for file in files:
                    os.close(file)
                line.sendall(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())


def run(words, folder, environment, files):
    """The end of this process: one call.

    It leaves as forks do, without the ends of the libraries' threads: those threads stayed with the process that it is a fork of, and a library
    that finds its own missing aborts.
    """
    from forecasting.__main__ import run as main

    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["shelfcast", *words]
    code = 1
    try:
        code = main()
    except SystemExit as end:
        code = end.code or 0
    except BaseException:  # noqa: BLE001 - a fork has nobody above to tell
        traceback.print_exc()
    finally:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve(sys.argv[1])
