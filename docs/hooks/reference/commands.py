"""Verbs and flags, from the parser of the command line."""

from __future__ import annotations

import argparse

from forecasting.entrypoints.cli import arguments
from forecasting.entrypoints.cli.verbs import VERBS
from reference.markdown import code, table


def verbs() -> str:
    """Every verb with its arguments, in the order of the parser; what holds where nothing is given stands in brackets."""
    parser = arguments.parser(VERBS)
    choices = next(action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return "\n\n".join(_verb(name, verb) for name, verb in choices.items())


def _verb(name: str, verb: argparse.ArgumentParser) -> str:
    rows = [_row(verb, action) for action in verb._actions if not isinstance(action, argparse._HelpAction)]
    parts = [f"### {name}", _sentence(verb.description or "")]
    return "\n\n".join([*parts, table(["argument", "says"], rows)] if rows else parts)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _row(verb: argparse.ArgumentParser, action: argparse.Action) -> list[str]:
    formatter = verb._get_formatter()
    value = "" if action.nargs == 0 else formatter._format_args(action, formatter._get_default_metavar_for_optional(action))
    flag = " ".join(filter(None, ["/".join(action.option_strings), value]))
    return [code(flag), _sentence(formatter._expand_help(action))]
