"""What is answered about alerts, and what is chosen of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from forecasting.core.alerts import LAST_HOUR, MAX_ADDRESS, MAX_MAILBOX, MAX_RECEIVERS, Kind

Switch = Annotated[bool, Field(strict=True)] | SkipJsonSchema[None]
"""A yes or no that need not be sent."""
Webhooks = Annotated[list[Annotated[str, Field(max_length=MAX_ADDRESS)]], Field(max_length=MAX_RECEIVERS)]
Mailboxes = Annotated[list[Annotated[str, Field(max_length=MAX_MAILBOX)]], Field(max_length=MAX_RECEIVERS)]


class AlertChoices(BaseModel):
    """Which alerts are told, to whom, and when."""

    findings: bool = Field(description="Whether alarms of the monitor are told.")
    retrains: bool = Field(description="Whether failed and held retrains are.")
    stale_sales: bool = Field(description="Whether uploads that stopped are.")
    damage: bool = Field(description="Whether versions that cannot serve are.")
    shadow: bool = Field(description="Whether the advice to serve another version is.")
    orders: bool = Field(description="Whether webhooks are told of each order that is placed.")
    hour: int = Field(description="The hour of the day at which a digest is sent.")
    timezone: str = Field(description="The IANA name of its time zone. Empty for the server's.")
    webhooks: list[str] = Field(description="Addresses that get it as a signed webhook.")
    emails: list[str] = Field(description="Mailboxes that get it as an e-mail.")


class AlertChange(BaseModel):
    """What to change of alerts; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    findings: Switch = None
    retrains: Switch = None
    stale_sales: Switch = None
    damage: Switch = None
    shadow: Switch = None
    orders: Switch = None
    hour: Annotated[int, Field(ge=0, le=LAST_HOUR, strict=True)] | SkipJsonSchema[None] = None
    timezone: Annotated[str, Field(max_length=80)] | SkipJsonSchema[None] = None
    webhooks: Webhooks | SkipJsonSchema[None] = None
    emails: Mailboxes | SkipJsonSchema[None] = None


class AlertShown(BaseModel):
    """One thing that somebody should know of."""

    kind: Kind
    key: str = Field(description="The same as long as it lasts.", examples=["retrain:held:7"])
    text: str = Field(description="What it is and what to do.")
    since: datetime | None = Field(description="When it began, in UTC.")
    told: bool = Field(description="Whether somebody was told; then it is quiet until it has ended and comes again.")


class ReceiverShown(BaseModel):
    """Somebody who is told, and the last try."""

    way: Literal["webhook", "email", "chat"]
    name: str = Field(description="The address; of a chat only its kind, since its address is a secret.")
    state: Literal["never", "sending", "arrived", "no answer"]
    when: datetime | None = Field(description="When that was, in UTC.")
    note: str = Field(description="Why it did not arrive.")


class AlertsAnswer(BaseModel):
    """What is open, who is told, and when."""

    alerts: list[AlertShown]
    receivers: list[ReceiverShown]
    next: datetime | None = Field(description="When the next digest is sent; null where nobody is told.")


class TrialAnswer(BaseModel):
    """Who is being told, as a try."""

    receivers: list[ReceiverShown]
