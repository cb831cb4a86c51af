"""What a person chose for the whole shop, once and for everybody, as opposed to the settings of one retrain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, get_args

from forecasting.core import time_zones
from forecasting.core.alerts import AlertSettings
from forecasting.core.errors import SettingsError
from forecasting.core.notation import DecimalStyle, Notation, Weekday
from forecasting.core.retention import Retention
from forecasting.core.settings import require

GoLive = Literal["if-not-worse", "always", "ask"]
GoBack = Literal["recommend", "by_itself"]
MAX_SCHEDULES: Final = 10
MAX_CHARACTERS: Final = 200
"""Of the shop's name, and of its address."""
RETRAIN_EVERY: Final = "FORECASTING_RETRAIN_EVERY"
"""The variable with a cron expression that stands in for the schedules of a shop."""
TIMEZONE: Final = "FORECASTING_TIMEZONE"
"""The variable that names the time zone of that expression, and of new schedules."""


@dataclass(frozen=True, kw_only=True)
class RetrainSchedule:
    """When changed sales are learned by themselves.

    Args:
        every: A cron expression of five fields, e.g. "0 3 * * *".
        timezone: The IANA name of the time zone of these fields, e.g. "Europe/Berlin".
    """

    every: str
    timezone: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "every", " ".join(self.every.split()))
        object.__setattr__(self, "timezone", time_zones.zone(self.timezone).key)


@dataclass(frozen=True, kw_only=True)
class ShopSettings:
    """What holds for everybody who uses a shop.

    Args:
        go_live: What becomes of a new version: it goes live unless it is worse, always, or once a person said so.
        go_back: What becomes of a version that turns out worse: a person is advised to go back, or it is done.
        schedules: When changed sales are learned by themselves; none for never.
        country: ISO 3166 code whose holidays count, "DE" or "DE-BY", empty for none; None as long as nobody chose, so that a retrain keeps what the
            last one had.
        retention: How much of what is old is kept.
        alerts: What is told, to whom and when.
        currency: ISO 4217 code of the money of all prices and costs, "EUR"; empty for plain numbers.
        language: The language, and the region, of numbers and dates: "de", "en_IE"; empty for Shelfcast's own way.
        decimal_style: How 1234.5 is written; empty as the language has it.
        first_weekday: With which day a week begins; empty as the language's region has it, else Monday.
        shop_name: Who orders, as it stands on order sheets; empty to leave it out.
        delivery_address: Where suppliers deliver, in one line, as it stands there; empty to leave it out.
    """

    go_live: GoLive = "if-not-worse"
    go_back: GoBack = "recommend"
    schedules: tuple[RetrainSchedule, ...] = ()
    country: str | None = None
    retention: Retention = field(default_factory=Retention)
    alerts: AlertSettings = field(default_factory=AlertSettings)
    currency: str = ""
    language: str = ""
    decimal_style: DecimalStyle = ""
    first_weekday: Weekday = ""
    shop_name: str = ""
    delivery_address: str = ""

    def __post_init__(self) -> None:
        require(self.go_live in get_args(GoLive), f"go_live is {_listed(GoLive)}, not {self.go_live!r}.")
        require(self.go_back in get_args(GoBack), f"go_back is {_listed(GoBack)}, not {self.go_back!r}.")
        require(len(self.schedules) <= MAX_SCHEDULES, f"There are at most {MAX_SCHEDULES} schedules, not {len(self.schedules)}.")
        require(len(set(self.schedules)) == len(self.schedules), "Two schedules are the same: leave one out.")
        country = self.country
        require(country is None or country == "" or (country.isascii() and country.isupper()), f"A country is a code like DE, not {country!r}.")

        written = self.notation
        object.__setattr__(self, "currency", written.currency)
        object.__setattr__(self, "language", written.language)
        object.__setattr__(self, "shop_name", _line("shop_name", self.shop_name))
        object.__setattr__(self, "delivery_address", _line("delivery_address", self.delivery_address))

    @property
    def notation(self) -> Notation:
        """How numbers, money and dates are written."""
        return Notation(currency=self.currency, language=self.language, decimal_style=self.decimal_style, first_weekday=self.first_weekday)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        alerts = asdict(self.alerts) | {"webhooks": list(self.alerts.webhooks), "emails": list(self.alerts.emails)}
        return asdict(self) | {"schedules": [asdict(each) for each in self.schedules], "alerts": alerts}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ShopSettings:
        """The settings that `to_dict` wrote, with defaults for what it did not name.

        Raises:
            SettingsError: A name is not known, or a value is not of its kind or outside its range.
        """
        try:
            parts: dict[str, Any] = {}
            if "schedules" in values:
                parts["schedules"] = tuple(RetrainSchedule(**each) for each in values["schedules"])
            if "retention" in values:
                parts["retention"] = Retention(**values["retention"])
            if "alerts" in values:
                parts["alerts"] = AlertSettings(**values["alerts"])
            return cls(**{**values, **parts})
        except (TypeError, AttributeError) as error:
            raise SettingsError(f"A setting is not known, or not of its kind: {error}.") from error


def _line(name: str, text: str) -> str:
    """A text in one line, its lines parted by commas."""
    require(isinstance(text, str), f"{name} is a text, not {text!r}.")
    line = ", ".join(filter(None, (" ".join(each.split()).rstrip(",") for each in text.splitlines())))
    require(len(line) <= MAX_CHARACTERS, f"{name} has at most {MAX_CHARACTERS} characters, not {len(line)}.")
    return line


def _listed(choices: Any) -> str:
    *first, last = get_args(choices)
    return f"{', '.join(first)} or {last}"
