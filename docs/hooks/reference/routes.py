"""Routes of the HTTP API, from its OpenAPI schema."""

from __future__ import annotations

from http import HTTPStatus
from itertools import groupby
from pathlib import Path
from typing import Any

from forecasting.entrypoints.api import app
from forecasting.entrypoints.server.server_settings import ServerSettings
from forecasting.storage.workspace import Workspace
from reference.markdown import code, table

Schema = dict[str, Any]
EVERY = frozenset({"400", "401", "403", "413", "422", "429", "500"})
"""Problems that any route may answer with."""


def routes() -> str:
    """Every route by subject, then the parts of questions and answers."""
    schema = app.make_app(Workspace(Path("nowhere")), ServerSettings()).openapi()
    every = [(path, method, route) for path, methods in schema["paths"].items() for method, route in methods.items()]
    parts = [f"Any route may answer with {_listed(EVERY)}; others are named with their route."]
    for subject, of in groupby(every, key=lambda item: item[2]["tags"][0]):
        parts += [f"## {subject.capitalize()}", *(_route(*item) for item in of)]
    models = schema["components"]["schemas"]
    return "\n\n".join([*parts, "## Parts of questions and answers", *(_model(name, models[name]) for name in sorted(models))])


def _listed(statuses: frozenset[str]) -> str:
    return ", ".join(f"{status} ({HTTPStatus(int(status)).phrase})" for status in sorted(statuses))


def _route(path: str, method: str, route: Schema) -> str:
    parts = [f"### `{method.upper()} {app.PREFIX}{path}`", f"**{route['summary']}.** {route.get('description', '')}"]
    if "parameters" in route:
        rows = [[code(each["name"]), each["in"], _kind(each["schema"]), each.get("description", "")] for each in route["parameters"]]
        parts.append(table(["parameter", "in", "kind", "says"], rows))
    if "requestBody" in route:
        parts.append(f"Takes {_bodies(route['requestBody']['content'])}.")
    answers = [f"{status}: {_bodies(answer.get('content', {}))}" for status, answer in route["responses"].items() if status.startswith("2")]
    others = frozenset(status for status in route["responses"] if not status.startswith("2")) - EVERY
    return "\n\n".join([*parts, f"Answers {'; '.join(answers)}{f'. Also {_listed(others)}' if others else ''}."])


def _bodies(content: dict[str, Schema]) -> str:
    told = [f"{code(media)} {_named(body.get('schema', {}))}".strip() for media, body in content.items()]
    return " or ".join(told) or "nothing"


def _named(schema: Schema) -> str:
    kind = _kind(schema)
    return f"({kind})" if "](#" in kind else ""


def _kind(schema: Schema) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{_anchor(name)})"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(map(_kind, schema["anyOf"])))
    if "enum" in schema:
        return ", ".join(map(code, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("const") or schema.get("format") or schema.get("type") or "anything")


def _anchor(name: str) -> str:
    return f"part-{name.lower()}"


def _model(name: str, model: Schema) -> str:
    required = model.get("required", [])
    rows = [
        [code(field), _kind(of), "required" if field in required else code(of.get("default")), of.get("description", "")]
        for field, of in model.get("properties", {}).items()
    ]
    text = " ".join(model.get("description", "").split())
    return "\n\n".join(filter(None, [f"### {name} {{#{_anchor(name)}}}", text, table(["field", "kind", "default", "says"], rows) if rows else ""]))
