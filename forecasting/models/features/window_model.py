"""Models that learned from windows: what they are asked of the days ahead, and what comes of their answers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar

from forecasting.core.arrays import BoolArray, FloatArray
from forecasting.core.engine import Engine
from forecasting.core.panel import Panel
from forecasting.models.base import Forecasts, Model
from forecasting.models.features import input_parts, serving
from forecasting.models.features.inquiry import Inquiry


class WindowModel(Model):
    """Forecasts all series from what it learned of windows of all of them, block by block.

    Attributes:
        called: What it is called in a sentence of its own: "The network".
    """

    learns_across: ClassVar[bool] = True
    called: ClassVar[str]

    @abstractmethod
    def _inquiry(self, panel: Panel, horizon: int, asked: BoolArray | None) -> Inquiry | None:
        """What it is asked of the days ahead; None where it learned nothing."""

    def _predict(self, panel: Panel, horizon: int) -> FloatArray:
        return self._forecasts(panel, horizon, None).line

    def _forecasts(self, panel: Panel, horizon: int, asked: BoolArray | None) -> Forecasts:
        inquiry = self._inquiry(panel, horizon, asked)
        return Forecasts.nothing(len(panel), horizon) if inquiry is None else _line_and_mean(inquiry.answers())

    def _begin_forecasts(self, panel: Panel, horizon: int, asked: BoolArray | None, engine: Engine) -> Callable[[], Forecasts]:
        inquiry = self._inquiry(panel, horizon, asked)
        if inquiry is None:
            return lambda: Forecasts.nothing(len(panel), horizon)
        begun = inquiry.begin(engine)

        def forecasts() -> Forecasts:
            parts, lost = begun()
            self.unmodelled_ |= {name: f"{self.called} could not forecast it: {why}" for name, why in lost.items()}
            return _line_and_mean(parts)

        return forecasts


def _line_and_mean(parts: dict[str, FloatArray]) -> Forecasts:
    return Forecasts(parts[input_parts.LEVEL], parts.get(serving.MEAN, parts[input_parts.LEVEL]))
