"""One look at everything on disk, and repairs that lose nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

from forecasting.core.errors import NotWritable, ShelfcastError
from forecasting.services.verification import records, sales, versions
from forecasting.services.verification.checking import Check
from forecasting.services.verification.report import Finding, Report
from forecasting.storage.locks import exclusive
from forecasting.storage.sales import damage
from forecasting.storage.workspace import Workspace

MAX_ROUNDS = 4
"""How often repairs may lead to others: a log to its files, files to the sales of a version."""


def verify(ws: Workspace, *, repair: bool = False) -> Report:
    """Checks every file of a workspace; the server may run meanwhile.

    Args:
        ws: The workspace.
        repair: Whether to do what loses nothing: put files back from what is known to be the same, and put damaged ones aside that nothing needs.

    Raises:
        NotWritable: Nothing can be repaired, since nothing may be written.
        TryAgain: Somebody else was changing the sales for too long; nothing was repaired.
    """
    repaired: list[str] = []
    failed: set[str] = set()
    for _ in range(MAX_ROUNDS if repair else 0):
        with _sales_alone(ws):
            mended = [*_mended(_looked(ws)[1], failed), *filter(None, [sales.copy_log(ws)])]
        repaired += mended
        if not mended:
            break
    check, findings = _looked(ws)
    return Report(check.counted, tuple(findings), tuple(repaired), tuple(check.notes))


def _looked(ws: Workspace) -> tuple[Check, list[Finding]]:
    """A look, and what is not whole at two in a row: what others were just writing or deleting is so at one of them alone."""
    check = Check(ws)
    first = {(finding.path, finding.fault) for finding in _look(check)}
    if not first:
        return check, []
    again = Check(ws)
    return again, [finding for finding in _look(again) if (finding.path, finding.fault) in first]


def _look(check: Check) -> Iterator[Finding]:
    damage.forget()  # bits flip without a trace in the time of change
    for kind in (sales, versions, records):
        yield from kind.findings(check)


def _mended(findings: Iterable[Finding], failed: set[str]) -> Iterator[str]:
    """Repairs what can be repaired, and tells what was; what failed once is not tried again."""
    for finding in findings:
        if finding.repair is None or finding.path in failed or finding.fault == "unavailable":
            continue
        try:
            yield finding.repair()
        except NotWritable:
            raise
        except ShelfcastError:
            failed.add(finding.path)


@contextmanager
def _sales_alone(ws: Workspace) -> Iterator[None]:
    """Nobody merges meanwhile; nothing is locked where there are no sales."""
    with ExitStack() as stack:
        if ws.sales.is_dir():
            stack.enter_context(exclusive(ws.sales.with_name("sales.lock"), timeout=30.0))
        yield
