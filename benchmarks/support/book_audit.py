"""Order book, stock and sales of a shop, held against what really happened."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.support.clocked_server import Client, Clock
from benchmarks.support.shop_world import Series, World, keys_of

READ: Final = """
import json
from forecasting.storage.sales.table import Dataset
from forecasting.storage.workspace import Workspace
frame = Dataset(Workspace.default()).read()
sums = frame.groupby(["product_id", "store"], observed=True)["sales"].sum()
print(json.dumps([[*key, float(units)] for key, units in sums.items()]))
"""


def audit(world: World, client: Client, home: Path, clock: Clock) -> None:
    """Notes every way in which what is saved differs from what happened."""
    book = {each["id"]: each for each in client.send("list", "GET", "/api/orders").json()["orders"]}
    sent = {name: each for name, each in book.items() if each["placed_at"]}
    _orders(world, sent)
    _units(world, sent)
    rows = client.send("stock", "POST", "/api/recommend", json={"lead_time": 2, "review_period": 7}).json()["orders"]
    _same(world, "on hand", {keys_of(row): row["on_hand"] for row in rows}, world.on_hand)
    _same(world, "on order", {keys_of(row): row["on_order"] for row in rows}, world.on_the_way)
    saved = {(product, store): units for product, store, units in json.loads(run_python(READ, home, clock))}
    _same(world, "sold", saved, {key: units + world.past[key] for key, units in world.sold.items()})
    world.counts["orders in the book"] = len(book)


def verify(world: World, home: Path, clock: Clock) -> None:
    """Lets Shelfcast examine all that it saved."""
    done = _run([sys.executable, "-m", "forecasting", "verify"], home, clock)
    world.check(done.returncode == 0, f"verify: {done.stdout}{done.stderr}")


def run_python(code: str, home: Path, clock: Clock, text: str = "") -> str:
    """What code prints that is run in the shop, by its clock."""
    done = _run([sys.executable, "-c", code], home, clock, text)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


def _orders(world: World, sent: Mapping[str, Any]) -> None:
    """Each order was placed once, as it was sent."""
    world.check(sent.keys() == world.placed.keys(), f"placed in the book {sorted(sent)}, really {sorted(world.placed)}")
    for name, (supplier, day, units) in world.placed.items():
        if name not in sent:
            continue
        lines = {keys_of(line): line["quantity"] for line in sent[name]["lines"]}
        fits = (sent[name]["supplier"], sent[name]["placed_at"][:10], lines) == (supplier, day.isoformat(), units)
        world.check(fits, f"order {name} is not as it was placed")
    twice = [each for each, times in Counter((supplier, day) for supplier, day, _ in world.placed.values()).items() if times > 1]
    world.check(not twice, f"two orders on one day: {twice}")


def _units(world: World, sent: Mapping[str, Any]) -> None:
    """Units that came and are to come."""
    came, coming = Counter[Series](), Counter[Series]()
    for line in (line for each in sent.values() for line in each["lines"]):
        came[keys_of(line)] += line["received"]
        coming[keys_of(line)] += max(line["quantity"] - line["received"] - line["cancelled"], 0)
    _same(world, "received", came, world.received)
    _same(world, "on the way", coming, world.on_the_way)


def _same(world: World, what: str, told: Mapping[Series, float], really: Mapping[Series, float]) -> None:
    pairs = {key: (told.get(key, 0), really.get(key, 0)) for key in told.keys() | really.keys()}
    wrong = {key: pair for key, pair in pairs.items() if not abs(pair[0] - pair[1]) <= 1e-6}
    world.check(not wrong, f"{what}: {len(wrong)} series differ (told, really), e.g. {dict(list(wrong.items())[:3])}")


def _run(command: list[str], home: Path, clock: Clock, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, input=text, env=clock.environment(home), capture_output=True, text=True, check=False)
