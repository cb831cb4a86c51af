"""Settings of a training as a person reads them, and how two differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

LABELS: Final = {
    "horizon": "Days ahead",
    "seed": "Seed",
    "cutoffs": "Past forecasts",
    "whole_backtest": "Series with all past forecasts",
    "prophet_weight": "Weight of Prophet",
    "without": "Left out",
    "prophet.country": "Holidays",
    "prophet.growth": "Prophet: growth",
    "prophet.mode": "Prophet: season",
    "prophet.changepoints": "Prophet: changes of trend",
    "prophet.changepoint_scale": "Prophet: bend of the trend",
    "lstm.lookback": "LSTM: days read",
    "lstm.epochs": "LSTM: epochs at most",
    "lstm.batch_size": "LSTM: batch",
    "lstm.units": "LSTM: units",
    "lstm.dropout": "LSTM: dropout",
    "lstm.windows_per_epoch": "LSTM: windows an epoch",
    "trees.trees": "Trees: how many",
    "trees.rows": "Trees: rows at most",
}
"""Path of a setting -> what it is."""
UNKNOWN: Final = "\N{EN DASH}"


class Setting(NamedTuple):
    """One setting of two versions.

    Args:
        name: Its path: "lstm.epochs".
        label: What it is, for a person.
        a: Its value in the first, for a person; a dash where that version knew no such setting.
        b: Its value in the second.
    """

    name: str
    label: str
    a: str
    b: str

    @property
    def differs(self) -> bool:
        """Whether it is not the same in both; one that a version did not know does not count."""
        return self.a != self.b and UNKNOWN not in (self.a, self.b)


def side_by_side(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Setting]:
    """All settings of two manifests.

    Example:
        >>> [setting] = side_by_side({"settings": {"horizon": 28}}, {"settings": {"horizon": 56}})
        >>> setting.label, setting.a, setting.b, setting.differs
        ('Days ahead', '28', '56', True)
    """
    ours, theirs = (dict(_flat(of.get("settings") or {})) for of in (a, b))
    names = [*(name for name in LABELS if name in ours or name in theirs), *sorted((ours.keys() | theirs.keys()) - LABELS.keys())]
    return [Setting(name, LABELS.get(name, name), ours.get(name, UNKNOWN), theirs.get(name, UNKNOWN)) for name in names]


def changed(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
    """What differs in the settings of the second manifest: "Days ahead: 56"."""
    return [f"{setting.label}: {setting.b}" for setting in side_by_side(a, b) if setting.differs]


def _flat(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Path of each setting, and its value for a person."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", _text(value)


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else f"{value}"
