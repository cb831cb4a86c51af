"""The models as people see them: their names and curves, and the steps of a retrain."""

from __future__ import annotations

from forecasting.core import formatting, stages
from forecasting.models import registry

label, within = registry.label, registry.within
registered = registry.registered
blended = registry.blended


def listed(*before: str, benchmark: bool = False) -> str:
    """The labels of the models of the blend as a sentence has them, after those of other columns; with the benchmark's at the end if wanted.

    Example:
        >>> listed(), listed("blend", benchmark=True)
        ('Prophet, LSTM and Trees', 'Blend, Prophet, LSTM, Trees and Seasonal naive')
    """
    names = [*before, *(model.name for model in (registered() if benchmark else blended()))]
    return formatting.listing([label(name) for name in names])


def steps() -> tuple[str, ...]:
    """What a person sees of a retrain, in order; the merge has ended before it starts.

    Example:
        >>> steps()
        ('Merge', 'Backtest', 'Prophet', 'LSTM', 'Trees', 'Publish')
    """
    return (stages.MERGE_STEP, stages.BACKTEST_STEP, *(model.stage for model in blended()), stages.PUBLISH)


def step_of(stage: str) -> str:
    """The step in which people see a stage: one of `steps`.

    The benchmark, fitted first, is seen with the first model, preparing with the backtest, and forecasts with the last model.

    Example:
        >>> step_of("Backtest: Totals"), step_of("Seasonal naive"), step_of("LSTM")
        ('Backtest', 'Prophet', 'LSTM')
    """
    if stage == stages.PREPARE or stage != stages.without_backtest(stage):
        return stages.BACKTEST_STEP
    if stage == stages.FORECASTS:
        return blended()[-1].stage
    fitted = [model for model in registered() if model.stage == stage]
    return next((model.stage if model.blended else blended()[0].stage for model in fitted), stages.PUBLISH)
