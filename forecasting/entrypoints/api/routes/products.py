"""Routes for products that replace others."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel, Field

from forecasting.entrypoints.api.context import Ask
from forecasting.entrypoints.api.days import Day
from forecasting.entrypoints.api.error_responses import documented
from forecasting.services import product_links
from forecasting.storage.workspace import Workspace

router = APIRouter(tags=["products"])
PART = "product links"


class ProductLink(BaseModel):
    """One product hands its history on to another."""

    old: str = Field(description="The product that is replaced.")
    new: str = Field(description="The product that replaces it.")
    day: date = Field(description="From which day on. What the old one sold before it is the new one's history.")
    factor: float = Field(1.0, description="Units of the new product that stand for one of the old.")


class ProductLinks(BaseModel):
    """The links that hold."""

    state: int = Field(description="Number of this state of the links. 0 if there never was one.")
    links: list[ProductLink]
    waiting: bool = Field(description="True until a retrain has learned from these links.")


class LinkQuestion(BaseModel):
    """Which product replaces which."""

    old: str = Field(description="The product that is replaced, as the sales have it.", min_length=1, max_length=255, examples=["Croisant"])
    new: str = Field(
        description="The product that replaces it. It need not have been sold yet.", min_length=1, max_length=255, examples=["Croissant"]
    )
    day: Day | None = Field(None, description="From which day on. Without one, the day after the old one's last row.")
    factor: float = Field(
        1.0,
        description="Units of the new product that stand for one of the old: 2 where two packs of 250 g replace one of 500 g.",
        ge=product_links.LEAST_FACTOR,
        le=product_links.MOST_FACTOR,
        examples=[2],
    )


class SeparateQuestion(BaseModel):
    """Whose link ends."""

    old: str = Field(description="The product that stands for itself again.", min_length=1, max_length=255, examples=["Croisant"])


@router.get("/products/links", summary="Which product replaced which", responses=documented())
async def links(context: Ask) -> ProductLinks:
    """All links that hold, and whether a retrain has learned from them."""
    return await context.call(_answer, context.ws)


@router.post("/products/links", summary="One product replaces another", responses=documented())
async def replace(context: Ask, question: LinkQuestion) -> ProductLinks:
    """The new product has the old one's history from the next retrain on. Saved sales do not change."""
    await context.change(PART, product_links.replace, context.ws, question.old, question.new, question.day, question.factor)
    return await context.call(_answer, context.ws)


@router.post("/products/links/separate", summary="End a link", responses=documented())
async def separate(context: Ask, question: SeparateQuestion) -> ProductLinks:
    """The old product stands for itself again, from the next retrain on."""
    await context.change(PART, product_links.separate, context.ws, question.old)
    return await context.call(_answer, context.ws)


@router.post("/products/links/undo", summary="Undo the last change of links", responses=documented())
async def undo(context: Ask) -> ProductLinks:
    """The links go back to what they were before it."""
    await context.change(PART, product_links.undo, context.ws)
    return await context.call(_answer, context.ws)


def _answer(ws: Workspace) -> ProductLinks:
    state = product_links.links(ws)
    return ProductLinks(
        state=state.number, links=[ProductLink.model_validate(each.facts()) for each in state.links], waiting=product_links.waiting(ws)
    )
