"""What becomes of thousands of broken, hostile and huge files, and of the process that takes them in.

    python benchmarks/fuzz_reading.py --minutes 20 [--first 0] [--keep FOLDER]

Files of every kind are damaged in their bytes and, packed anew, in their parts; some would unfold to gigabytes. Each is read and checked as an
upload is, always in a process of its own. Prints how many were read, asked about and refused, how often the reading process died and why,
faults of ours, and the peak memory of this process, which stands for the server. Ends with 1 at a fault of ours, at a death without a reason,
or if this process grew by more than 256 MB. `--keep` saves the files that did that.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import sys
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).parent), str(ROOT / "tests" / "support")]

import mutated_files
import numpy as np
from support import bombs

from forecasting.core.errors import InputError, QuestionsOpen
from forecasting.jobs.child_process import DEATH, ChildEnded
from forecasting.services import reading
from forecasting.services.reading_limits import READING_MB, READING_SECONDS
from forecasting.services.reading_processes import File

MEMORY_MB, SECONDS = 1024, 30
GROWTH_MB = 256
FAULT = "fault"


def sample(number: int) -> tuple[bytes, str]:
    """A file and its name, the same for the same number."""
    random = np.random.default_rng(number)
    kind = random.random()
    if kind < 0.15:
        content, ending = bombs.bomb(random)
        return content, f"bomb.{ending}"
    if kind < 0.45:
        return _in_parts(mutated_files.packed("xlsx"), random), "parts.xlsx"
    content, name, _ = mutated_files.mutant(number)
    return content, name


def _in_parts(content: bytes, random: np.random.Generator) -> bytes:
    """A workbook of which one part was damaged before it was packed, so that the damage is not found by its checksum."""
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    damaged = str(random.choice(names))
    mutate = mutated_files.MUTATIONS[random.integers(len(mutated_files.MUTATIONS))]
    return bombs.repacked(content, lambda name, part: mutate(part, random) if name == damaged else part)


def outcome(content: bytes, name: str) -> str:
    """What became of a file, in a word."""
    try:
        reading.read_sales(File(content, name), {})
    except QuestionsOpen:
        return "asked about"
    except InputError as error:
        return f"ended: {error.__cause__.why}" if isinstance(error.__cause__, ChildEnded) else "refused"
    except Exception as error:  # noqa: BLE001 - counted, and the file is kept
        print(f"{name}: {error}", file=sys.stderr)
        return FAULT
    return "read"


def fuzz(minutes: float, *, first: int = 0, most: int = sys.maxsize, keep: Path | None = None) -> dict[str, object]:
    """The figures of a run.

    Args:
        minutes: How long.
        first: The number of the first file.
        most: How many files, at most.
        keep: Where files are saved that show a fault of ours; None for nowhere.
    """
    os.environ.update({READING_MB: str(MEMORY_MB), READING_SECONDS: str(SECONDS)})
    until, became, before = time.monotonic() + 60 * minutes, Counter[str](), peak_mb()
    slowest, number = 0.0, first
    while time.monotonic() < until and number < first + most:
        content, name = sample(number)
        begun = time.monotonic()
        what = outcome(content, name)
        slowest = max(slowest, time.monotonic() - begun)
        became[what] += 1
        if keep is not None and what in (FAULT, f"ended: {DEATH}"):
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"{number}.bin").write_bytes(content)
        number += 1
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {
        "files": number - first,
        **dict(became.most_common()),
        "slowest_s": round(slowest, 1),
        "peak_mb": round(peak_mb()),
        "grew_mb": round(peak_mb() - before),
        "child_peak_mb": round(children),
    }


def peak_mb() -> float:
    """The most memory that this process has used."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--keep", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["FORECASTING_HOME"] = home
        figures = fuzz(args.minutes, first=args.first, keep=args.keep)
    print(json.dumps(figures))
    return 1 if figures.get(FAULT) or figures.get(f"ended: {DEATH}") or int(str(figures["grew_mb"])) > GROWTH_MB else 0


if __name__ == "__main__":
    sys.exit(main())
