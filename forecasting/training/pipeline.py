"""The steps of a training: judge the models on the past, fit them on everything, blend them by what the past says."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from forecasting.core import calendar, engine_choice, process_engine, schema
from forecasting.core.arrays import FloatArray
from forecasting.core.engine import Engine
from forecasting.core.panel import Panel
from forecasting.core.progress import OnProgress, Progress, ignore
from forecasting.core.settings import Settings
from forecasting.core.stages import FORECASTS, PREPARE
from forecasting.models import registry
from forecasting.training import backtest, blend, cutoff_fits, expectation, health, reasons, reconciliation
from forecasting.training.backtest import Backtest
from forecasting.training.bands.days import day_bands
from forecasting.training.bands.occasions import Occasions, occasions_of
from forecasting.training.bands.quantiles import Errors
from forecasting.training.cleaning.clean import clean
from forecasting.training.cold_start import age, newcomers, untested
from forecasting.training.cold_start.newcomers import Newcomer
from forecasting.training.cutoff_fits import FittedPast, MakeModels
from forecasting.training.ensemble import Ensemble
from forecasting.training.expectation import Means
from forecasting.training.fitted import Fitted, Forecasting, begin_forecasts
from forecasting.training.health import Served
from forecasting.training.reconciliation import Direct
from forecasting.training.weights import learn_weights

WORTH_SECONDS = 6.0
"""Seconds of work on one core for which processes are started, each of which takes two until it works."""


def makers(settings: Settings) -> MakeModels:
    """How each model that takes part is made, given the one of its kind that was fitted before it, in the order of the backtest."""
    return {model.name: partial(model.make, settings) for model in registry.in_turn(settings)}


def train(panel: Panel, settings: Settings, on_progress: OnProgress = ignore, *, where: str = "") -> Ensemble:
    """Judges the models on the past, then fits them on everything; the same bits for the same seed, however many processes take part.

    Args:
        panel: All sales.
        settings: What to train.
        on_progress: Told of each step; what it raises ends the training.
        where: The engine that does the fits, see `engine_choice`; empty for as many processes as are worth it.

    Raises:
        SettingsError: There is no such engine, or a model takes part that does not exist.
        EngineUnavailable: The engine is a cluster, and cannot do the fits, or not as this process would.
    """
    horizon = panel.period.steps(settings.horizon)
    schedule = backtest.plan(len(panel.dates), horizon, settings.cutoffs, panel.period)
    make_models, lasting = makers(settings), registry.lasting()
    on_progress(Progress(PREPARE, 0, 2))
    origins, cleaned = backtest.origins(panel, schedule, settings.whole_backtest), clean(panel)
    now = cleaned.panel
    on_progress(Progress(PREPARE, 1, 2))
    with engine_choice.opened(where, partial(processes, now.sales.shape, settings), registry.fit_libraries()) as workers:
        begun = cutoff_fits.begin(make_models, lasting, origins, workers)
        fresh = {name: make(None).begin(now, workers, horizon=horizon) for name, make in make_models.items() if name not in lasting}
        on_progress(Progress(PREPARE, 2, 2))
        listen = _checking(workers, on_progress)
        begun_past = cutoff_fits.fit(make_models, lasting, origins, listen, engine=workers, begun=begun)
        direct = reconciliation.forecast(now, origins.known, (schedule.horizon, horizon), settings.prophet, listen)
        ordered, earlier = _in_order(make_models), begun_past.latest
        models = {name: fresh[name] if name in fresh else make_models[name](earlier.get(name)) for name in ordered}
        models = {name: model.fit(now, horizon=horizon, on_progress=listen) for name, model in models.items()}
        begun_now = begin_forecasts(models, cleaned, horizon, workers)
        past, fitted = _forecasts(begun_past, begun_now, on_progress)
    past = replace(past, yhat={name: past.yhat[name] for name in ordered})
    ensemble = assemble(panel, fitted, past, origins.known, registry.beside(settings), country=settings.prophet.country)
    return with_totals(ensemble, direct)


def _checking(workers: Engine, on_progress: OnProgress) -> OnProgress:
    """Passes progress on, and ends a training whose engine is lost: that is known long before a fit in this process has ended."""

    def listen(step: Progress) -> None:
        on_progress(step)
        workers.check()

    return listen


def _forecasts(past: FittedPast, now: Forecasting, on_progress: OnProgress) -> tuple[Backtest, Fitted]:
    """The forecasts of past cutoffs and of today, as they come in."""
    total = len(past) + len(now)

    def told(there: int) -> None:
        on_progress(Progress(FORECASTS, there, total))

    told(0)
    return past.backtest(told), now.fitted(lambda there: told(len(past) + there))


def processes(shape: tuple[int, ...], settings: Settings) -> int:
    """Processes that are worth starting for sales of this shape, (n, d): one a core, or none where the fits that they could do take little time."""
    millions, cores = math.prod(shape) / 1e6, process_engine.cores()
    seconds = sum(model.seconds(settings, millions, True) for model in registry.taking_part(settings) if not model.lasting)
    return cores if cores > 1 and seconds >= WORTH_SECONDS else 0


def _in_order(names: Container[str]) -> list[str]:
    """Of the models among these the names, in the order of columns and of the last fits: the benchmark, then the blend's."""
    return [model.name for model in sorted(registry.registered(), key=lambda model: model.blended) if model.name in names]


def assemble(
    panel: Panel, fitted: Fitted, past: Backtest, known: Sequence[Panel], beside: Mapping[str, float], *, country: str | None = None
) -> Ensemble:
    """Blends the models' forecasts by what the backtest says for each, and learns the bands from the blend's errors.

    Args:
        panel: All sales.
        fitted: The models and their forecasts.
        past: What they forecast at each cutoff.
        known: What was known at each cutoff.
        beside: Model name -> what the models before it keep beside it without evidence.
        country: ISO 3166 code of the country whose holidays count; None for none.
    """
    sales, stopped = fitted.cleaned.panel, health.stopped(panel)
    yhat = {name: np.where(stopped[:, None], np.nan, values) for name, values in fitted.yhat.items()}
    weights, available = learn_weights(past.y, past.yhat, beside), _available(yhat)
    share = blend.shares(available, weights)
    modelled = _modelled(sales, available)
    new = newcomers.learn_cold_start(sales, modelled)
    blended, follows = _with_newcomers(sales, new, blend.combine([yhat[name] for name in registry.names(yhat)], share), modelled)
    share[follows] = 0.0
    means = _means(fitted, np.flatnonzero(expectation.sparse(sales) & (share.sum(axis=1) > 0)), past, known, beside)
    past = with_blend(past, share, beside, follows=follows, known=known, means=means)
    yhat = {**yhat, schema.BLEND: blended}
    if means is not None:
        expected = means.instead(blended, means.ahead)
        yhat[schema.EXPECTED] = np.where(follows[:, None], of_newcomers(sales, new, expected, modelled), expected)
    served = Served(
        model=_behind(blend.behind(share, available), stopped, follows, untested.untested(sales)),
        share=share,
        weights=weights,
        unmodelled={name: model.unmodelled_ for name, model in fitted.models.items()},
        followed=newcomers.reasons(sales, new, age.least_rows(sales)) | untested.reasons(sales, untested.untested(sales)),
        notes=_notes(panel, fitted.cleaned.notes, fitted.held),
    )
    occasions = occasions_of(country, panel, past.cutoffs, past.horizon, blended.shape[1])
    return Ensemble(
        panel=panel,
        yhat=yhat,
        bands=_day_bands(panel, past, blended, (share.sum(axis=1) == 0) & ~follows, occasions),
        past=past,
        health=health.table(panel, served, Errors(past.y, past.yhat[schema.BLEND])),
        models=fitted.models,
        country=country,
        means=None if means is None else means.now,
    )


def _day_bands(panel: Panel, past: Backtest, line: FloatArray, silent: np.ndarray, occasions: Occasions | None) -> FloatArray:
    """Bands of the line on single days, shape (n, 4, h), from what it missed at past cutoffs."""
    closed = calendar.closed_ahead(panel, line.shape[1])
    return day_bands(Errors(past.y, past.yhat[schema.BLEND]), line, silent=silent, closed=closed, occasions=occasions)


def _means(fitted: Fitted, rows: np.ndarray, past: Backtest, known: Sequence[Panel], beside: Mapping[str, float]) -> Means | None:
    """What the models say on average of the series at `rows`; None where there are none."""
    if not len(rows):
        return None
    ahead = {name: values[rows] for name, values in {**fitted.yhat, **fitted.means}.items()}
    then = [panel.select(rows) for panel in known]
    return expectation.blended_means(fitted.cleaned.panel.select(rows), then, past.select(rows), ahead, beside, rows=rows)


def _with_newcomers(panel: Panel, new: Sequence[Newcomer], blended: FloatArray, modelled: np.ndarray) -> tuple[FloatArray, np.ndarray]:
    """The forecasts with those of series too new for a model of their own, 0 where there are none; and which series these are."""
    own = of_newcomers(panel, new, blended, modelled)
    follows = np.asarray(np.isfinite(own).all(axis=1))
    return np.nan_to_num(np.where(follows[:, None], own, blended), nan=0.0), follows


def of_newcomers(panel: Panel, new: Sequence[Newcomer], blended: FloatArray, modelled: np.ndarray) -> FloatArray:
    """The forecasts of series too new for a model of their own, shape (n, h): near zero, or their group's pattern; NaN for others."""
    return np.fmax(untested.forecast(panel, blended.shape[1]), newcomers.forecast(panel, new, blended, modelled))


def _behind(models: Sequence[str], stopped: np.ndarray, follows: np.ndarray, few: np.ndarray) -> list[str]:
    named = zip(models, stopped, few, follows, strict=True)
    return [reasons.STOPPED if end else reasons.TOO_NEW if once else schema.CATEGORY_PATTERN if new else name for name, end, once, new in named]


def _notes(panel: Panel, cleaned: Mapping[str, tuple[str, ...]], held: Mapping[str, Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    """What was changed in each series' sales or forecasts, one sentence each."""
    notes = {uid: list(cleaned.get(uid, ())) for uid in panel.unique_ids}
    for name, texts in held.items():
        for uid, text in texts.items():
            notes[uid].append(f"{registry.label(name)}: {text[:1].lower()}{text[1:]}")
    return {uid: tuple(texts) for uid, texts in notes.items() if texts}


def _modelled(panel: Panel, available: Mapping[str, np.ndarray]) -> np.ndarray:
    """Series that a model serves better than the pattern of others, shape (n,) of bool."""
    return np.asarray(blend.modelling(available).any(axis=1) & ~age.needs_cold_start(panel))


def with_totals(ensemble: Ensemble, direct: list[Direct]) -> Ensemble:
    """The ensemble with its series scaled to forecasts of totals, where the backtest says that those are better than adding up."""
    reconciled = reconciliation.reconcile(ensemble.past, ensemble.yhat, direct, ensemble.in_sums)
    if reconciled is None:
        return ensemble
    past, yhat = replace(ensemble.past, yhat={**ensemble.past.yhat, **reconciled.past}), {**ensemble.yhat, **reconciled.ahead}
    bands = _day_bands(ensemble.panel, past, yhat[schema.BLEND], ensemble.silent, ensemble.occasions)
    return replace(ensemble, yhat=yhat, past=past, bands=bands, reconciled=reconciled)


def with_blend(
    past: Backtest,
    share: FloatArray,
    beside: Mapping[str, float],
    *,
    follows: np.ndarray | None = None,
    known: Sequence[Panel] = (),
    means: Means | None = None,
) -> Backtest:
    """The backtest with what the blend forecast at each cutoff, by weights that were learned from the other cutoffs, and what it expected.

    A model that has no part in a series today had none then: errors are of what is served.

    Args:
        past: Of the single models.
        share: Shape (n, n_models), today's shares.
        beside: Model name -> what the models before it keep beside it without evidence.
        follows: Series too new for a model of their own today, shape (n,) of bool.
        known: What was known at each cutoff; needed for these.
        means: Of series whose mean is told apart from the line, if there are any.
    """
    takes_part = dict(zip(registry.names(past.yhat), (share > 0).T, strict=True))
    takes_part |= dict.fromkeys(registry.blended_names(past.yhat), blend.modelling(takes_part).any(axis=1))
    lines, expected = np.full(past.y.shape, np.nan), np.full(past.y.shape, np.nan)
    for cut in range(len(past.y)):
        others = past.without(cut)
        weights = learn_weights(others.y, others.yhat, beside)
        at_cut = {name: past.yhat[name][cut] for name in registry.names(past.yhat)}
        available = {name: there & takes_part[name] for name, there in _available(at_cut).items()}
        lines[cut] = blend.combine(list(at_cut.values()), blend.shares(available, weights))
        expected[cut] = lines[cut] if means is None else means.instead(lines[cut], means.past[cut])
        if follows is not None and follows.any():
            then, rows = (known[cut], slice(None)) if past.left_out is None else (known[cut].select(~past.left_out[cut]), ~past.left_out[cut])
            modelled = _modelled(known[cut], available)[rows]
            new = newcomers.learn_cold_start(then, modelled)
            for of in (lines, expected) if means is not None else (lines,):
                own = of_newcomers(then, new, of[cut, rows], modelled)
                of[cut, rows] = np.where(follows[rows, None] & np.isfinite(own), own, of[cut, rows])
    return replace(past, yhat={**past.yhat, schema.BLEND: lines, **({} if means is None else {schema.EXPECTED: expected})})


def _available(yhat: Mapping[str, FloatArray]) -> dict[str, np.ndarray]:
    return {name: np.asarray(np.isfinite(values).all(axis=1)) for name, values in yhat.items()}
