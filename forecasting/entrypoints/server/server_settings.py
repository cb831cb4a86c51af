"""How the server may be reached and by whom, from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from limits import parse_many

from forecasting.core.errors import SettingsError
from forecasting.core.shop_settings import RETRAIN_EVERY, TIMEZONE
from forecasting.entrypoints.server.authorities import is_origin

N = TypeVar("N", int, float)
TOKEN: Final = "FORECASTING_API_TOKEN"
ORIGINS: Final = "FORECASTING_ORIGINS"
FRAME_ANCESTORS: Final = "FORECASTING_FRAME_ANCESTORS"
REQUEST_RATE: Final = "FORECASTING_REQUEST_RATE"
UPLOAD_RATE: Final = "FORECASTING_UPLOAD_RATE"
LOCK_SECONDS: Final = "FORECASTING_LOCK_SECONDS"
CONNECTIONS: Final = "FORECASTING_CONNECTIONS"
SHORTEST_TOKEN: Final = 16
MOST_LOCK_SECONDS: Final = 600.0
LEAST_CONNECTIONS: Final = 10
PROCESSES: Final = "FORECASTING_PROCESSES"
WARM: Final = "FORECASTING_WARM"
MOST_PROCESSES: Final = 64


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """The settings of the server, by the person who starts it.

    Args:
        token: The token that every route of the API asks for (health without it says little), and that is needed to listen beyond this machine.
            Empty: only programs of this machine may use the API.
        origins: Sites whose pages may call the API from a browser, e.g. "https://shop.example"; separated by commas in the variable.
        frame_ancestors: Sites whose pages may show Shelfcast in a frame, e.g. "https://intranet.shop.example"; separated by commas in the variable.
        request_rate: Requests of one client, e.g. "300/second".
        upload_rate: Files that one client sends, e.g. "60/minute".
        retrain_every: A cron expression at whose moments changed sales are trained on, whatever people chose; empty for as they chose.
        timezone: The IANA name of the time zone of that expression, and of new schedules; empty for the machine's own.
        lock_seconds: Seconds that a request over HTTP waits at most until others have changed what it is to change; then it is told to try again.
        connections: Connections at once, from 10 on: beyond them a request is answered with 503. Fewer where the system allows fewer open files.
        processes: Processes of the server, in [1, 64]: from 2 on the first one answers programs and all others draw pages, for many open windows.
        warm: Whether what pages show first is worked out before anybody asks, at the start and whenever another version serves: 1, or 0 for a machine
            on which other work matters more.
    """

    token: str = field(default="", repr=False)
    origins: tuple[str, ...] = ()
    frame_ancestors: tuple[str, ...] = ()
    request_rate: str = "300/second"
    upload_rate: str = "60/minute"
    retrain_every: str = ""
    timezone: str = ""
    lock_seconds: float = 10.0
    connections: int = 1000
    processes: int = 1
    warm: bool = True

    def __post_init__(self) -> None:
        if not (self.token.isascii() and self.token.isprintable()) or " " in self.token:
            raise SettingsError(f"{TOKEN} holds letters, digits and punctuation without spaces, so that it can stand in a header.")
        for name, origin in (*((ORIGINS, each) for each in self.origins), *((FRAME_ANCESTORS, each) for each in self.frame_ancestors)):
            if not is_origin(origin):
                raise SettingsError(f"{name} holds origins like https://shop.example, parted by commas, not {origin!r}.")
        for name, rate in ((REQUEST_RATE, self.request_rate), (UPLOAD_RATE, self.upload_rate)):
            try:
                parse_many(rate)
            except ValueError as error:
                raise SettingsError(f"{name} is a rate like 60/minute or 300/second, not {rate!r}.") from error
        if not 0 < self.lock_seconds <= MOST_LOCK_SECONDS:
            raise SettingsError(f"{LOCK_SECONDS} is more than 0 and at most {MOST_LOCK_SECONDS:g} seconds, not {self.lock_seconds:g}.")
        self._check_size()

    def _check_size(self) -> None:
        if self.connections < LEAST_CONNECTIONS:
            raise SettingsError(f"{CONNECTIONS} is at least {LEAST_CONNECTIONS}, as many as one browser opens, not {self.connections}.")
        if not 1 <= self.processes <= MOST_PROCESSES:
            raise SettingsError(f"{PROCESSES} is a number from 1 to {MOST_PROCESSES}, not {self.processes}.")

    @property
    def is_weak(self) -> bool:
        """Whether the token is short enough to be guessed."""
        return 0 < len(self.token) < SHORTEST_TOKEN

    @classmethod
    def from_environ(cls, environment: Mapping[str, str]) -> ServerSettings:
        """The settings in environment variables; raises SettingsError."""
        stated: dict[str, Any] = {
            "token": environment.get(TOKEN, ""),
            "request_rate": environment.get(REQUEST_RATE, ""),
            "upload_rate": environment.get(UPLOAD_RATE, ""),
            "retrain_every": environment.get(RETRAIN_EVERY, "").strip(),
            "timezone": environment.get(TIMEZONE, "").strip(),
            "lock_seconds": _number(LOCK_SECONDS, environment, float),
            "connections": _number(CONNECTIONS, environment, int),
            "processes": _number(PROCESSES, environment, int),
            "warm": _flag(WARM, environment),
        }
        origins, ancestors = _origins(ORIGINS, environment), _origins(FRAME_ANCESTORS, environment)
        return cls(origins=origins, frame_ancestors=ancestors, **{name: value for name, value in stated.items() if value not in ("", None)})


def _origins(name: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The origins in a variable."""
    return tuple(origin.strip().rstrip("/") for origin in environment.get(name, "").split(",") if origin.strip())


def _number(name: str, environment: Mapping[str, str], kind: type[N]) -> N | None:
    """The number in a variable, None where it is absent or empty; raises SettingsError."""
    text = environment.get(name, "").strip()
    try:
        return kind(text) if text else None
    except ValueError as error:
        raise SettingsError(f"{name} is a {'whole ' if kind is int else ''}number, not {text!r}.") from error


def _flag(name: str, environment: Mapping[str, str]) -> bool | None:
    """Whether a variable says 1, None where it is absent or empty; raises SettingsError for anything but 0 and 1."""
    text = environment.get(name, "").strip()
    if text not in ("", "0", "1"):
        raise SettingsError(f"{name} is 1 or 0, not {text!r}.")
    return text == "1" if text else None
