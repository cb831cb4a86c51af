"""Routes for sales: upload a file, list the uploads, take the last one back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query

from forecasting.core.json_values import jsonable
from forecasting.entrypoints.api.context import Ask
from forecasting.entrypoints.api.error_responses import SHOWN, documented
from forecasting.entrypoints.api.forms import UploadForm, sent
from forecasting.entrypoints.api.sales_schemas import ProductUnits, StepBack, Understood, UploadAnswer, UploadedFile
from forecasting.intake.sales_file import Intake
from forecasting.services import sales, submissions, take_back
from forecasting.storage.sales.uploads import Upload

router = APIRouter(tags=["sales"])


@router.post("/upload", summary="Check a file and merge it", responses=documented())
async def upload(context: Ask, form: Annotated[UploadForm, Form(media_type="multipart/form-data")]) -> UploadAnswer:
    """Merges a sales file in one step. New rows are added, later values win, and the same file twice changes nothing."""
    submission = await sent(context, form.file, form)
    if form.dry_run:
        checked, change = await context.work(submissions.preview, context.ws, submission)
        version = await context.call(sales.sales_version, context.ws)
        return _answer(checked, change.counts(), f"Nothing was saved. {change}", version, saved=False)
    accepted = await context.work(submissions.accepted, context.ws, submission)
    checked, merged = await context.change("sales", submissions.merge_checked, context.ws, submission, accepted)
    return _answer(checked, merged.counts(), str(merged), merged.version, saved=bool(merged.new or merged.changed))


def _answer(checked: Intake, counts: dict[str, int], text: str, version: int | None, *, saved: bool) -> UploadAnswer:
    rows: list[Any] = checked.problems.head(SHOWN).to_dict("records")
    understood = Understood.model_validate(jsonable(checked.understood.to_dict()))
    found = len(checked.problems)
    return UploadAnswer(saved=saved, version=version, **counts, text=text, problems=rows, problems_found=found, understood=understood)


@router.get("/uploads", summary="What was uploaded, newest first", responses=documented())
async def uploads(context: Ask, most: Annotated[int, Query(ge=1, le=1000, description="How many.")] = 100) -> list[UploadedFile]:
    """Every upload with what it changed. Those that were undone are marked."""
    return [_row(each) for each in (await context.call(sales.uploads, context.ws))[:most]]


@router.post("/uploads/undo", summary="Undo an upload", responses=documented(404))
async def undo(
    context: Ask,
    version: Annotated[int | None, Query(description="The version of the sales that the upload made. The last upload if not given.")] = None,
) -> UploadedFile:
    """The sales become those of the other uploads. The live version stays until a retrain."""
    if version is None:
        return _row(await context.change("sales", sales.undo, context.ws))
    step = await context.work(take_back.step_back, context.ws, version)
    return _row(await context.change("sales", take_back.apply, context.ws, step))


@router.get("/uploads/{version}/undo", summary="What undoing an upload would change", responses=documented(404))
async def undo_preview(
    context: Ask, version: Annotated[int, Path(description="The version of the sales that the upload made.", examples=[1])]
) -> StepBack:
    """Rows that go, rows that get other values, and units by product. Nothing is changed."""
    step = await context.work(take_back.step_back, context.ws, version)
    products = [ProductUnits.model_validate(row) for row in step.products.head(SHOWN).to_dict("records")]
    return StepBack.model_validate({"name": step.upload.name, "version": version, "products": products, "text": str(step), **step.counts()})


def _row(upload: Upload) -> UploadedFile:
    facts = {name: getattr(upload, name) for name in UploadedFile.model_fields if name != "mended"}
    return UploadedFile(**facts, mended=sales.mended(upload))
