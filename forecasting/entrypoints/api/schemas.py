"""What the API is asked and what it answers, as its documentation shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool

from forecasting.analysis.forecast_table import Layout
from forecasting.core import schema
from forecasting.entrypoints.api import paging
from forecasting.entrypoints.api.json_numbers import Number, Whole
from forecasting.entrypoints.api.paging import PageQuestion
from forecasting.entrypoints.api.stock_rows import MAX_ROWS, StockRow
from forecasting.inventory.policy import Policy, Rule, Target
from forecasting.services import forecasts, models
from forecasting.training.ensemble import Ensemble

USUAL_DAYS: Final = 28
MAX_VALUE_CHARACTERS: Final = 4096
"""Characters of a filter at most; names of products were not limited in early versions."""


def _short(value: str) -> str:
    """What a filter asks for; raises ValueError if it is longer than any name."""
    if len(value) > MAX_VALUE_CHARACTERS:
        raise ValueError(f"Input should be a text of at most {MAX_VALUE_CHARACTERS:,} characters")
    return value


Value = Annotated[str, AfterValidator(_short), Field(json_schema_extra={"maxLength": MAX_VALUE_CHARACTERS})]
"""What a filter asks for."""
SHARE: Final[dict[str, Any]] = {"exclusiveMinimum": 0, "exclusiveMaximum": 1}
"""The range of a service level in the documentation."""
Level = Annotated[Number, Field(json_schema_extra=SHARE)]


def within(least: float, most: float | None = None) -> dict[str, Any]:
    """Limits for the documentation only: values beyond them are refused by the settings, with the same text as in the pages."""
    return {"minimum": least} if most is None else {"minimum": least, "maximum": most}


class Filtered(BaseModel):
    """Which series are meant: those with these values; all of them without any."""

    model_config = ConfigDict(extra="forbid")

    product_id: Value | None = Field(None, examples=["P001"])
    category: Value | None = None
    region: Value | None = None
    store: Value | None = None

    def filters(self) -> dict[str, str]:
        """Column -> value, of the filters that were given."""
        return {name: value for name in schema.FILTERS if (value := getattr(self, name)) is not None}


class ForecastQuestion(Filtered, PageQuestion):
    """What to forecast."""

    days: Whole | None = Field(
        None,
        description="Days ahead. Weekly and monthly sales use whole weeks or months. By default 28, or as far as the version forecasts.",
        examples=[7],
    )
    total: StrictBool = Field(False, description="One row a day for the total, instead of one row per series and day.")
    by: Literal["day", "week", "month"] | None = Field(
        None, description="A row for each of these. Weeks and months are whole ones, and include what is sold already. By default as the sales come."
    )
    last_year: StrictBool = Field(False, description="With the units sold in the same days a year before.")

    def layout(self, ensemble: Ensemble) -> Layout:
        """What a row is; raises InputError for a step that is finer than the sales'."""
        return forecasts.layout(ensemble, total=self.total, level=self.by, last_year=self.last_year)

    def steps(self, ensemble: Ensemble) -> int:
        """Days, weeks or months ahead."""
        period = ensemble.panel.period
        return min(period.steps(USUAL_DAYS), ensemble.horizon) if self.days is None else period.steps(self.days)


class RecommendQuestion(Filtered, PageQuestion):
    """What to order, on which terms where nobody said otherwise of a series."""

    lead_time: Whole = Field(Policy.lead_time, description="Days from order to delivery.", json_schema_extra=within(0, 365))
    lead_time_sd: Number = Field(Policy.lead_time_sd, description="Standard deviation of the lead time, in days.", json_schema_extra=within(0, 180))
    review_period: Whole = Field(Policy.review_period, description="Days from one order to the next.", json_schema_extra=within(1, 365))
    service_level: Level = Field(Policy.service_level, description="Chance of no stockout, or share of demand met.")
    target: Target = Field(Policy.target, description="What the service level promises.")
    rule: Rule = Field(Policy.rule, description="The rule the shop orders by.")
    class_levels: tuple[Level, Level, Level] | None = Field(None, description="Service levels of the value classes A, B and C.")
    order_cost: Number = Field(Policy.order_cost, description="Cost of placing an order, for lot sizes.", json_schema_extra=within(0))
    holding_rate: Number = Field(
        Policy.holding_rate, description="Yearly cost of holding a unit, as a share of its cost.", json_schema_extra=within(0, 10)
    )
    start: Whole | None = Field(
        None, description="Days between the last sales and the stock count. By default those of the saved stock.", json_schema_extra=within(0, 365)
    )
    budget: Number | None = Field(None, description="Spend at most this much, on the orders that pay off most.", gt=0)
    space: Number | None = Field(None, description="Fill at most this much shelf space, in the measure of unit_space.", gt=0)
    stock: Annotated[list[StockRow], Field(max_length=MAX_ROWS, fail_fast=True)] | None = Field(
        None,
        description="Rows of a stock file: keys, on_hand, on_order, due, lead_time, ... By default the stock saved last.",
        examples=[[{"product_id": "P001", "on_hand": 12}]],
    )

    def policy(self, start: int) -> Policy:
        """How the shop orders; raises SettingsError."""
        terms = {name: getattr(self, name) for name in Policy.__dataclass_fields__ if name != "start"}
        return Policy(**terms, start=start if self.start is None else self.start)


class _Row(BaseModel):
    """A row that tells of one series, with those of its columns that the sales have."""

    product_id: str | None = None
    region: str | None = None
    store: str | None = None
    category: str | None = None


def _with_models(described: dict[str, Any]) -> None:
    """Puts a column for each model of the blend between the date and the blend."""
    names = [model.name for model in models.blended()]
    fields, required = list(described["properties"].items()), described["required"]
    place = [name for name, _ in fields].index(schema.FORECAST)
    columns = [(name, {"anyOf": [{"type": "number"}, {"type": "null"}], "title": name.title()}) for name in names]
    described["properties"] = dict([*fields[:place], *columns, *fields[place:]])
    place = required.index(schema.FORECAST)
    described["required"] = [*required[:place], *names, *required[place:]]


class ForecastRow(_Row):
    """A day, week or month of one series, or of the sum."""

    model_config = ConfigDict(json_schema_extra=_with_models)

    date: str
    forecast: float = Field(description="The blend: close to the median of one series in a step, and what is expected in a sum.")
    expected: float = Field(description="The mean, which may be added up over days and series.")
    lower_80: float | None
    upper_80: float | None
    lower_95: float | None
    upper_95: float | None
    model: str = Field(description="The model behind the row: blend, or a simpler one.")
    sold: float | None = Field(None, description="Of a week or month: units sold already, which the other columns include.")
    last_year: float | None = Field(None, description="Units sold in the same days a year before, where they were asked for.")


class Sum(BaseModel):
    """What is expected of all rows together, with the bands of that very sum."""

    expected: float
    lower_80: float | None
    upper_80: float | None
    lower_95: float | None
    upper_95: float | None


class OrderLine(_Row):
    """What to order of one series; the further columns are those of the orders CSV."""

    model_config = ConfigDict(extra="allow")

    order_quantity: float | None = Field(description="Units to order now.")
    state: str = Field(description="order_now, soon, fine, overstock, not_counted or unknown.")
    order_by: str | None
    risk: float | None = Field(description="Chance of an empty shelf before an order of today arrives.")
    safety_stock: float | None
    reorder_point: float | None
    order_up_to: float | None
    reason: str = Field(description="Why nothing can be recommended. Empty otherwise.")


class ForecastAnswer(BaseModel):
    """A forecast, and what to order of the same series."""

    version: int
    sales_to: str
    period: Literal["day", "week", "month"]
    days: int = Field(description="Steps ahead: days, weeks or months, as the period says.")
    series: int = Field(description="Series that the filter chooses, on all pages.")
    rows: int = Field(description=paging.ROWS)
    next: str | None = Field(description=f"{paging.NEXT} A page has whole series, one at least.")
    forecast: list[ForecastRow]
    sum: Sum
    recommendation: list[OrderLine] | None = Field(
        description="What to order of the series of this page. Empty for a total: `/recommend` has the orders. Null if the saved stock is damaged."
    )
    recommendation_problem: str | None = Field(description="Why there is no recommendation, and what to do. Null if there is one.")


class RecommendAnswer(BaseModel):
    """Orders, most urgent first."""

    version: int
    policy: dict[str, Any]
    stock: int | None = Field(description="The number of the saved stock that was used. Null for none, or for stock sent along.")
    units: float
    value: float | None = Field(description="Cost of the orders whose unit cost is known.")
    summary: str
    rows: int = Field(description=paging.ROWS)
    next: str | None = Field(description=paging.NEXT)
    orders: list[OrderLine]


class Lived(BaseModel):
    """The pointer was moved."""

    live: int


By = Annotated[str | None, Query(max_length=100, description="Who says so, for the record of what served. By default `local`.")]
"""The name of a client, in the query."""


class Served(BaseModel):
    """What served at a moment."""

    version: int
    since: datetime
    until: datetime | None = Field(description="Null if it serves still.")
    why: str = Field(description="Why it began: `retrain`, `person`, `went_back`, `damaged` (it stands in for a damaged one), `mended`, ...")
    by: str = Field(description="Who began it: a login, a name that was sent, `schedule`, or `local`.")
