"""Starting a retrain: of the sales as they are, and the first one of an empty workspace."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final, Literal

from forecasting.core import engine_choice
from forecasting.core.errors import InputError
from forecasting.core.settings import Settings
from forecasting.jobs import estimate
from forecasting.jobs.runner import Jobs
from forecasting.models import registry
from forecasting.services import jobs, sales, start_over, versions, worker
from forecasting.storage.sales.table import Dataset
from forecasting.storage.versions.moves import LOCAL
from forecasting.storage.workspace import Workspace

Trigger = Literal["person", "schedule", "upload", "api"]
"""What made somebody want a retrain: a press or a call, a schedule, a file that was merged first, a request."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RetrainOptions:
    """How a retrain is run, and for whom.

    Args:
        leave_a_core: Whether it leaves one core to the server.
        by: Who wants it, for the record of what served.
        trigger: What made them want it.
        challenger: Whether it is for the shadow, to be graded, and to serve only once somebody says so.
        engine: Where its fits are done, see `engine_choice`; None for what the environment says.
    """

    leave_a_core: bool = True
    by: str = LOCAL
    trigger: Trigger = "person"
    challenger: bool = False
    engine: str | None = None


USUAL: Final = RetrainOptions()
"""Of a retrain that somebody at this machine starts beside its server."""


def start_retrain(ws: Workspace, chosen: Settings, options: RetrainOptions = USUAL) -> int:
    """Starts a retrain of these settings in a process of its own; its job's number.

    Raises:
        InputError: There are no sales, or a setting cannot be used.
        JobRunning: One runs already.
    """
    dataset = Dataset(ws)
    if dataset.version is None:
        raise InputError("There are no sales yet. Upload a file with a date and the units sold.")
    live = versions.serving(ws).version
    registry.taking_part(chosen)
    stages = estimate.expected(dataset.rows(), chosen, None if live is None else versions.manifest(ws, live))
    request = {"settings": chosen.to_dict(), "stages": stages, **asdict(options), engine_choice.REQUEST: engine_choice.chosen(options.engine)}
    return Jobs(ws.jobs, command=worker.COMMAND).start(request, home=ws.home)


def first_start(ws: Workspace) -> int | None:
    """Sees to it that there is something to serve: without a good version it retrains, without sales on the sample; the job started, or None."""
    start_over.finish(ws)
    if versions.serving(ws).version is not None or jobs.running(ws) is not None:
        return None
    if not sales.has_sales(ws):
        sales.load_sample(ws)
    return start_retrain(ws, versions.with_shop_holidays(ws, Settings()))
