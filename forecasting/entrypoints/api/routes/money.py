"""The route of what stock, orders and expected sales are worth."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from forecasting.entrypoints.api.context import Ask
from forecasting.entrypoints.api.error_responses import documented
from forecasting.services import order_value

router = APIRouter(tags=["orders"])


class ShopValue(BaseModel):
    """Sums of money over all series that are still sold; null where no price or cost that a sum needs is known."""

    version: int = Field(description="The version that serves.")
    currency: str = Field(description="ISO 4217 code of the shop's money. Empty where none was chosen.")
    revenue: float | None = Field(description="Of the sales that are expected over the whole forecast, at the planned or last known price.")
    margin: float | None = Field(description="That less what these units cost, of the series whose cost is known too.")
    stock: float | None = Field(description="Cost of the units on hand, as counted.")
    on_order: float | None = Field(description="Cost of the units that are to come.")
    orders: float | None = Field(description="Cost of what is to be ordered today.")
    overstock: float | None = Field(description="Cost of the units above the level of series that have too much.")
    at_risk: float | None = Field(description="Margin of the sales that are expected to be missed until today's orders are used up.")
    at_risk_without_orders: float | None = Field(description="The same if nothing is ordered today.")
    waste: float | None = Field(description="Cost of the units of today's orders that are expected to outlive their shelf life.")
    series: int = Field(description="How many series there are.")
    priced: int = Field(description="How many have a price.")
    costed: int = Field(description="How many have a unit cost.")


@router.get("/money", summary="What stock, orders and expected sales are worth", responses=documented(409))
async def money(context: Ask) -> ShopValue:
    """Sums over the series whose prices and costs are known, and how many these are, by the stock saved last and on the usual terms."""
    return ShopValue.model_validate(await context.call(order_value.facts, context.ws))
