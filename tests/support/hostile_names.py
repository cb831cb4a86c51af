"""Sales whose every text tries to be something else: HTML, Markdown, a template, a formula."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import shop_workspaces as shops

from forecasting.intake.answers import Answers
from forecasting.services import sales as sales_service
from forecasting.storage.workspace import Workspace

IMAGE = '<img src=x onerror="window.hacked=1">'
LINK = '<a href="javascript:window.hacked=1">x</a>'
TAGS = "<b>bold</b><br><i>bold</i><sup>bold</sup>"
MARKDOWN = "**bold** [x](javascript:window.hacked=1)"
MARKUP = ":material/cottage: :red[x] $x^2$ `code` :tada: https://example.com me@example.com"
TEMPLATE = "%{y} %{customdata[0]} {{x}} {0} ${x}"
FILE_NAME = "<img src=x onerror=window.hacked=1> **bold** :red[x] $x^2$.csv"
SHOWN = [
    IMAGE,
    "<script>window.hacked=1</script>",
    TAGS,
    LINK,
    MARKDOWN,
    MARKUP,
    TEMPLATE,
    "# bold",
    "1. bold",
    "> bold",
    "| a | b |",
    "&lt;b&gt;bold&amp;",
    "<r><t>bold</t></r>",
    'quo"ted, "and", comma',
    "\u05d0\u05d1 \u200fright",
]
"""Names that a page shows as they were written."""
FORMULAS = [
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\uff1d1+1",
    "%0A=1",
    "Bread;=1+1",
    "Bread\t=1",
    "\u200b=1",
    '=HYPERLINK("http://example.com","x")',
]
ODD = ["long " * 50, "\u202eturned", "\x01control\x7f", "http://example.com", "007"]
PRODUCTS = [*SHOWN, *FORMULAS, *ODD]


def sales(days: int = 120) -> pd.DataFrame:
    """A series a product; stores, regions and categories are as hostile. One sold nothing for long, one is new."""
    random, dates = np.random.default_rng(0), pd.date_range(end=shops.LAST, periods=days, freq="D")
    parts = []
    for place, product in enumerate(PRODUCTS):
        others = {"store": SHOWN[place % 3], "region": (FORMULAS + SHOWN)[place % 5], "category": SHOWN[place % 4]}
        week = np.array([0.8, 0.8, 0.9, 1.0, 1.2, 1.5, 0.8])[dates.day_of_week]
        sold = random.poisson((5 + 3 * place) * week)
        parts.append(pd.DataFrame({"date": dates, "product_id": product, **others, "promo": dates.day % 14 == 0, "sales": sold}))
    parts[0] = parts[0].head(60)
    parts[1] = parts[1].tail(5)
    return pd.concat(parts, ignore_index=True)


def parquet(frame: pd.DataFrame) -> bytes:
    """A file that holds every text as it is."""
    content = io.BytesIO()
    frame.to_parquet(content, index=False)
    return content.getvalue()


def fill(ws: Workspace) -> None:
    """Saves these sales in a workspace, and trains a version on them."""
    content = parquet(sales())
    table = sales_service.inspect(content, FILE_NAME)
    apart = Answers(accept=frozenset({"different-spellings"}))
    sales_service.merge(ws, content, FILE_NAME, sales_service.check(table, sales_service.guess(table), apart))
    shops.retrain(ws)
