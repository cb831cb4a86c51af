"""The settings of a retrain, which every version's manifest has in full."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from forecasting.core.errors import SettingsError


def require(condition: bool, text: str) -> None:
    """Raises SettingsError with this text unless the condition holds."""
    if not condition:
        raise SettingsError(text)


@dataclass(frozen=True, kw_only=True)
class ProphetSettings:
    """Prophet's own choices.

    Args:
        growth: Trend: a line with changepoints, or none.
        mode: How seasons and holidays act on the trend.
        changepoints: Where the trend may turn, at least 0.
        changepoint_scale: How freely it turns, above 0.
        country: ISO 3166 code whose holidays count, of a country or a region: "DE", "DE-BY"; None for no holidays.
    """

    growth: Literal["linear", "flat"] = "linear"
    mode: Literal["additive", "multiplicative"] = "additive"
    changepoints: int = 25
    changepoint_scale: float = 0.05
    country: str | None = None

    def __post_init__(self) -> None:
        require(self.growth in ("linear", "flat"), f"Growth is linear or flat, not {self.growth!r}.")
        require(self.mode in ("additive", "multiplicative"), f"Mode is additive or multiplicative, not {self.mode!r}.")
        require(0 <= self.changepoints <= 200, f"Changepoints lie between 0 and 200, not {self.changepoints}.")
        require(0 < self.changepoint_scale <= 10, f"Changepoint scale lies in (0, 10], not {self.changepoint_scale}.")


@dataclass(frozen=True, kw_only=True)
class LstmSettings:
    """The network's choices.

    Args:
        lookback: Days that it reads, in [7, 400].
        epochs: Epochs at most, in [1, 1000]; training stops early when the loss no longer falls.
        batch_size: Windows in a training step, in [1, 8192].
        units: Cells of each LSTM layer, in [1, 512].
        dropout: Share of cells dropped in training, in [0, 0.9].
        windows_per_epoch: Training windows an epoch, at least 1; None for as many as the history supports.
    """

    lookback: int = 28
    epochs: int = 50
    batch_size: int = 64
    units: int = 50
    dropout: float = 0.2
    windows_per_epoch: int | None = None

    def __post_init__(self) -> None:
        require(7 <= self.lookback <= 400, f"Lookback lies between 7 and 400 days, not {self.lookback}.")
        require(1 <= self.epochs <= 1000, f"Epochs lie between 1 and 1000, not {self.epochs}.")
        require(1 <= self.batch_size <= 8192, f"Batch size lies between 1 and 8192, not {self.batch_size}.")
        require(1 <= self.units <= 512, f"Units lie between 1 and 512, not {self.units}.")
        require(0 <= self.dropout <= 0.9, f"Dropout lies between 0 and 0.9, not {self.dropout}.")
        require(
            self.windows_per_epoch is None or self.windows_per_epoch >= 1,
            f"Windows an epoch are at least 1, not {self.windows_per_epoch}.",
        )


@dataclass(frozen=True, kw_only=True)
class TreesSettings:
    """The boosted trees' choices.

    Args:
        trees: Trees of each of the two forests, in [1, 2000].
        rows: Days that they learn from at most, in [1, 10,000,000].
    """

    trees: int = 100
    rows: int = 30_000

    def __post_init__(self) -> None:
        require(1 <= self.trees <= 2000, f"Trees lie between 1 and 2000, not {self.trees}.")
        require(1 <= self.rows <= 10_000_000, f"Rows of the trees lie between 1 and 10,000,000, not {self.rows:,}.")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that decides what a retrain makes of the sales.

    Args:
        horizon: Days ahead, in [1, 730].
        seed: Of every random draw, at least 0.
        cutoffs: Past days from which the backtest forecasts, at most; in [1, 24].
        whole_backtest: Series of a file, at most, of which each is forecast from all of these days; from three of them in a larger file. At least 1.
        prophet_weight: Prophet's share of the blend before the backtest says otherwise, in [0, 1]; the LSTM has the rest.
        prophet: Prophet's choices.
        lstm: The network's choices.
        trees: The boosted trees' choices.
        without: Names of models of the blend that take no part.
    """

    horizon: int = 90
    seed: int = 0
    cutoffs: int = 6
    whole_backtest: int = 20_000
    prophet_weight: float = 0.6
    prophet: ProphetSettings = field(default_factory=ProphetSettings)
    lstm: LstmSettings = field(default_factory=LstmSettings)
    trees: TreesSettings = field(default_factory=TreesSettings)
    without: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require(1 <= self.horizon <= 730, f"The horizon lies between 1 and 730 days, not {self.horizon}.")
        require(0 <= self.seed < 2**31, f"The seed lies between 0 and 2147483647, not {self.seed}.")
        require(1 <= self.cutoffs <= 24, f"Cutoffs lie between 1 and 24, not {self.cutoffs}.")
        require(self.whole_backtest >= 1, f"A file has at least 1 series, not {self.whole_backtest}.")
        require(0 <= self.prophet_weight <= 1, f"Prophet's weight lies between 0 and 1, not {self.prophet_weight}.")

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self) | {"without": list(self.without)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Settings:
        """The settings that `to_dict` wrote; raises SettingsError for an unknown name."""
        try:
            return cls(
                **{k: v for k, v in values.items() if k not in ("prophet", "lstm", "trees", "without")},
                prophet=ProphetSettings(**values.get("prophet", {})),
                lstm=LstmSettings(**values.get("lstm", {})),
                trees=TreesSettings(**values.get("trees", {})),
                without=tuple(values.get("without", ())),
            )
        except TypeError as error:
            raise SettingsError(f"A setting is not known: {error}.") from error
