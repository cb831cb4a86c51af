"""Webhooks are told of each order that was placed, once, outside of the placing: the order book itself is what waits to be told."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from forecasting.inventory.book.order import Order
from forecasting.inventory.sheets import message as messages
from forecasting.services import order_book, order_sheets
from forecasting.services.alerts.courier import Errand
from forecasting.services.alerts.history import NOTICE_LASTS, History
from forecasting.services.alerts.post import Post
from forecasting.services.alerts.receivers import Receiver
from forecasting.storage.alert_lines import Notice
from forecasting.storage.workspace import Workspace

EVENT: Final = "order.placed"


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """What is sent of an order.

    Args:
        id: The notice's.
        order: As it was when it was placed, whatever came of it since.
        said: What it says to its supplier, as plain values.
    """

    id: str
    order: Order
    said: dict[str, Any]

    @classmethod
    def of(cls, ws: Workspace, notice: Notice) -> PlacedOrder:
        """What is sent of a notice's order; raises NotFound, OrdersDamaged and StateDamaged."""
        order = order_book.as_placed(ws, notice.order, notice.placed)
        return cls(notice.id, order, messages.message(order_sheets.of_order(ws, order)))

    @property
    def payload(self) -> dict[str, Any]:
        """All of it as the values of a webhook."""
        moment = None if self.order.placed_at is None else self.order.placed_at.isoformat(timespec="milliseconds")
        return {"type": EVENT, "timestamp": moment, "data": self.said | {"placed_at": moment, "placed_by": self.order.placed_by}}


@dataclass(frozen=True, slots=True)
class OrderPost:
    """Tells webhooks of orders that were placed since they were named, and of none twice, however many servers share the workspace.

    Args:
        post: What knows the receivers and the record.
    """

    post: Post

    @property
    def webhooks(self) -> tuple[Receiver, ...]:
        """Who is told; nobody where a shop does not want it."""
        return tuple(each for each in self.post.receivers if each.way == "webhook") if self.post.settings.orders else ()

    def check(self) -> None:
        """One look: claims what was placed, and sends what somebody has to get. Raises OrdersDamaged, and what the record raises."""
        if self.webhooks:
            self.post.welcome()
            if self._untold(self.post.history):
                self.post.courier.write(self._untold)
            self.post.courier.deliver(self._errands)

    def _untold(self, history: History) -> list[Notice]:
        """Notices of orders that nobody has claimed."""
        now = self.post.clock()
        since = max(min(history.named.get(each.id, now) for each in self.webhooks), now - NOTICE_LASTS)
        orders = order_book.book(self.post.ws).orders.values()
        placed = [(each.id, each.placed_at) for each in orders if each.placed_at is not None and each.placed_at >= since]
        return [Notice(now, f"msg_{secrets.token_hex(12)}", order, moment) for order, moment in placed if (order, moment) not in history.notices]

    def _errands(self, history: History, now: datetime) -> Sequence[Errand]:
        return [
            Errand(notice, receiver, partial(PlacedOrder.of, self.post.ws, notice))
            for notice in history.notices.values()
            for receiver in self.webhooks
            if now - notice.placed < NOTICE_LASTS and history.named.get(receiver.id, now) <= notice.placed
        ]
