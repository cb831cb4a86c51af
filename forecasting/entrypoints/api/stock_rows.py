"""Rows of stock that a request sends along: the columns of a stock file, and no others."""

from __future__ import annotations

import math
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

MAX_ROWS: Final = 50_000
"""Rows of a request at most."""
MAX_CHARACTERS: Final = 1_000
"""Characters of a cell at most: a name, or a list of past lead times."""


def _whole_text(value: str) -> str:
    """A text of a JSON request; raises ValueError for half a character, which JSON can write and no file can hold."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        half = f"\\u{ord(value[error.start]):04x}"
        raise ValueError(f"Input should be a text without half a character ({half})") from None
    return value


def _cell(value: object) -> object:
    """A cell of a stock file; raises ValueError for anything but a text, a number or null."""
    if isinstance(value, str):
        if len(value) > MAX_CHARACTERS:
            raise ValueError(f"Input should be a text of at most {MAX_CHARACTERS:,} characters")
        return _whole_text(value)
    if isinstance(value, bool) or not isinstance(value, (int, float, type(None))) or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError("Input should be a text, a number or null")
    return value


Cell = Annotated[Annotated[str, Field(max_length=MAX_CHARACTERS)] | int | float | None, BeforeValidator(_cell)]
"""A whole number stays one: names of products may have more digits than a float keeps."""


class StockRow(BaseModel):
    """A row of a stock file: the series that it is about, by the keys that the sales have, and what is known of it."""

    model_config = ConfigDict(extra="forbid")

    product_id: Cell = Field(None, examples=["P001"])
    region: Cell = None
    store: Cell = None
    on_hand: Cell = Field(None, description="Units on the shelf.", examples=[12])
    on_order: Cell = Field(None, description="Units ordered and not here yet.")
    due: Cell = Field(None, description="The day on which they arrive: 2026-12-01.")
    backorders: Cell = Field(None, description="Units sold and owed.")
    lead_time: Cell = Field(None, description="Days from order to delivery.")
    lead_time_sd: Cell = Field(None, description="Standard deviation of the lead time, in days.")
    lead_times: Cell = Field(None, description="Past lead times in days, with ; between them: 6;7;9.")
    review_period: Cell = Field(None, description="Days from one order to the next.")
    pack_size: Cell = Field(None, description="Units in a pack.")
    minimum_order: Cell = Field(None, description="Units of an order, at least.")
    unit_cost: Cell = None
    price: Cell = None
    holding_cost: Cell = Field(None, description="Of a unit for a year.")
    order_cost: Cell = Field(None, description="Of placing an order.")
    shelf_life: Cell = Field(None, description="Days that goods keep.")
    unit_space: Cell = Field(None, description="Space of a unit, in any measure.")
    service_level: Cell = Field(None, description="A share such as 0.95, or a percentage such as 95 %.")

    @model_validator(mode="before")
    @classmethod
    def _whole_names(cls, row: object) -> object:
        for name in row if isinstance(row, dict) else ():
            _whole_text(name)
        return row

    def given(self) -> dict[str, str | int | float | None]:
        """Column -> its cell, of the columns that were sent."""
        return self.model_dump(exclude_unset=True)
