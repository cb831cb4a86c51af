"""The answer of the Accuracy page in four numbers, against the version before."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from typing import Any, Literal

import streamlit as st

from forecasting.analysis import two_numbers
from forecasting.analysis.accuracy import Accuracy
from forecasting.core import caches, formatting, schema
from forecasting.services import versions, workspaces
from pages.components.accuracy.backtest import unit
from pages.components.shared import wording
from pages.components.shared.figures import Chip, figure

NAIVE_HELP = "How much smaller the error is than when last week is simply repeated."
BIAS_HELP = "Below zero: forecasts too low, shelves run empty."
JUDGED = "Days are judged by the line; bias, sums and totals by what is expected."


def before(manifest: dict[str, Any]) -> dict[str, Any]:
    """What the last version before says of itself that was tested on the same days of the same series; empty without one."""
    return versions.comparable(workspaces.workspace(), manifest) or {}


def numbers(accuracy: Accuracy, manifest_before: dict[str, Any]) -> None:
    """The answer in four numbers, against the version before where that said the same of the same series."""
    blend, naive = caches.once(accuracy, _errors, accuracy)
    was = {name: math.nan if value is None else value for name, value in manifest_before.get("metrics", {}).items()}
    version = manifest_before.get("version")
    wape, gain = was.get("wape", math.nan), 1 - was.get("wape", math.nan) / (was.get("wape_seasonal_naive") or math.nan)
    with st.grid(4, min_column_width=150):
        chip = _change(blend["wape"] - wape, version, more_is_better=False) or Chip(_of_total(accuracy, naive))
        text = f"{wording.WAPE_HELP} Of each product and day; in their total misses partly cancel, so its miss is smaller."
        figure(wording.BY_PRODUCT, formatting.percent(blend["wape"]), chip, text)
        chip = _change(accuracy.better - gain, version, more_is_better=True) or Chip(_spared(accuracy))
        figure("Better than naive", formatting.percent(accuracy.better), chip, NAIVE_HELP)
        figure("Bias", _signed(blend["bias"]), Chip(lean(blend["bias"])), BIAS_HELP + _then(was, "bias", version, _signed))
        text = wording.COVERAGE_HELP + _then(was, "coverage_80", version, formatting.percent)
        figure("In the 80 % band", formatting.percent(blend["coverage_80"]), Chip(wording.promise(blend["coverage_80"])), text)
    if why := two_numbers.in_words(accuracy.judged.ensemble, accuracy.rows, accuracy.judged.ensemble.horizon):
        st.caption(f"{JUDGED} {why}")


def _errors(accuracy: Accuracy) -> tuple[dict[Hashable, Any], float]:
    """The errors of the blend, and the naive forecast's; NaN without one."""
    errors = accuracy.overall.set_index(schema.MODEL)
    return errors.to_dict("index")[schema.BLEND], errors["wape"].get(schema.SEASONAL_NAIVE, math.nan)


def _of_total(accuracy: Accuracy, naive: float) -> str:
    """The other error beside it: of the total where several series are added up, else that of the naive forecast."""
    if len(accuracy.rows) == 1:
        return f"naive {formatting.percent(naive)}"
    return f"of the total {formatting.percent(accuracy.of_total)}"


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


EVEN, FAR = 0.01, 0.05
"""Bias below the first is as good as none; from the second on it is more than a little."""
