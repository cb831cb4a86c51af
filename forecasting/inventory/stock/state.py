"""Units on the shelves and on the way, and the terms of replenishment: typed, from a file, or by default."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel
from forecasting.inventory.policy import Policy
from forecasting.inventory.stock.lead_chances import lead_chances

if TYPE_CHECKING:
    from forecasting.inventory.stock.on_hand import OnHand

ON_HAND: Final = "on_hand"
ON_ORDER: Final = "on_order"
DUE: Final = "due"
BACKORDERS: Final = "backorders"
LEAD_TIME: Final = "lead_time"
LEAD_TIME_SD: Final = "lead_time_sd"
LEAD_TIMES: Final = "lead_times"
REVIEW_PERIOD: Final = "review_period"
PACK_SIZE: Final = "pack_size"
MINIMUM_ORDER: Final = "minimum_order"
UNIT_COST: Final = "unit_cost"
PRICE: Final = "price"
HOLDING_COST: Final = "holding_cost"
ORDER_COST: Final = "order_cost"
SHELF_LIFE: Final = "shelf_life"
UNIT_SPACE: Final = "unit_space"
SERVICE_LEVEL: Final = "service_level"

AMOUNTS: Final = (ON_HAND, ON_ORDER, BACKORDERS)
"""Columns with units of one shelf, which are never spread over several series."""
TERMS: Final = (
    LEAD_TIME,
    LEAD_TIME_SD,
    REVIEW_PERIOD,
    PACK_SIZE,
    MINIMUM_ORDER,
    UNIT_COST,
    PRICE,
    HOLDING_COST,
    ORDER_COST,
    SHELF_LIFE,
    UNIT_SPACE,
    SERVICE_LEVEL,
)
"""Days (lead time, review period, shelf life), units (pack size, minimum order), money (costs, price; holding: a unit and year), space of a
unit in any measure, a share."""
COLUMNS: Final = (ON_HAND, ON_ORDER, DUE, BACKORDERS, LEAD_TIME, LEAD_TIME_SD, LEAD_TIMES, *TERMS[2:])
"""Columns that a stock file may have beside the keys, in order."""


@dataclass(frozen=True, eq=False)
class GivenStock:
    """Stock and terms that a person gave for some or all series; everything else is a default.

    Args:
        table: One row per series of the panel, in its order; float columns `AMOUNTS` and `TERMS`, NaN where nothing was given.
        due: Deliveries on the way: `row` (position of the series), `day` (datetime, NaT where not given), `units`; they add up to `on_order`.
        lead_times: Position of the series -> its past lead times in days, at least one.
        shelves: How the units on hand follow from counts that were saved; None where they are as they were given.
    """

    table: pd.DataFrame
    due: pd.DataFrame
    lead_times: dict[int, tuple[int, ...]]
    shelves: OnHand | None = None

    @classmethod
    def nothing(cls, n: int) -> GivenStock:
        """No stock and no terms for n series."""
        table = pd.DataFrame(np.nan, index=range(n), columns=[*AMOUNTS, *TERMS])
        due = pd.DataFrame({"row": pd.Series(dtype=np.int64), "day": pd.Series(dtype="datetime64[us]"), "units": pd.Series(dtype=float)})
        return cls(table, due, {})

    def changed(self, column: str, values: FloatArray | float, rows: np.ndarray | None = None) -> GivenStock:
        """A copy with new values in one column for the series at `rows` (default: all); changed units on order have no day, changed ones on hand no
        count that they follow from."""
        places = np.arange(len(self.table)) if rows is None else rows
        table = self.table.copy()
        table.loc[table.index[places], column] = values
        if column != ON_ORDER:
            return replace(self, table=table, shelves=None if column == ON_HAND else self.shelves)
        units = table[ON_ORDER].to_numpy()[places]
        undated = pd.DataFrame({"row": places, "day": np.full(len(places), np.datetime64("NaT", "us")), "units": units})
        due = pd.concat([self.due[~self.due["row"].isin(places)], undated[undated["units"] > 0]])
        return replace(self, table=table, due=due.sort_values(["row", "day"], ignore_index=True))

    def arrived(self, rows: np.ndarray, day: pd.Timestamp) -> GivenStock:
        """A copy without the deliveries of the series at `rows` that were due before a day, since a later count includes them."""
        stays = ~(self.due["row"].isin(rows) & (self.due["day"] < day))
        due, table = self.due[stays].reset_index(drop=True), self.table.copy()
        units = due.groupby("row")["units"].sum()
        changed = np.unique(self.due["row"][~stays])
        table.loc[table.index[changed], ON_ORDER] = units.reindex(changed).to_numpy()
        return replace(self, table=table, due=due)

    def over(self, before: GivenStock) -> GivenStock:
        """A copy in which values that are not given are taken from `before`.

        Deliveries of a series are replaced together; a lead time given now counts over past ones listed before.

        Args:
            before: Earlier stock and terms of the same series.
        """
        again = self.table[ON_ORDER].notna().to_numpy()
        due = pd.concat([before.due[~again[before.due["row"]]], self.due]).sort_values(["row", "day"], ignore_index=True)
        timed = self.table[LEAD_TIME].notna().to_numpy()
        listed = {row: days for row, days in before.lead_times.items() if not timed[row]}
        return GivenStock(self.table.fillna(before.table), due, listed | self.lead_times)


@dataclass(frozen=True, eq=False)
class Stock:
    """Shelves and terms of n series, complete. A step is the period of the sales: a day, a week or a month.

    Args:
        table: One row per series; float columns `AMOUNTS` and `TERMS`, without NaN but for `unit_cost`, `price`, `holding_cost` (not known),
            `unit_space` (not known) and `shelf_life` (keeps). Lead time, review period and shelf life in days.
        lead: Shape (n, m): the chance that an order takes 0, 1, ... m - 1 steps; rows sum to 1.
        review: Shape (n,), steps from one review to the next, at least 1.
        life: Shape (n,), whole steps that goods keep on the shelf, at least 1; inf where they keep.
        receipts: Shape (n, horizon), units that arrive before the sales of each step from the counting on; overdue ones and those
            without a day arrive on the first, those due within a longer step with the next. Those due later are in `on_order` alone.
        given: Shape (n, columns) of bool, like `table`: whether a value was given rather than assumed.
        sd: Shape (n,), units by which what is on hand may differ from `on_hand`, a standard deviation; 0 where nothing tells it.
    """

    table: pd.DataFrame
    lead: FloatArray
    review: np.ndarray
    life: FloatArray
    receipts: FloatArray
    given: pd.DataFrame
    sd: FloatArray

    def __len__(self) -> int:
        return len(self.table)

    def __getitem__(self, column: str) -> FloatArray:
        return self.table[column].to_numpy(dtype=float)

    @property
    def position(self) -> FloatArray:
        """On hand, and on order, less backorders: shape (n,), units."""
        return self[ON_HAND] + self[ON_ORDER] - self[BACKORDERS]

    @property
    def mean_lead(self) -> FloatArray:
        """Steps that an order takes on average, shape (n,)."""
        return self.lead @ np.arange(self.lead.shape[1])

    def select(self, rows: np.ndarray) -> Stock:
        """The series at these positions."""
        table, given = (frame.iloc[rows].reset_index(drop=True) for frame in (self.table, self.given))
        return Stock(table, self.lead[rows], self.review[rows], self.life[rows], self.receipts[rows], given, self.sd[rows])


def complete(given: GivenStock, policy: Policy, panel: Panel, horizon: int) -> Stock:
    """The given stock and terms, completed with the policy's terms.

    Shelves that were not counted are taken to be empty, and packs to be single units.

    Args:
        given: Of the panel's n series.
        policy: The default terms.
        panel: Its period is the length of a step, and its last day says when the stock was counted.
        horizon: Steps ahead for which receipts are wanted.
    """
    defaults = {
        **dict.fromkeys(AMOUNTS, 0.0),
        LEAD_TIME: policy.lead_time,
        LEAD_TIME_SD: policy.lead_time_sd,
        REVIEW_PERIOD: policy.review_period,
        PACK_SIZE: 1.0,
        MINIMUM_ORDER: 0.0,
        ORDER_COST: policy.order_cost,
        SERVICE_LEVEL: policy.service_level,
    }
    table = given.table.fillna(defaults).astype(float)
    table[LEAD_TIME_SD] = table[LEAD_TIME_SD].where(given.table[LEAD_TIME].isna() | given.table[LEAD_TIME_SD].notna(), 0.0)
    listed, stated = list(given.lead_times), given.table.notna()
    table.loc[listed, LEAD_TIME] = [float(np.mean(days)) for days in given.lead_times.values()]
    table.loc[listed, LEAD_TIME_SD] = [float(np.std(days)) for days in given.lead_times.values()]
    stated.loc[listed, [LEAD_TIME, LEAD_TIME_SD]] = True
    table[HOLDING_COST] = table[HOLDING_COST].fillna(policy.holding_rate * table[UNIT_COST])
    mean, spread = (table[name].to_numpy(dtype=float) for name in (LEAD_TIME, LEAD_TIME_SD))
    return Stock(
        table=table,
        lead=lead_chances(mean, spread, given.lead_times, panel.period),
        review=_steps(table[REVIEW_PERIOD], panel),
        life=np.where(np.isnan(table[SHELF_LIFE]), np.inf, np.maximum(table[SHELF_LIFE] // panel.period.days, 1)),
        receipts=_receipts(given.due, policy, panel, horizon),
        given=stated,
        sd=np.zeros(len(table)) if given.shelves is None else given.shelves.sd,
    )


def _steps(days: pd.Series, panel: Panel) -> np.ndarray:
    return np.maximum(np.ceil(days.to_numpy(dtype=float) / panel.period.days), 0).astype(int)


def _receipts(due: pd.DataFrame, policy: Policy, panel: Panel, horizon: int) -> FloatArray:
    """Units that arrive before the sales of each step after the counting."""
    receipts = np.zeros((len(panel), horizon))
    steps = panel.period.begin(panel.ahead(panel.period.steps(policy.start) + horizon)[-horizon:])
    day = due["day"].fillna(steps[0]).to_numpy()
    step = np.searchsorted(steps.to_numpy(), day)
    known = step < horizon
    np.add.at(receipts, (due["row"].to_numpy()[known], step[known]), due["units"].to_numpy()[known])
    return receipts
