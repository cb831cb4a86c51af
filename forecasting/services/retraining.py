"""The steps in order, for pages, command line and HTTP alike; the one module that knows both models and files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from forecasting.analysis import accuracy as accuracies
from forecasting.analysis import assumptions as assumed
from forecasting.analysis import attention as attentions
from forecasting.analysis import backtest_bands as judgements
from forecasting.analysis import forecast_table as export
from forecasting.analysis import forecast_view as views
from forecasting.analysis import what_if as whatif
from forecasting.analysis.accuracy import Accuracy
from forecasting.analysis.backtest_bands import Judged
from forecasting.analysis.baseline import Standing
from forecasting.core import calendar, panel
from forecasting.core import spreadsheets as formulas
from forecasting.core.errors import InputError, VersionDamaged
from forecasting.core.period import DAY, PERIODS, Period
from forecasting.core.settings import Settings
from forecasting.intake import reader as reading
from forecasting.intake import sales_file as intake
from forecasting.intake import sample_sales as sample
from forecasting.jobs import durations
from forecasting.jobs.runner import Jobs
from forecasting.services import jobs as followed
from forecasting.services import worker as retrain_worker
from forecasting.storage.sales.changes import Change
from forecasting.storage.sales.table import Dataset, Merge, Upload
from forecasting.storage.versions import sales_snapshot as learned
from forecasting.storage.versions import serving as servings
from forecasting.storage.versions.store import Serving, Versions
from forecasting.storage.workspace import Workspace
from forecasting.training import ensemble
from forecasting.training.ensemble import Ensemble

Filters = Mapping[str, str]


def workspace() -> Workspace:
    """The workspace of this process."""
    return Workspace.default()


# Sales in


def read_file(path: Path) -> bytes:
    """The bytes of a file that a person names; raises InputError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error


def inspect(content: bytes, name: str) -> reading.Table:
    """The table in a file; raises UnreadableFile."""
    return reading.read_table(content, name)


def guess(table: reading.Table) -> dict[str, str]:
    """Role -> the column of the file that probably has it."""
    return intake.guess_mapping(table)


def check(
    table: reading.Table, mapping: Mapping[str, str], *, duplicates: Literal["last", "sum"] = "last", day_first: bool | None = None
) -> intake.Intake:
    """The table's sales and all its problems; raises ColumnsMissing and AmbiguousDates."""
    return intake.check(table, dict(mapping), duplicates=duplicates, day_first=day_first, today=datetime.now(UTC).date())


def problems_csv(checked: intake.Intake) -> bytes:
    """The problems as CSV, safe to open in a spreadsheet."""
    return formulas.to_csv(checked.problems)


def preview(ws: Workspace, checked: intake.Intake) -> Change:
    """What merging would change; raises InputError where the two cannot be merged."""
    return Dataset(ws).preview(checked.sales)


def merge(ws: Workspace, content: bytes, name: str, checked: intake.Intake, *, drop_problems: bool = False) -> Merge:
    """Merges what was checked, in one step.

    Raises:
        ProblemsFound: Some rows cannot be used and nobody has said that they may be left out.
        TryAgain: Somebody else is changing the sales.
    """
    return Dataset(ws).merge(checked.accept(drop_problems=drop_problems), Upload.of(content, name, rows=checked.rows, dropped=checked.dropped))


def uploads(ws: Workspace) -> list[Upload]:
    """What was uploaded, newest first."""
    return Dataset(ws).history()


def undo(ws: Workspace) -> Upload:
    """Takes the last upload back; raises InputError if there is none."""
    return Dataset(ws).undo()


def sales_version(ws: Workspace) -> int | None:
    """The newest version of the sales; None while there are none."""
    return Dataset(ws).version


def has_sales(ws: Workspace) -> bool:
    """Whether there is anything to train on."""
    return Dataset(ws).version is not None


# Versions


def serving(ws: Workspace) -> Serving:
    """The version to serve and those refused as damaged; cheap enough for every rerun."""
    return servings.look(ws.versions)


forget_serving = servings.forget


def load(ws: Workspace, version: int) -> Ensemble:
    """A version's ensemble; raises NotFound or VersionDamaged, and SalesDamaged for one that was saved before versions kept their sales."""
    versions = Versions(ws.versions)
    folder = versions.folder(version)
    try:
        return ensemble.load(folder, panel.from_sales(learned.read(ws, folder, versions.manifest(version))))
    except FileNotFoundError:
        versions.folder(version)  # it may have been pruned meanwhile
        raise


def manifest(ws: Workspace, version: int) -> dict[str, Any]:
    """What a version says of itself; raises NotFound or VersionDamaged."""
    return Versions(ws.versions).manifest(version)


def versions(ws: Workspace) -> list[dict[str, Any]]:
    """The manifests of all versions that can be read, newest first, with `live`."""
    store = Versions(ws.versions)
    live, made = store.live(), []
    for number in reversed(store.numbers()):
        try:
            made.append({**store.manifest(number), "live": number == live})
        except VersionDamaged as error:
            made.append({"version": number, "live": number == live, "damaged": str(error)})
    return made


def set_live(ws: Workspace, version: int) -> None:
    """Serves this version from now on; raises NotFound or VersionDamaged."""
    Versions(ws.versions).set_live(version)


def settings(ws: Workspace) -> Settings:
    """The choices behind the live version, else the defaults."""
    live = serving(ws).version
    return Settings() if live is None else Settings.from_dict(manifest(ws, live)["settings"])


def period(of: Mapping[str, Any]) -> Period:
    """What a row of a version's sales stands for, from its manifest; those of before weekly sales were known count as daily."""
    return PERIODS[of.get("period", DAY.name)]


# Retraining


countries = calendar.countries


def start_retrain(ws: Workspace, chosen: Settings, *, leave_a_core: bool = True) -> int:
    """Starts a retrain in a process of its own; its job's number.

    Args:
        ws: Where.
        chosen: What to train.
        leave_a_core: Whether it leaves one core to the server.

    Raises:
        InputError: There are no sales.
        JobRunning: One runs already.
    """
    dataset = Dataset(ws)
    if dataset.version is None:
        raise InputError("There are no sales yet. Upload a file with a date and the units sold.")
    live = serving(ws).version
    stages = durations.expected(dataset.rows(), chosen, None if live is None else manifest(ws, live))
    request = {"settings": chosen.to_dict(), "stages": stages, "leave_a_core": leave_a_core}
    return Jobs(ws.jobs, command=retrain_worker.COMMAND).start(request, home=ws.home)


def first_start(ws: Workspace) -> int | None:
    """Sees to it that there is something to serve: without a good version it retrains, without sales on the sample; the job started, or None."""
    if serving(ws).version is not None or running(ws) is not None:
        return None
    if not has_sales(ws):
        load_sample(ws)
    return start_retrain(ws, Settings())


def sample_csv() -> bytes:
    """The sample sales as an upload."""
    return formulas.to_csv(sample.make())


def load_sample(ws: Workspace) -> Merge:
    """Merges the sample sales."""
    content = sample_csv()
    table = inspect(content, sample.NAME)
    checked = check(table, guess(table))
    return Dataset(ws).merge(checked.accept(), Upload.of(content, sample.NAME, rows=checked.rows, dropped=checked.dropped, kind="sample"))


# Jobs


running = followed.running
job, jobs = followed.job, followed.jobs
job_events, job_page, job_result_id = followed.events, followed.page, followed.result_id
job_log = followed.log
cancel = followed.cancel


# Forecasts


view = views.view
chosen_rows = views.chosen_rows
total_range = views.total_range
forecast_columns = export.forecast_columns
options = views.options
components = views.components
movers = views.movers


def forecast_table(made: Ensemble, filters: Filters, days: int, *, total: bool = False) -> pd.DataFrame:
    """The forecast as people exchange it; raises NotFound and InputError."""
    return export.forecast_table(made, filters, days, total=total)


def forecast_csv(made: Ensemble, filters: Filters, days: int, *, total: bool = False) -> bytes:
    """The same as CSV, safe to open in a spreadsheet."""
    return formulas.to_csv(forecast_table(made, filters, days, total=total))


# What if


EVERY_DAY = whatif.EVERY_DAY
WhatIf = whatif.WhatIf


def assumptions(made: Ensemble, filters: Filters, days: int) -> tuple[assumed.Assumption, ...]:
    """What is taken for granted of promotions, prices and closed days ahead; raises NotFound and InputError."""
    return assumed.of(made.panel, views.chosen_rows(made, filters, days), days)


def standing(made: Ensemble, filters: Filters) -> Standing:
    """The chosen series, ready to be asked what if; raises NotFound and InputError."""
    return Standing(made, views.chosen_rows(made, filters, made.horizon))


# Accuracy


accuracy = accuracies.accuracy
by_series = accuracies.by_series
attention = attentions.attention


def judged(ws: Workspace, version: int, made: Ensemble) -> Judged:
    """A version's bands of the past, held against what was sold; raises NotFound or VersionDamaged."""
    return judgements.load(Versions(ws.versions).folder(version), made)


def series_csv(found: Accuracy) -> bytes:
    """The errors of each series as CSV, safe to open in a spreadsheet."""
    return formulas.to_csv(accuracies.series_table(found))


def attention_csv(found: Accuracy) -> bytes:
    """The series that need a person, with the reasons, as CSV."""
    return formulas.to_csv(attention(found))


def backtest_csv(found: Accuracy) -> bytes:
    """Every forecast of the past beside what was sold, as CSV."""
    return formulas.to_csv(accuracies.backtest_table(found))
