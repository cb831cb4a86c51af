"""Orders and suppliers, as HTTP has them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import Header
from pydantic import BaseModel, ConfigDict, Field

from forecasting.entrypoints.api.days import Day
from forecasting.inventory.book.order import State

MAX_LINES = 50_000
Amount = Annotated[float, Field(ge=0, strict=True, allow_inf_nan=False)]
Text = Annotated[str, Field(max_length=1_000)]
Weekday = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
IdempotencyKey = Annotated[
    str,
    Header(alias="Idempotency-Key", max_length=200, description="A second request with the same key changes nothing and gets the same order."),
]


class BookLine(BaseModel):
    """One product of an order, by the keys that the sales have."""

    product_id: str | None = Field(None, description="Null where the sales have no products. So, too, region and store.")
    region: str | None = None
    store: str | None = None
    unique_id: str = Field(description="The series.")
    quantity: float = Field(description="Units ordered.")
    recommended: float = Field(description="Units that Shelfcast advised.")
    received: float = Field(description="Units that came.")
    cancelled: float = Field(description="Units that will not come any more.")
    unit_cost: float | None = Field(description="In the supplier's money; null if it is not known.")
    added: float = Field(description="Units of those advised that are there only so that the order reaches what the supplier asks for.")
    sold_by: date | None = Field(description="The day by which the last added unit is expected to be sold.")
    reason: str = Field(description="Why a person changed the quantity. Empty if nobody did.")


class OneOrder(BaseModel):
    """An order to a supplier, and where it stands."""

    id: str = Field(examples=["0001"])
    supplier: str = Field(description="Empty for what nobody is known to deliver.")
    state: State
    version: int = Field(description="The forecast that it was proposed from.")
    order_date: date = Field(description="The day on which it is, or was, to be placed.")
    due: date = Field(description="The day on which it is expected.")
    late: bool = Field(description="Whether something of it should have come by now.")
    units: float = Field(description="Units of all lines.")
    value: float = Field(description="In the shop's money, of the lines whose cost is known.")
    supplier_value: float = Field(description="In the supplier's money.")
    currency: str | None = Field(description="The supplier's money, if it is not the shop's.")
    placed_at: datetime | None = Field(description="When it was sent, in UTC.")
    placed_by: str
    received_at: list[date] = Field(description="The days on which something of it came.")
    note: str = Field(description="What was added to reach the supplier's minimum, or what the order lacks of it.")
    lines: list[BookLine]


class OrderList(BaseModel):
    """Orders of the order book."""

    orders: list[OneOrder]


class ShelvesLeftOut(BaseModel):
    """Shelves of one supplier that nothing is proposed for although they are still sold, for one reason."""

    supplier: str = Field(description="Empty for the shelves that nobody is known to deliver.")
    series: int = Field(description="How many.")
    of: int = Field(description="How many shelves the supplier delivers to.")
    reason: str = Field(description="Why, and what helps.")


class Proposals(OrderList):
    """Proposed and approved orders."""

    left_out: list[ShelvesLeftOut] = Field(
        description="What is in none of them: suppliers that take no orders, and shelves without a recommendation."
    )


class ProposalQuestion(BaseModel):
    """Whom to order from."""

    model_config = ConfigDict(extra="forbid")

    supplier: Annotated[str, Field(max_length=200)] | None = Field(None, description="The only supplier that is asked about. By default all.")


class LineUnits(BaseModel):
    """Units of one line, by the keys that tell it from others of the order."""

    model_config = ConfigDict(extra="forbid")

    product_id: Text = ""
    region: Text = ""
    store: Text = ""
    quantity: Amount

    def keyed(self) -> tuple[dict[str, str], float]:
        """Its keys, and its units."""
        return {"product_id": self.product_id, "region": self.region, "store": self.store}, self.quantity


LinesOfOrder = Annotated[list[LineUnits], Field(max_length=MAX_LINES)]


class Delivery(BaseModel):
    """What came of an order."""

    model_config = ConfigDict(extra="forbid")

    lines: LinesOfOrder | None = Field(None, description="By default all that is still to come.")
    day: Day | None = Field(None, description="The day on which it came. By default today.")


class OrderChange(BaseModel):
    """Other quantities of some lines."""

    model_config = ConfigDict(extra="forbid")

    lines: LinesOfOrder
    reason: str = Field(min_length=1, max_length=1_000, examples=["Freezer full"])


class Cancellation(BaseModel):
    """What will not come any more."""

    model_config = ConfigDict(extra="forbid")

    lines: LinesOfOrder | None = Field(None, description="By default the whole order, or all that is still to come of it.")
    reason: Text = ""


class Placing(BaseModel):
    """What the supplier said when the order was sent."""

    model_config = ConfigDict(extra="forbid")

    due: Day | None = Field(None, description="The day on which it comes, if that is another one than proposed.")


class NewDate(BaseModel):
    """When what is still to come of an order comes."""

    model_config = ConfigDict(extra="forbid")

    due: Day = Field(description="Today or later.")


class SupplierClosure(BaseModel):
    """Days on which a supplier neither takes orders nor delivers."""

    model_config = ConfigDict(extra="forbid")

    first: Day
    last: Day


class OrderMinimum(BaseModel):
    """What an order has to reach; 0 for no minimum."""

    model_config = ConfigDict(extra="forbid")

    value: Amount = Field(0.0, description="In the supplier's money.")
    units: Amount = 0.0
    weight: Amount = 0.0


class FreightTerms(BaseModel):
    """What a delivery costs, in the supplier's money."""

    model_config = ConfigDict(extra="forbid")

    cost: Amount = 0.0
    free_from: Amount | None = Field(None, description="The value of an order from which delivery is free; null if it never is.")


class PalletLoad(BaseModel):
    """What fits on one pallet or into one container; null where nothing limits it."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=100, examples=["pallet"])
    units: Amount | None = None
    volume: Amount | None = None
    weight: Amount | None = None


class SupplierMoney(BaseModel):
    """The money of a supplier."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(description="ISO 4217.", max_length=3, examples=["CHF"])
    rate: Amount = Field(1.0, description="Units of the shop's money that one unit of it costs.")
    of_day: Day | None = Field(None, description="The day of that rate.")


class SupplierTerms(BaseModel):
    """Who delivers, and at what terms."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200, examples=["Hansen"])
    order_days: list[Weekday] = Field([], description="Weekdays on which it takes orders; empty for all.")
    cut_off: Annotated[str, Field(pattern=r"^\d{2}:\d{2}$")] | None = Field(None, description="Until when on an order day.", examples=["14:00"])
    delivery_days: list[Weekday] = Field([], description="Weekdays on which it delivers; empty for all.")
    lead_time: Annotated[int, Field(ge=0, le=365, strict=True)] | None = Field(
        None, description="Days from the order day to the delivery; null to learn it from what came."
    )
    closures: list[SupplierClosure] = []
    minimum: OrderMinimum = Field(default_factory=lambda: OrderMinimum.model_validate({}))
    freight: FreightTerms = Field(default_factory=lambda: FreightTerms.model_validate({}))
    capacity: PalletLoad | None = None
    currency: SupplierMoney | None = Field(None, description="Null for the shop's.")
    contact: Text = ""


class PriceStep(BaseModel):
    """A price, and the quantity from which it holds."""

    model_config = ConfigDict(extra="forbid")

    quantity: Amount
    price: Amount


class SourceTerms(BaseModel):
    """Who delivers a product, and its terms there. Keys that are left empty stand for all."""

    model_config = ConfigDict(extra="forbid")

    supplier: str = Field(min_length=1, max_length=200)
    product_id: Text = ""
    region: Text = ""
    store: Text = ""
    rank: Literal[1, 2] = Field(1, description="The first source, or the second.")
    unit_cost: Amount | None = Field(None, description="In the supplier's money.")
    multiple: Amount | None = Field(None, description="Units in which it is sold; null for the pack size of the stock.")
    weight: Amount | None = None
    volume: Amount | None = None
    price_breaks: list[PriceStep] = Field([], description="Prices that hold for all units of an order, from a quantity on; the first from 0.")
    as_of: date | None = Field(None, description="The day of the row of a sales or stock file that named this supplier. Null where a person did.")


class SupplierList(BaseModel):
    """All suppliers, and who delivers what."""

    state: int = Field(description="The number of this state; 0 as long as nobody named any.")
    by: str = Field(description="Who saved it. Empty for nobody.")
    moment: datetime | None = Field(description="When, in UTC.")
    suppliers: list[SupplierTerms]
    sources: list[SourceTerms]


class SupplierChange(BaseModel):
    """All suppliers and sources that hold from now on."""

    model_config = ConfigDict(extra="forbid")

    suppliers: Annotated[list[SupplierTerms], Field(max_length=10_000)]
    sources: Annotated[list[SourceTerms], Field(max_length=500_000)] = []
    state: Annotated[int, Field(ge=0, strict=True)] | None = Field(
        None, description="The number of the state that you know. If others were saved since, nothing is changed. By default, whatever there is."
    )

    def values(self) -> dict[str, Any]:
        """Suppliers and sources as plain values."""
        return self.model_dump(mode="json", include={"suppliers", "sources"})
