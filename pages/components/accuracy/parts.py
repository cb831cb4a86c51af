"""Parts of the accuracy page; every choice is bound to the URL."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, Literal, NamedTuple

import pandas as pd
import streamlit as st

from forecasting.analysis import accuracy as accuracy_analysis
from forecasting.analysis.accuracy import Accuracy, by_series
from forecasting.analysis.backtest_bands import BacktestBands
from forecasting.core import formatting, schema
from forecasting.services import accuracy as accuracy_service
from forecasting.services import versions, workspaces
from pages.components.shared import layout, live_version, markdown, wording

EVEN, FAR = 0.01, 0.05
"""Bias below the first is as good as none; from the second on it is more than a little."""
NAIVE_HELP = "How much smaller the error is than when last week is simply repeated."
BIAS_HELP = "Below zero: forecasts too low, shelves run empty."


class Measure(NamedTuple):
    """What errors are measured by.

    Args:
        column: Its name in the tables.
        title: What it is.
        text: How to read it.
        factor: What its values are multiplied by.
        format: Of a number in a table.
    """

    column: str
    title: str
    text: str
    factor: float = 100.0
    format: str = f"%.1f{formatting.NBSP}%%"


MEASURES = {
    "Error": Measure("wape", "Error (WAPE)", "All misses divided by all sales"),
    "MASE": Measure("mase", "MASE", "Misses divided by the usual change from season to season before the cutoff. Below 1 is better.", 1.0, "%.2f"),
    "Bias": Measure("bias", "Bias", "Below zero: forecasts too low, shelves run empty", format=f"%+.1f{formatting.NBSP}%%"),
    "In band": Measure("coverage_80", "In the 80 % band", "Share of days inside the band from each model's own errors. 80 % is promised."),
    "Width": Measure("width_80", "Width of the 80 % band", "As a share of sales. Each model's band comes from its own errors."),
}
"""What the URL says -> a measure. A widget's URL holds what it shows, so it is short."""


class Chip(NamedTuple):
    """What stands below a number.

    Args:
        text: What it says.
        color: Of the text.
        arrow: Before it.
        description: Behind it, in grey.
    """

    text: str
    color: Literal["gray", "green", "red"] = "gray"
    arrow: Literal["off", "up", "down"] = "off"
    description: str | None = None


@st.cache_resource(max_entries=1, show_spinner=False)
def _judged(version: int) -> BacktestBands:
    """What a version's backtest says of its bands; another version's answers are let go."""
    _accuracy.clear()
    return accuracy_service.judged(workspaces.workspace(), version, live_version.ensemble_of(version))


@st.cache_resource(max_entries=16, show_spinner=False)
def _accuracy(version: int, filters: tuple[tuple[str, str], ...]) -> Accuracy:
    return accuracy_analysis.accuracy(_judged(version), dict(filters))


def accuracy_of(version: int, filters: dict[str, str]) -> Accuracy:
    """How good the forecasts of the chosen series were, shared by all sessions; raises NotFound."""
    _judged(version)
    return _accuracy(version, tuple(sorted(filters.items())))


def context(manifest: dict[str, Any]) -> str:
    """The line under the title: what was judged."""
    cutoffs = manifest["cutoffs"]
    if not cutoffs:
        return f"v{manifest['version']} has no past forecasts to check"
    unit = manifest.get("period", "day")
    judged = f"{formatting.count(len(cutoffs), 'cutoff')}, {formatting.count(manifest['judged_days'], unit)} each"
    first = formatting.date(pd.Timestamp(cutoffs[0]))
    return f"Backtest of v{manifest['version']}: {judged}, {first} to {live_version.sales_to(manifest)} · not seen by the models"


def unit(accuracy: Accuracy) -> str:
    """What is a step: "day"."""
    return accuracy.judged.made.panel.period.name


def too_short() -> None:
    """The whole file is too young."""
    text = "Each training also forecasts the past and records the errors. The first of them needs 35 days of sales before it."
    with layout.empty("target", "No backtest yet.", text):
        live_version.upload_button()


def is_judged(accuracy: Accuracy) -> bool:
    """Whether any day of these series was forecast in the backtest."""
    return schema.BLEND in accuracy.tallies and accuracy.tallies[schema.BLEND].days.sum() > 0


def too_young() -> None:
    """The chosen series are too young."""
    layout.empty(
        "target",
        "Too new to judge.",
        "No past forecast of these series can be compared with sales. Their bands come from series of similar sales.",
    )


def before(version: int) -> dict[str, Any]:
    """What the version before says of itself; empty without one."""
    return versions.previous(workspaces.workspace(), version) or {}


def downloads(accuracy: Accuracy, version: int) -> None:
    """Everything to take away."""
    files = {
        "Errors by series": (accuracy_service.series_csv, "errors", "by_series_csv"),
        "Series to check": (accuracy_service.attention_csv, "needs", "attention_csv"),
        "Every past forecast": (accuracy_service.backtest_csv, "backtest", "backtest_csv"),
    }
    with st.popover("Download", icon=":material/download:"):
        for label, (write, name, key) in files.items():
            st.download_button(
                label,
                partial(write, accuracy),
                f"{name}-v{version}.csv",
                "text/csv",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
                key=key,
            )


def numbers(accuracy: Accuracy, manifest_before: dict[str, Any]) -> None:
    """The answer in four numbers, against the version before where that said the same of the same series."""
    errors = accuracy.overall.set_index(schema.MODEL)
    blend, naive = errors.to_dict("index")[schema.BLEND], errors["wape"].get(schema.SEASONAL_NAIVE, math.nan)
    was = {name: math.nan if value is None else value for name, value in manifest_before.get("metrics", {}).items()}
    version = manifest_before.get("version")
    wape, gain = was.get("wape", math.nan), 1 - was.get("wape", math.nan) / (was.get("wape_seasonal_naive") or math.nan)
    with st.grid(4, min_column_width=150):
        chip = _change(blend["wape"] - wape, version, more_is_better=False) or Chip(f"naive {formatting.percent(naive)}")
        _number("Error (WAPE)", formatting.percent(blend["wape"]), wording.WAPE_HELP, chip)
        chip = _change(accuracy.better - gain, version, more_is_better=True) or Chip(_spared(accuracy))
        _number("Better than naive", formatting.percent(accuracy.better), NAIVE_HELP, chip)
        _number("Bias", _signed(blend["bias"]), BIAS_HELP + _then(was, "bias", version, _signed), Chip(lean(blend["bias"])))
        text = wording.COVERAGE_HELP + _then(was, "coverage_80", version, formatting.percent)
        _number("In the 80 % band", formatting.percent(blend["coverage_80"]), text, Chip(wording.promise(blend["coverage_80"])))


def _number(label: str, value: str, text: str, chip: Chip) -> None:
    st.metric(
        label,
        value,
        chip.text,
        delta_color=chip.color,
        delta_arrow=chip.arrow,
        delta_description=chip.description,
        help=text,
        border=True,
        height="stretch",
    )


def _change(difference: float, version: int | None, *, more_is_better: bool) -> Chip | None:
    """The chip of a change in points; None where there is nothing to compare with."""
    if math.isnan(difference):
        return None
    against = f"vs v{version}"
    if abs(difference) < 0.0005:
        return Chip("as before", description=against)
    color: Literal["green", "red"] = "green" if (difference > 0) == more_is_better else "red"
    return Chip(wording.points(difference), color, "up" if difference > 0 else "down", against)


def _then(was: dict[str, float], name: str, version: int | None, say: Callable[[float], str]) -> str:
    value = was.get(name, math.nan)
    return "" if math.isnan(value) else f" v{version}: {say(value)}."


def _spared(accuracy: Accuracy) -> str:
    """What was gained over the naive forecast: "12.3 units a day less"."""
    blend, naive = (accuracy.tallies[name] for name in (schema.BLEND, schema.SEASONAL_NAIVE))
    days = accuracy.total[schema.SALES].notna().sum()
    spared = (naive.missed.sum() - blend.missed.sum()) / days if days else math.nan
    return f"{formatting.rate(abs(spared), unit(accuracy))} {'less' if spared >= 0 else 'more'}"


def _signed(share: float) -> str:
    return f"{'+' if share > 0 else ''}{formatting.percent(share)}"


def lean(bias: float) -> str:
    """In words, which way forecasts lean."""
    if math.isnan(bias):
        return formatting.UNKNOWN
    if abs(bias) < EVEN:
        return "balanced"
    return f"{'a little' if abs(bias) < FAR else 'too'} {'high' if bias > 0 else 'low'}"


def measure(accuracy: Accuracy) -> Measure:
    """What errors are measured by, chosen at the head of its card."""
    with st.container(horizontal=True, vertical_alignment="center"):
        title = st.container(gap=None, width="stretch")
        chosen = st.segmented_control(
            "Measure", list(MEASURES), default="Error", required=True, label_visibility="collapsed", key="measure", bind="query-params"
        )
    shown = MEASURES.get(chosen, MEASURES["Error"])
    with title:
        st.markdown(f"##### {shown.title} by {unit(accuracy)}s ahead", anchors=False)
        st.caption(shown.text)
    return shown


def promised(accuracy: Accuracy) -> dict[str, str]:
    """What is held against promises -> what it is called."""
    name = unit(accuracy)
    return {"days": f"Single {name}s", "sums": f"Sums of {accuracy.judged.window} {name}s", "total": "Their total"}


def past(accuracy: Accuracy) -> pd.Timestamp | None:
    """The cutoff to look at, chosen at the head of its card; None for all of them."""
    days = {formatting.date(day): day for day in accuracy.judged.made.past.cutoffs}
    head = st.container(gap="xxsmall")
    with head.container(horizontal=True, vertical_alignment="center"):
        title = st.container(gap=None, width="stretch")
        chosen = st.selectbox(
            "Cutoff", list(days), index=None, placeholder="All cutoffs", label_visibility="collapsed", width=170, key="cutoff", bind="query-params"
        )
    title.markdown("##### Forecasts and sales", anchors=False)
    cutoff = None if chosen is None else days.get(chosen)
    head.caption(_past_caption(accuracy, cutoff))
    return cutoff


def _past_caption(accuracy: Accuracy, cutoff: pd.Timestamp | None) -> str:
    count = len(accuracy.rows)
    whose = f"{count:,} series added up" if count > 1 else "One series"
    how = "Each forecast starts at a dotted line and knew nothing after it" if cutoff is None else "With the bands known at this cutoff"
    return f"{whose}. {how}." + (f" {markdown.plain(weights)}" if count == 1 and (weights := by_series(accuracy)["why"].iloc[0]) else "")
