"""Routes for products that are planned and not sold yet."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from forecasting.entrypoints.api.context import Ask
from forecasting.entrypoints.api.days import Day
from forecasting.entrypoints.api.error_responses import documented
from forecasting.entrypoints.api.routes.products import PART
from forecasting.services import planned_products
from forecasting.services.planned_products import Outlook, PlannedLaunch
from forecasting.storage.workspace import Workspace

router = APIRouter(tags=["products"])
Price = Annotated[float, Field(gt=0, strict=True, allow_inf_nan=False)]


class EarlierLaunch(BaseModel):
    """A launch that a planned product is expected to follow."""

    product: str
    first: date = Field(description="The day of its first sale.")
    units: float = Field(description="What it sold in its first 28 days, in all stores together.")
    price: float | None = Field(description="The median price in these; null if it is not known.")
    category: str = Field(description="Empty if it is not known.")


class PlannedProduct(BaseModel):
    """A product that is not sold yet, and what it is expected to sell in its first 28 days."""

    product: str
    day: date = Field(description="The first day on which it will be sold.")
    category: str
    price: float | None
    like: str = Field(description="The launch that was chosen for it; empty for the nearest ones.")
    units: float | None = Field(description="What is expected, in all stores together; null where no earlier launch is known.")
    lower_80: float | None = Field(description="Lower end of the 80 % range; null where too few launches are known to say.")
    upper_80: float | None = Field(description="Its upper end.")
    twins: list[EarlierLaunch] = Field(description="The launches that it is expected to follow, the nearest first.")


class LaunchQuestion(BaseModel):
    """A product to plan."""

    product: str = Field(description="Its name, as sales will have it.", min_length=1, max_length=255, examples=["Stollen"])
    day: Day = Field(description="The first day on which it will be sold.", examples=["2026-11-30"])
    category: str = Field("", description="Its category, where it is known.", max_length=255)
    price: Price | None = Field(None, description="Of a unit, where it is known.")
    like: str = Field("", description="The earlier launch that it will sell like. Without one, the nearest ones.", max_length=255)


class CancelQuestion(BaseModel):
    """Whose plan ends."""

    product: str = Field(description="The planned product.", min_length=1, max_length=255, examples=["Stollen"])


@router.get("/products/launches", summary="Which products are planned", responses=documented())
async def launches(context: Ask) -> list[PlannedProduct]:
    """All products that are planned and not sold yet, by their day, with what they are expected to sell."""
    return await context.work(_planned, context.ws)


@router.post("/products/launches", summary="Plan a product", responses=documented())
async def plan(context: Ask, question: LaunchQuestion) -> PlannedProduct:
    """The next retrain forecasts it from its first day on, as earlier launches sold. A plan of the same product is replaced."""
    launch = PlannedLaunch(question.product.strip(), question.day, question.category, question.price, question.like)
    return _described(await context.change(PART, planned_products.plan, context.ws, launch))


@router.post("/products/launches/cancel", summary="Take a plan back", responses=documented())
async def cancel(context: Ask, question: CancelQuestion) -> list[PlannedProduct]:
    """The product is not forecast any more, from the next retrain on; what is still planned."""
    await context.change(PART, planned_products.cancel, context.ws, question.product)
    return await context.work(_planned, context.ws)


def _planned(ws: Workspace) -> list[PlannedProduct]:
    return [_described(outlook) for outlook in planned_products.planned(ws)]


def _described(outlook: Outlook) -> PlannedProduct:
    expected = {"units": outlook.units, "lower_80": outlook.lower_80, "upper_80": outlook.upper_80}
    return PlannedProduct.model_validate({**outlook.launch.facts(), **expected, "twins": [twin._asdict() for twin in outlook.twins]})
