"""Routes for the order book: orders proposed, approved, changed, placed, received and cancelled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi import Path as InPath

from forecasting.core.json_values import jsonable
from forecasting.entrypoints.api.context import Ask, Context
from forecasting.entrypoints.api.error_responses import documented
from forecasting.entrypoints.api.order_schemas import (
    Cancellation,
    Delivery,
    IdempotencyKey,
    LinesOfOrder,
    NewDate,
    OneOrder,
    OrderChange,
    OrderList,
    Placing,
    Proposals,
)
from forecasting.entrypoints.api.order_schemas import ProposalQuestion as Question
from forecasting.entrypoints.api.schemas import By
from forecasting.inventory.book.order import Order, State
from forecasting.services import order_proposals, orders, serving_record, suppliers
from forecasting.services.orders import Wish
from forecasting.storage.workspace import Workspace

router = APIRouter(tags=["orders"])
PART = "orders"
Identity = Annotated[str, InPath(description="The id of the order.", max_length=20, examples=["0001"])]
Act = Callable[[Workspace, str, Wish], Order]


@router.post("/orders", summary="Propose orders", responses=documented(404, 409))
async def propose(context: Ask, question: Question | None = None, by: By = None) -> Proposals:
    """What to order from each supplier in its next round. A proposal that was not sent is brought up to date; nothing is proposed twice."""
    supplier = None if question is None else question.supplier
    return await context.change(PART, _proposed, context.ws, serving_record.named(by), supplier)


@router.get("/orders", summary="The order book", responses=documented())
async def listed(
    context: Ask,
    state: Annotated[State | None, Query(description="Only orders in this state.")] = None,
    supplier: Annotated[str | None, Query(max_length=200, description="Only orders to this supplier.")] = None,
) -> OrderList:
    """All orders, or those in a state or to a supplier."""
    return await context.call(lambda ws: _described(ws, orders.listed(ws, state, supplier)), context.ws)


@router.post("/orders/{id}/approve", summary="Approve an order", responses=documented(404))
async def approve(context: Ask, id: Identity, key: IdempotencyKey = "", by: By = None) -> OneOrder:
    """It is not proposed anew from then on."""
    return await _acted(context, orders.approve, id, Wish(by=serving_record.named(by), key=key))


@router.post("/orders/{id}/place", summary="Book that an order was sent", responses=documented(404))
async def place(context: Ask, id: Identity, placing: Placing | None = None, key: IdempotencyKey = "", by: By = None) -> OneOrder:
    """From then on its units are on order. Once, however often it is sent; without a key, version, supplier and order day are the key."""
    due = None if placing is None else placing.due
    return await _acted(context, orders.place, id, Wish(by=serving_record.named(by), key=key, day=due))


@router.post("/orders/{id}/receive", summary="Book what came of an order", responses=documented(404))
async def receive(context: Ask, id: Identity, delivery: Delivery | None = None, key: IdempotencyKey = "", by: By = None) -> OneOrder:
    """It is on the shelf from then on, and no longer on order. Send a key, so that a delivery that is sent twice is booked once."""
    sent = Delivery.model_validate({}) if delivery is None else delivery
    return await _acted(context, orders.receive, id, Wish(by=serving_record.named(by), key=key, day=sent.day), sent.lines)


@router.post("/orders/{id}/postpone", summary="Say when the rest comes", responses=documented(404))
async def postpone(context: Ask, id: Identity, said: NewDate, key: IdempotencyKey = "", by: By = None) -> OneOrder:
    """What is still to come counts on that day from then on. How late its supplier is stays counted from the day that was promised."""
    return await _acted(context, orders.postpone, id, Wish(by=serving_record.named(by), key=key, day=said.due))


@router.post("/orders/{id}/change", summary="Order other quantities", responses=documented(404))
async def change(context: Ask, id: Identity, wanted: OrderChange, key: IdempotencyKey = "", by: By = None) -> OneOrder:
    """They stay whatever is recommended later, with the reason beside them. Other lines stay as they are; a product that the order lacks is added."""
    return await _acted(context, orders.change, id, Wish(by=serving_record.named(by), key=key, reason=wanted.reason), wanted.lines)


@router.post("/orders/{id}/cancel", summary="Cancel an order", responses=documented(404))
async def cancel(context: Ask, id: Identity, wanted: Cancellation | None = None, key: IdempotencyKey = "", by: By = None) -> OneOrder:
    """The whole order, or what is still to come of one that was sent."""
    said = Cancellation.model_validate({}) if wanted is None else wanted
    return await _acted(context, orders.cancel, id, Wish(by=serving_record.named(by), key=key, reason=said.reason), said.lines)


@router.post("/orders/{id}/undo", summary="Take back the last step", responses=documented(404))
async def undo(context: Ask, id: Identity, key: IdempotencyKey = "", by: By = None) -> OneOrder:
    """What was booked last: a delivery, new date, cancellation, approval or changed quantity. The record keeps both. With a key it counts once."""
    return await _acted(context, orders.undo, id, Wish(by=serving_record.named(by), key=key))


async def _acted(context: Context, act: Act, identity: str, wish: Wish, lines: LinesOfOrder | None = None) -> OneOrder:
    """The order after a step, for these lines of it or for all."""
    return await context.change(PART, _done, context.ws, act, identity, wish, lines)


def _done(ws: Workspace, act: Act, identity: str, wish: Wish, lines: LinesOfOrder | None) -> OneOrder:
    rows, order = [each.keyed() for each in lines or ()], orders.order(ws, identity)
    units = orders.wanted_of(ws, order, rows) if act is orders.change else orders.units_of(order, rows)
    after = act(ws, identity, Wish(by=wish.by, key=wish.key, quantities=units, reason=wish.reason, day=wish.day))
    return _described(ws, [after]).orders[0]


def _proposed(ws: Workspace, by: str, supplier: str | None) -> Proposals:
    listed = _described(ws, order_proposals.propose(ws, by, supplier=supplier)).orders
    return Proposals.model_validate({"orders": listed, "left_out": [each.to_dict() for each in order_proposals.left_out(ws, supplier=supplier)]})


def _described(ws: Workspace, chosen: list[Order]) -> OrderList:
    sourcing, today = suppliers.sourcing(ws), orders.today(ws)
    return OrderList.model_validate({"orders": [jsonable(orders.facts(each, sourcing, today)) for each in chosen]})
