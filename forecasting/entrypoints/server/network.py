"""The addresses that the server listens on: without a token, of this machine only."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address

from starlette.types import ASGIApp, Receive, Scope, Send

from forecasting.core import time_zones
from forecasting.core.errors import SettingsError
from forecasting.core.retention import Retention
from forecasting.entrypoints.server.problem import answer, refuse
from forecasting.entrypoints.server.server_settings import PROCESSES, TOKEN, ServerSettings
from forecasting.jobs.cron import Cron
from forecasting.services.reading_limits import ReadingLimits

EVERYWHERE = "0.0.0.0"
CERTIFICATE = "STREAMLIT_SERVER_SSL_CERT_FILE"


class OnlyThisMachine:
    """Refuses requests from other machines, to pages and API alike, as long as no token is set.

    Args:
        app: The whole server.
        settings: Settings with the token.
    """

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self._app = app
        self._open = bool(settings.token)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        address = (scope.get("server") or ("",))[0]
        if self._open or scope["type"] not in ("http", "websocket") or is_this_machine(address) or address.startswith("/"):
            await self._app(scope, receive, send)
        else:
            await refuse(answer(403, "BeyondThisMachine", beyond(address)), scope, receive, send)


def settings_for(address: str, environment: Mapping[str, str]) -> ServerSettings:
    """The settings of a server that listens on an address.

    Raises:
        SettingsError: An environment variable cannot be used, or the server would listen beyond this machine without a token.
    """
    settings = ServerSettings.from_environ(environment)
    check(address, settings)
    if settings.processes > 1 and environment.get(CERTIFICATE):
        raise SettingsError(f"With {PROCESSES} above 1 a proxy does the encryption: take {CERTIFICATE} away.")
    Retention.from_environ(environment)
    ReadingLimits.from_environ(environment)
    if settings.timezone:
        time_zones.zone(settings.timezone)
    if settings.retrain_every:
        Cron(settings.retrain_every)
    return settings


def check(address: str, settings: ServerSettings) -> None:
    """Raises SettingsError if a server would listen beyond this machine without a token."""
    if not settings.token and not is_this_machine(address):
        raise SettingsError(beyond(address))


def beyond(address: str) -> str:
    """Why a server may not listen on an address, and what to do."""
    return f"Without {TOKEN} Shelfcast is served to this machine only, not at {address}. Set it to a long random text, or listen on 127.0.0.1."


def is_this_machine(host: str) -> bool:
    """Whether an address or a name means this machine only.

    Example:
        >>> [is_this_machine(host) for host in ("localhost", "127.0.0.1", "::1", "0.0.0.0", "shop.example")]
        [True, True, True, False, False]
    """
    if host.lower() == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
