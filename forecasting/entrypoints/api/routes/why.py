"""The route that says why a forecast changed between two versions."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from forecasting.entrypoints.api.context import Ask
from forecasting.entrypoints.api.error_responses import documented
from forecasting.entrypoints.api.media_types import preferred
from forecasting.entrypoints.api.schemas import Filtered
from forecasting.entrypoints.api.version_schemas import Number
from forecasting.services import change_explanation, change_split
from forecasting.storage.workspace import Workspace

router = APIRouter(tags=["versions"])
CSV: Final = "text/csv"
BOTH: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {CSV: {"schema": {"type": "string"}}}}, **documented(404)}


class WhyQuestion(Filtered):
    """What changed between which versions."""

    against: Annotated[int, Field(ge=1, le=999_999_999, description="Number of the version before.")]
    days: Annotated[
        int | None,
        Field(description="Days ahead of each. Weekly and monthly sales use whole weeks or months. By default 28, or as far as both forecast."),
    ] = None
    same_days: Annotated[bool, Field(description="Only days that both forecast, instead of the next days of each.")] = False


class Part(BaseModel):
    """A part of the change."""

    name: str = Field(examples=["trend"])
    amount: float = Field(description="Units that it adds.")


class Cause(Part):
    """What made parts of the change move."""

    parts: list[Part] = Field(description="How much of which part it moved; nothing for a part that names its cause itself.")


class WhyAnswer(BaseModel):
    """Why the total changed: the parts add up to the change."""

    before: float
    after: float
    change: float
    parts: list[Part] = Field(description="Parts that are not 0. Names do not change; new ones may come.")
    text: str = Field(description="The same in a sentence, in whole units that add up.")
    noise: float | None = Field(description="Units that training the same sales again moves, about; null if that is not known.")
    chance: str = Field(description="The same in a sentence that names the parts that are no more than that; empty where no model was trained anew.")
    days_left: int = Field(description="Days of the version before alone.")
    days_came: int = Field(description="Days of the version after alone.")
    certain: list[str] = Field(description="What certainly did or did not make the parts move.")
    causes: list[Cause] | None = Field(None, description="New sales, corrected sales and settings; null until a split of the pair has ended.")


class SplitState(BaseModel):
    """How far the training is that tells new sales from corrected ones."""

    state: Literal["not needed", "not asked", "running", "done", "failed", "cancelled"]
    seconds: float | None = Field(description="Seconds that it takes as a whole, by the last retrain; null where it is not needed.")
    fraction: float = Field(ge=0, le=1, description="Share that is done.")
    remaining: float | None = Field(description="Seconds left, while it runs.")
    reason: str = Field(description="Why it failed, and what to do.")


@router.get("/versions/{number}/why", summary="Why a total changed since another version", response_model=WhyAnswer, responses=BOTH)
async def why(request: Request, context: Ask, number: Number, question: Annotated[WhyQuestion, Query()]) -> WhyAnswer | Response:
    """Named amounts that add up to the change, of everything or of a filter. `Accept: text/csv` gives a row a series, not rounded."""
    csv = preferred(request.headers.get("accept", ""), ["application/json", CSV]) == CSV
    return await context.compute("why", _csv if csv else _answer, context.ws, number, question)


Against = Annotated[int, Query(ge=1, le=999_999_999, description="Number of the version before.")]


@router.get("/versions/{number}/why/split", summary="How far a split of new from corrected sales is", responses=documented(404))
async def split(context: Ask, number: Number, against: Against) -> SplitState:
    """Whether it is needed, what it takes, and how it ended; its result stands in `causes` of the answer why."""
    return await context.compute("why", _split, context.ws, against, number)


@router.post("/versions/{number}/why/split", status_code=202, summary="Tell new sales from corrected ones", responses=documented(404, 409))
async def start_split(context: Ask, number: Number, against: Against) -> SplitState:
    """Trains what lies between the versions, in a process of its own, once a pair. A retraining comes first and ends it."""
    await context.change("splits", change_split.start, context.ws, against, number)
    return await context.compute("why", _split, context.ws, against, number)


@router.post("/versions/{number}/why/split/cancel", summary="Cancel a split within 5 seconds", responses=documented(404))
async def cancel_split(context: Ask, number: Number, against: Against) -> SplitState:
    """The parts stay as they are. A split that has ended stays as it is."""
    await context.change("splits", change_split.cancel, context.ws, against, number)
    return await context.compute("why", _split, context.ws, against, number)


def _split(ws: Workspace, before: int, after: int) -> SplitState:
    return SplitState.model_validate(change_split.split(ws, before, after, change_explanation.why(ws, before, after)).facts())


def _answer(ws: Workspace, number: int, question: WhyQuestion) -> WhyAnswer | Response:
    told = change_explanation.answer(_why(ws, number, question), question.filters())
    causes = change_split.causes(ws, question.against, number, question.days, same_days=question.same_days)
    told["causes"] = None if causes is None else change_split.answer(causes, question.filters())
    return WhyAnswer.model_validate(told)


def _csv(ws: Workspace, number: int, question: WhyQuestion) -> WhyAnswer | Response:
    content = change_explanation.table_csv(_why(ws, number, question), question.filters())
    name = f"why-v{question.against}-v{number}.csv"
    return Response(content, media_type=CSV, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _why(ws: Workspace, number: int, question: WhyQuestion) -> change_explanation.Why:
    return change_explanation.why(ws, question.against, number, question.days, same_days=question.same_days)
