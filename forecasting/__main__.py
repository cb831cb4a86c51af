"""The command line: `python -m forecasting VERB`."""

from __future__ import annotations

import logging
import sys

from forecasting.entrypoints.cli.verbs import main

if __name__ == "__main__":
    logging.basicConfig(format="%(message)s")
    sys.exit(main())
