"""Settings of a retrain, of an order and of the server, from the classes that hold them."""

from __future__ import annotations

from dataclasses import fields

from forecasting.core import alert_variables, engine_choice, retention, settings, shop_settings
from forecasting.core.engine import CELLS
from forecasting.entrypoints.server import process_role, server_settings
from forecasting.entrypoints.server.server_settings import ServerSettings
from forecasting.inventory.policy import Policy
from forecasting.services import reading_limits
from forecasting.services.reading_limits import ReadingLimits
from forecasting.storage import workspace
from reference.markdown import argument_texts, code, fields_table, table

SERVER = {
    "token": server_settings.TOKEN,
    "origins": server_settings.ORIGINS,
    "frame_ancestors": server_settings.FRAME_ANCESTORS,
    "request_rate": server_settings.REQUEST_RATE,
    "upload_rate": server_settings.UPLOAD_RATE,
    "retrain_every": shop_settings.RETRAIN_EVERY,
    "timezone": shop_settings.TIMEZONE,
    "lock_seconds": server_settings.LOCK_SECONDS,
    "connections": server_settings.CONNECTIONS,
    "processes": server_settings.PROCESSES,
    "warm": server_settings.WARM,
}
"""Field -> variable."""
THREADS = "FORECASTING_THREADS"
READING = {"memory_mb": reading_limits.READING_MB, "seconds": reading_limits.READING_SECONDS}


def retrain() -> str:
    """Everything that decides what a retrain makes of the sales."""
    parts = [fields_table(settings.Settings), "Prophet's:", fields_table(settings.ProphetSettings)]
    return "\n\n".join([*parts, "The network's:", fields_table(settings.LstmSettings)])


def policy() -> str:
    """How a shop wants to order."""
    return fields_table(Policy)


def environment() -> str:
    """Every variable of the environment that counts."""
    home = "the repository of a checkout; installed, `shelfcast` in the current folder"
    rows = [[code(workspace.VARIABLE), home, "Where `data/` and `artifacts/` are."]]
    for of, variables, before in ((ServerSettings, SERVER, ""), (retention.Retention, retention.VARIABLES, "Kept: "), (ReadingLimits, READING, "")):
        texts, defaults = argument_texts(of), {field.name: field.default for field in fields(of)}
        rows += [[code(name), code(defaults[field] or None), before + texts[field]] for field, name in variables.items()]
    rows.append([code(THREADS), "1", "Threads that a retrain trains the network with."])
    rows.append(
        [
            code(engine_choice.VARIABLE),
            "",
            f"Where a retrain fits: {code(engine_choice.HERE)}, {code('processes:N')}, or {code('dask://HOST:PORT')}; else as many as are worth it.",
        ]
    )
    rows.append([code(engine_choice.BLOCK), f"{CELLS:,d}", "Days of all series that a block of fits has."])
    rows += [[code(name), "", f"Alerts: {text}"] for name, text in alert_variables.SAYS.items()]
    rows.append(
        [code(process_role.NUMBER), "", "Which of a server's processes this one is. The server sets it for those that it starts; nobody else does."]
    )
    rows.append([code(process_role.LINE), "", "The descriptor over which such a process gets its connections, set with it."])
    return table(["variable", "default", "says"], rows)
