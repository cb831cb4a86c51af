"""Forms with a stock file: what its columns mean, and when its shelves were counted."""

from __future__ import annotations

from fastapi import UploadFile
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from forecasting.entrypoints.api.days import Day
from forecasting.entrypoints.api.forms import Flag, Short


class StockForm(BaseModel):
    """A stock file to save."""

    model_config = ConfigDict(extra="forbid")

    file: UploadFile = Field(description="CSV, .csv.gz, .xlsx, .parquet or .json, up to 200 MB: a row a shelf.")
    mapping: Short = Field("", description='What each column means, as JSON: {"on_hand": "Stock"}. Empty to guess.')
    day_first: Flag | SkipJsonSchema[None] = Field(
        None, description="Whether 03/04/05 is 3 April 2005; false for 4 March 2005. Needed if the file does not tell."
    )
    drop_problems: Flag = Field(False, description="Leave out the rows that cannot be used.")
    counted: Day | SkipJsonSchema[None] = Field(None, description="The day on which the shelves were counted, at closing. By default now.")
    opening: Flag = Field(False, description="They were counted at opening, before the sales and deliveries of that day.")
    dry_run: Flag = Field(False, description="Show what the file says. Save nothing.")
