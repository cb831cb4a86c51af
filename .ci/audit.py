"""Looks for known holes in the pinned requirements: exit code 0 if there are none, 1 if there are, 3 if that could not be found out.

pip-audit itself calls packages that its database does not know, or cannot be asked about, free of holes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FOUND, NOT_KNOWN = 1, 3
MAX_NAMES = 5


def verdict(report: Mapping[str, Any] | None, said: str) -> tuple[int, str]:
    """The exit code, and what to say.

    Args:
        report: What pip-audit wrote; None if it ended before.
        said: What it printed, which says why.
    """
    if report is None:
        reason = said.strip().splitlines()[-1:] or ["it said nothing"]
        return NOT_KNOWN, f"Nothing was audited: pip-audit ended without a report ({reason[0]})."
    packages = report["dependencies"]
    holes = [_hole(package, hole) for package in packages for hole in package.get("vulns", [])]
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    lines = [*holes, *([_unknown(skipped, len(packages))] if skipped else [])]
    code = FOUND if holes else NOT_KNOWN if skipped or not packages else 0
    return code, "\n".join(lines or [f"No known holes in {len(packages)} packages."])


def _hole(package: Mapping[str, Any], hole: Mapping[str, Any]) -> str:
    fixed = ", ".join(hole.get("fix_versions") or []) or "no release yet"
    return f"{package['name']} {package['version']}: {hole['id']}, mended in {fixed}"


def _unknown(names: Sequence[str], total: int) -> str:
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    return f"{len(names)} of {total} packages could not be looked up in the database of known holes: {', '.join(names[:MAX_NAMES])}{more}."


def main(requirements: str) -> int:
    """Audits a file of requirements; the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = ["--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json", "--output", str(report)]
        done = subprocess.run([sys.executable, "-m", "pip_audit", *options, "-r", requirements], capture_output=True, text=True, check=False)
        code, text = verdict(json.loads(report.read_text()) if report.exists() and report.stat().st_size else None, done.stderr)
    print(text)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
