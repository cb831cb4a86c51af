"""What is answered about stock that was saved, about the shelves as they are now, and about counts that were graded."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class _Row(BaseModel):
    """A row of one series, with those of the key columns that the sales have."""

    model_config = ConfigDict(extra="allow")

    product_id: str | None = None
    region: str | None = None
    store: str | None = None


class Shelf(_Row):
    """A shelf that was counted, as it is now."""

    on_hand: float = Field(description="Units on the shelf: counted, less sold, and came; 0 where that is below 0.")
    counted_on: str = Field(description="The day of the count.")
    counted_units: float
    sold_since: float = Field(description="Units sold since the count, by the saved sales, returns taken off.")
    came_since: float = Field(description="Units of orders that were received since the count.")
    oversold: float = Field(description="Units that were sold beyond what was counted and came. Above 0: count the shelf again.")
    on_hand_low: float | None = Field(description="Lower end of the range that held 80 % of earlier counts. Null before two counts tell it.")
    on_hand_high: float | None = Field(description="Its upper end.")
    age: float | None = Field(description="Days from the count to the last saved sales. Null where the sales cannot be read.")
    on_hand_note: str = Field(description="All of it in words.")


class StockSaved(BaseModel):
    """What came of a stock file, or would."""

    saved: bool = Field(description="False for a dry run.")
    stock: int | None = Field(description="The number of the saved stock that counts now. Null for none.")
    rows: int = Field(description="Rows of the file.")
    matched: int = Field(description="Series that it says anything of.")
    counted: int = Field(description="Shelves that it counts.")
    text: str = Field(description="The counts in words.")
    notes: list[str] = Field(description="What could be read in another way, and what was not saved.")
    mapping: dict[str, str] = Field(description="What each column that was read means.")
    kept_out: list[str] = Field(description="Columns that were not read.")
    problems: list[dict[str, Any]] = Field(description="The first 100 problems of rows that were left out.")
    problems_found: int


class StockTakenBack(BaseModel):
    """The saved stock that was taken back."""

    name: str = Field(description="Where it came from.")
    stock: int | None = Field(description="The number of the saved stock that counts now. Null for none.")
    text: str = Field(description="What was taken back, in words.")


class _Stock(BaseModel):
    """What is said beside a table of the stock."""

    stock: int | None = Field(description="The number of the saved stock. Null for none.")
    sales_to: str | None = Field(description="The last day whose sales are saved. Null for none.")
    certainty: str = Field(description="How sure a count still is as it ages, as earlier counts tell it.")
    problem: str = Field(description="Why what was sold since the counts is not known. Empty where it is.")


class StockAnswer(_Stock):
    """The shelves that were counted, as they are now."""

    shelves: list[Shelf]


class GradedCount(_Row):
    """A count of a shelf that had been counted before."""

    day: str
    age: float = Field(description="Days since the count before.")
    before: float = Field(description="Units at the count before.")
    sold: float = Field(description="Units sold between the two.")
    came: float = Field(description="Units that came between the two.")
    expected: float | None = Field(description="Units that should have been there. Null while sales before the count are not saved.")
    counted: float
    difference: float | None = Field(description="Units counted beyond what was expected. Below 0: some are missing.")
    value: float | None = Field(description="The difference at its unit cost. Null where that is not known.")


class CountsAnswer(_Stock):
    """How counts came out against what was expected."""

    counts: int = Field(description="How many counts are graded.")
    waiting: int = Field(description="How many wait for sales that are not saved yet.")
    unbooked: int = Field(description="How many are of shelves that sold more than there was: something came that nobody booked. Not graded.")
    expected: float = Field(description="Units that were expected on the graded shelves.")
    difference: float = Field(description="Units counted beyond that. Below 0: some are missing.")
    value: float | None = Field(description="Money of that, of the shelves whose unit cost is known.")
    graded: list[GradedCount] = Field(description="The newest first.")
