"""The arguments of what is done with versions on their way to serve."""

from __future__ import annotations

import argparse


def add_challenger(retrain: argparse.ArgumentParser) -> None:
    """`--challenger`."""
    retrain.add_argument(
        "--challenger", action="store_true", help="train for the shadow: graded on new sales, and never served until somebody says so"
    )
