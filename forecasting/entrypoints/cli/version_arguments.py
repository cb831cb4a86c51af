"""The arguments of what is done with versions, and on their way to serve."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import Any

from forecasting.core import engine_choice
from forecasting.entrypoints.cli.reading import version

Verbs = Mapping[str, Callable[[argparse.Namespace], int]]


def add_challenger(retrain: argparse.ArgumentParser) -> None:
    """`--challenger`."""
    retrain.add_argument("--challenger", action="store_true", help="train for the shadow: graded on new sales, never served until somebody says so")


def add_engine(retrain: argparse.ArgumentParser) -> None:
    """`--engine`."""
    text = f"where to fit: here, in one process, processes:N, or dask://HOST:PORT ({engine_choice.VARIABLE}, or as many processes as are worth it)"
    retrain.add_argument("--engine", metavar="ENGINE", help=text)


def add_verbs(verbs: Any, run: Verbs) -> None:
    """Adds `versions`, `live`, `served` and `shadow` to a parser."""
    versions = _add(verbs, "versions", run, "list the published versions")
    versions.add_argument("--json", action="store_true", help="print all that each says of itself")
    live = _add(verbs, "live", run, "serve this version from now on")
    live.add_argument("number", type=version, metavar="N", help="the version")
    live.add_argument("--by", metavar="NAME", help="who says so, for the record of what served (local)")
    served = _add(verbs, "served", run, "say which version served at a moment, since when, until when, and why")
    served.add_argument(
        "--at", metavar="TIME", help='the moment, in the time zone of this machine, e.g. "2026-11-20 14:05", or with its offset (now)'
    )
    served.add_argument("--json", action="store_true", help="print it as JSON")
    shadow = _add(verbs, "shadow", run, "say how the live version does beside the one before, held ones and challengers, on the same days")
    shadow.add_argument("--json", action="store_true", help="print it as JSON")


def _add(verbs: Any, name: str, run: Verbs, text: str) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text)
    verb.set_defaults(verb=run[name])
    return verb
