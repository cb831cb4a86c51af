"""What was chosen for the shop, as HTTP has it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from forecasting.core.notation import DecimalStyle, Weekday
from forecasting.core.shop_settings import MAX_CHARACTERS, MAX_SCHEDULES, GoBack, GoLive
from forecasting.entrypoints.api.alert_schemas import AlertChange, AlertChoices


class ScheduledRetrain(BaseModel):
    """When changed sales are learned by themselves."""

    model_config = ConfigDict(extra="forbid")

    every: str = Field(description="A cron expression of five fields.", max_length=200, examples=["0 3 * * *"])
    timezone: str = Field(description="The IANA name of the time zone of these fields.", max_length=80, examples=["Europe/Berlin"])


class Kept(BaseModel):
    """How much of what is old is kept; 0 is all, or no limit."""

    model_config = ConfigDict(extra="forbid")

    versions: int = Field(description="Newest versions.")
    versions_mb: int = Field(description="Megabytes of all versions together.")
    jobs: int = Field(description="Newest retrainings.")
    jobs_mb: int = Field(description="Megabytes of all retrainings together.")
    uploads: int = Field(description="Newest uploads that can be taken back.")
    uploads_mb: int = Field(description="Megabytes of the files of all uploads together.")
    uploads_days: int = Field(description="Days for which the files of uploads stay.")


class ShopChoices(BaseModel):
    """What holds for everybody who uses the shop."""

    state: int = Field(description="The number of these settings; 0 as long as nobody changed anything.")
    by: str = Field(description="Who changed them last. Empty for nobody.")
    moment: datetime | None = Field(description="When, in UTC.")
    go_live: GoLive = Field(description="Whether a new version goes live: unless it is worse, always, or once a person said so.")
    go_back: GoBack = Field(description="Where the version before turns out better: `recommend` going back, or do it `by_itself`.")
    schedules: list[ScheduledRetrain] = Field(description="When changed sales are learned by themselves.")
    country: str | None = Field(description="ISO 3166 code whose holidays count, `DE` or `DE-BY`. Empty for none; null as long as nobody chose.")
    retention: Kept
    alerts: AlertChoices
    currency: str = Field(description="ISO 4217 code of the money of all prices and costs. Empty for plain numbers.")
    language: str = Field(description="Language of numbers and dates on pages and in messages, `de` or `en_IE`. Empty for Shelfcast's own way.")
    decimal_style: DecimalStyle = Field(description="How 1234.5 is written there. Empty as the language has it.")
    first_weekday: Weekday = Field(description="With which day a week begins there. Empty as the language's region has it.")
    shop_name: str = Field(description="Who orders, on order sheets. Empty to leave it out.")
    delivery_address: str = Field(description="Where suppliers deliver, on order sheets. Empty to leave it out.")
    by_environment: dict[str, str] = Field(
        description="Settings that the environment of the server decides, and the variable that does. What is chosen here counts once that is unset."
    )


Count = Annotated[int, Field(ge=0, le=1_000_000_000, strict=True)] | SkipJsonSchema[None]
"""A number that need not be sent."""


class KeptChange(BaseModel):
    """Numbers to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    versions: Count = None
    versions_mb: Count = None
    jobs: Count = None
    jobs_mb: Count = None
    uploads: Count = None
    uploads_mb: Count = None
    uploads_days: Count = None


class SettingsChange(BaseModel):
    """Settings to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    go_live: GoLive | SkipJsonSchema[None] = None
    go_back: GoBack | SkipJsonSchema[None] = None
    schedules: Annotated[list[ScheduledRetrain], Field(max_length=MAX_SCHEDULES)] | SkipJsonSchema[None] = None
    country: Annotated[str, Field(max_length=10)] | None = Field(None, examples=["DE"])
    retention: KeptChange | SkipJsonSchema[None] = None
    alerts: AlertChange | SkipJsonSchema[None] = None
    currency: Annotated[str, Field(max_length=10)] | SkipJsonSchema[None] = Field(None, examples=["EUR"])
    language: Annotated[str, Field(max_length=40)] | SkipJsonSchema[None] = Field(None, examples=["de"])
    decimal_style: DecimalStyle | SkipJsonSchema[None] = None
    first_weekday: Weekday | SkipJsonSchema[None] = None
    shop_name: Annotated[str, Field(max_length=MAX_CHARACTERS)] | SkipJsonSchema[None] = Field(None, examples=["Bakery Sommer"])
    delivery_address: Annotated[str, Field(max_length=MAX_CHARACTERS)] | SkipJsonSchema[None] = Field(None, examples=["Hafenstr. 1, 20457 Hamburg"])
    state: Annotated[int, Field(ge=0, strict=True)] | None = Field(
        None, description="The number of the settings that you know. If others were saved since, nothing is changed. By default, whatever there is."
    )

    def values(self) -> dict[str, Any]:
        """The settings that were sent."""
        return self.model_dump(exclude_unset=True, exclude={"state"})
