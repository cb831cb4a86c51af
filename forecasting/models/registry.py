"""Which models there are: the one place that names them all.

Everything else asks here: how a model is made and loaded, what people call it, how its curve looks, how long its fit takes. A new model is one
more entry; the blend, its weights, versions, tables, the API and the pages take it up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Container
from dataclasses import dataclass
from pathlib import Path

from forecasting.core import formatting, stages
from forecasting.core.settings import Settings, require
from forecasting.models.base import Model
from forecasting.models.gradient_boosting.model import GradientBoosting
from forecasting.models.lstm.model import LstmModel
from forecasting.models.prophet.model import ProphetModel
from forecasting.models.seasonal_naive import SeasonalNaive


@dataclass(frozen=True, kw_only=True)
class RegisteredModel:
    """A model that every retrain fits and judges.

    Args:
        name: In columns, JSON and settings: "prophet".
        label: What people read.
        short: The same where there is little room; the label if empty.
        proper: Whether the label is a name, which keeps its capital within a sentence.
        stage: In which its fit reports progress.
        make: A fresh, unfitted model, given the settings and the one of its kind that was fitted before it, if any.
        load: The model that a version's folder holds.
        blended: Whether it has a learned share of the blend; else it is the benchmark, which serves where no other model can.
        lasting: Whether one fit serves several cutoffs of the backtest.
        beside: Share that the models listed before it keep beside it in the blend without evidence, in [0, 1].
        seconds: What its fits take, given the settings, millions of rows and whether they are those of the backtest, measured on two cores.
        libraries: Whose versions a manifest tells.
        prepare: Imports what its fits need and takes seconds to load.
        color: Of its curve, a token of `pages.charts.style`.
        width: Of its curve, in pixels.
        dash: Of its curve: Plotly's name or lengths in pixels.
    """

    name: str
    label: str
    short: str = ""
    proper: bool = True
    stage: str
    make: Callable[[Settings, Model | None], Model]
    load: Callable[[Path], Model]
    blended: bool = True
    lasting: bool = False
    beside: Callable[[Settings], float] = lambda _: 0.5
    seconds: Callable[[Settings, float, bool], float] = lambda *_: 0.0
    libraries: tuple[str, ...] = ()
    prepare: Callable[[], None] | None = None
    color: str
    width: float = 1.6
    dash: str


def _network(settings: Settings, earlier: Model | None) -> Model:
    return LstmModel(settings.lstm, settings.seed, start=earlier if isinstance(earlier, LstmModel) else None)


def _prophet_seconds(settings: Settings, millions: float, past: bool) -> float:
    per_million = 2.0 if settings.prophet.mode == "additive" else 30.0
    return 1.0 + settings.cutoffs * per_million * millions if past else 0.5 + per_million * millions


def _network_seconds(settings: Settings, _: float, past: bool) -> float:
    """By the epoch, whose windows hardly depend on the sales; the second network starts from the first."""
    return 6.0 + 0.4 * settings.lstm.epochs if past else 4.0 + 0.2 * settings.lstm.epochs


def _trees_seconds(settings: Settings, millions: float, past: bool) -> float:
    """By the tree and the row, of which small files have fewer."""
    fit = 0.2 + 0.9e-6 * settings.trees.trees * min(settings.trees.rows, 1e6 * millions / 3)
    return settings.cutoffs * fit if past else fit


REGISTERED: tuple[RegisteredModel, ...] = (
    RegisteredModel(
        name=ProphetModel.name,
        label="Prophet",
        stage=stages.PROPHET,
        make=lambda settings, _: ProphetModel(settings.prophet),
        load=ProphetModel.load,
        seconds=_prophet_seconds,
        libraries=("prophet", "prophet-batch"),
        color="#000002",
        dash="5px,3px",
    ),
    RegisteredModel(
        name=LstmModel.name,
        label="LSTM",
        stage=stages.LSTM,
        make=_network,
        load=LstmModel.load,
        lasting=True,
        beside=lambda settings: settings.prophet_weight,
        seconds=_network_seconds,
        libraries=("keras", "tensorflow", "tensorflow-cpu"),
        prepare=LstmModel.prepare,
        color="#000003",
        width=1.9,
        dash="1.5px,2.5px",
    ),
    RegisteredModel(
        name=GradientBoosting.name,
        label="Trees",
        proper=False,
        stage=stages.TREES,
        make=lambda settings, _: GradientBoosting(settings.trees, settings.seed),
        load=GradientBoosting.load,
        seconds=_trees_seconds,
        libraries=("scikit-learn",),
        prepare=GradientBoosting.prepare,
        color="#000006",
        width=1.6,
        dash="9px,3px",
    ),
    RegisteredModel(
        name=SeasonalNaive.name,
        label="Seasonal naive",
        short="Naive",
        stage=stages.SEASONAL_NAIVE,
        make=lambda *_: SeasonalNaive(),
        load=SeasonalNaive.load,
        blended=False,
        color="#000010",
        dash="1px,3px",
    ),
)
"""In the order of columns, shares and legends: the models of the blend, then the benchmark."""


def prepare(settings: Settings) -> None:
    """Begins to import what the fits of a training with these settings will need, beside whatever else is done; a fit that comes sooner waits for it.

    What fails here fails again, and is told, where a fit needs it.

    Raises:
        SettingsError: See `taking_part`.
    """
    for model in taking_part(settings):
        if model.prepare is not None:
            threading.Thread(target=model.prepare, name=f"import for {model.name}", daemon=True).start()


def registered() -> tuple[RegisteredModel, ...]:
    """Every model, in order; the benchmark is the last."""
    return REGISTERED


def in_turn(settings: Settings) -> tuple[RegisteredModel, ...]:
    """Those that take part, in the order of the backtest: the benchmark, those that are trained in one process, those that others fit meanwhile."""
    return tuple(sorted(taking_part(settings), key=lambda model: (model.blended, not model.lasting)))


def blended() -> tuple[RegisteredModel, ...]:
    """The models that share the blend, in order."""
    return tuple(model for model in registered() if model.blended)


def taking_part(settings: Settings) -> tuple[RegisteredModel, ...]:
    """The models that a training with these settings fits, in order.

    Raises:
        SettingsError: A model to leave out is not one of the blend, or none of the blend is left.
    """
    strange = [name for name in settings.without if name not in blended_names()]
    require(not strange, f"There is no model {strange[0]!r} to leave out; the models are {', '.join(blended_names())}." if strange else "")
    require(len(set(settings.without)) < len(blended()), "At least one model must take part.")
    return tuple(model for model in registered() if model.name not in settings.without)


def names(among: Container[str] | None = None) -> tuple[str, ...]:
    """The names of every model, or of those among some, in order."""
    return tuple(model.name for model in registered() if among is None or model.name in among)


def blended_names(among: Container[str] | None = None) -> tuple[str, ...]:
    """The names of the models that share the blend, or of those among some, in order."""
    return tuple(model.name for model in blended() if among is None or model.name in among)


def lasting() -> frozenset[str]:
    """The names of those of which one fit serves several cutoffs."""
    return frozenset(model.name for model in registered() if model.lasting)


def fit_libraries() -> tuple[str, ...]:
    """Whose versions the bits depend on of fits that other processes may do."""
    return ("numpy", "scipy", "pandas", "holidays", *(name for model in registered() if not model.lasting for name in model.libraries))


def beside(settings: Settings) -> dict[str, float]:
    """Model of the blend -> what the models before it keep beside it without evidence, in [0, 1]."""
    return {model.name: model.beside(settings) for model in blended()}


def label(column: str, *, short: bool = False) -> str:
    """What a person reads for a model, for what stands in for one, or for any other column.

    Example:
        >>> label("lstm"), label("seasonal_naive", short=True), label("stopped"), label("blend")
        ('LSTM', 'Naive', 'No longer sold', 'Blend')
    """
    labels = {model.name: (model.short if short else "") or model.label for model in registered()}
    return {**formatting.LABELS, **formatting.WITHOUT_MODEL, **labels}.get(column, column)


def within(column: str) -> str:
    """The label as it stands within a sentence.

    Example:
        >>> within("lstm"), within("trees"), within("stopped")
        ('LSTM', 'trees', 'no longer sold')
    """
    text = label(column)
    proper = {model.name for model in registered() if model.proper}
    return text if column in proper else text[:1].lower() + text[1:]
