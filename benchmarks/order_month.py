"""A month of a shop over HTTP, with a server that is killed again and again: is anything doubled or lost?

    python benchmarks/order_month.py [--seeds 1 2 3] [--nights 30] [--kills 20] [--home FOLDER]

Two stores, twelve products, five suppliers with order days, delivery days, minimums and a closure. Each night the sales are uploaded, now and then
twice; every two weeks the forecast is trained; ten times a day orders are proposed; on an order day they are approved and placed, each sent twice now
and then, at once or one after the other. Deliveries come late and short and are reported twice; what never comes is cancelled. The server is killed
with signal 9 at seeded moments, most of them while it places or receives, and the client sends again what was not answered, with the same key.

Prints for each seed what happened, and every way in which order book, stock and sales differ from what was really ordered, delivered and sold. It
needs libfaketime (Debian: apt install faketime), so that a month passes in minutes. Exit code 1 if anything differs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent / "tests" / "support")]

import httpx2
import numpy as np
import pandas as pd

from benchmarks.support.clocked_server import LIBRARIES, Client, Clock, ClockedServer

STORES: Final = ("Basel", "Zurich")
PRODUCTS: Final = ("Bread", "Bun", "Cake", "Coffee", "Flour", "Honey", "Jam", "Milk", "Oil", "Salt", "Soap", "Tea")
HISTORY_DAYS: Final = 120
PROPOSALS_A_DAY: Final = 10
RETRAIN_NIGHTS: Final = 14
WEEK: Final = np.array([0.9, 0.8, 0.9, 1.0, 1.2, 1.5, 0.7])
SUPPLIERS: Final = (
    {"name": "Hansen", "order_days": ["Mon", "Wed", "Fri"], "delivery_days": ["Tue", "Thu", "Sat"], "lead_time": 1},
    {"name": "Mills", "order_days": ["Mon"], "lead_time": 3, "minimum": {"value": 150.0}},
    {"name": "Nordic", "order_days": ["Mon", "Thu"], "lead_time": 2, "minimum": {"units": 60.0}, "currency": {"code": "NOK", "rate": 0.09}},
    {"name": "Olivia", "order_days": ["Mon"], "delivery_days": ["Fri"], "lead_time": 4, "freight": {"cost": 20.0, "free_from": 200.0}},
    {"name": "Pure", "order_days": ["Mon", "Tue", "Wed", "Thu", "Fri"], "lead_time": 2},
)
COUNT: Final = """
import sys
import pandas as pd
from forecasting.services import cache, ordering
from forecasting.storage.workspace import Workspace
ws = Workspace.default()
_, ensemble = cache.live(ws)
ordering.save_stock(ws, ordering.check_typed_stock(pd.read_csv(sys.stdin), ensemble), ensemble, "count")
"""
READ: Final = """
import json
from forecasting.storage.sales.table import Dataset
from forecasting.storage.workspace import Workspace
frame = Dataset(Workspace.default()).read()
sums = frame.groupby(["product_id", "store"], observed=True)["sales"].sum()
print(json.dumps([[*key, float(units)] for key, units in sums.items()]))
"""
Series = tuple[str, str]


@dataclass
class Delivery:
    """Units of an order that come on a day, or are cancelled on it."""

    order: str
    day: date
    units: dict[Series, float]
    is_cancelled: bool = False


@dataclass
class World:
    """What really happens, and is known to nobody but this script.

    Args:
        random: Draws.
        on_hand, counted: Units on each shelf, now and at the count.
        past: Units sold before the month, of each series.
        sold, received, on_the_way: Units of each series, of the whole month.
        placed: Order -> its supplier, day and units.
        deliveries: What is still to come.
        counts: How often things happened.
        faults: What differs from what should be.
    """

    random: np.random.Generator
    on_hand: dict[Series, float] = field(default_factory=dict)
    counted: dict[Series, float] = field(default_factory=dict)
    past: Counter[Series] = field(default_factory=Counter)
    sold: Counter[Series] = field(default_factory=Counter)
    received: Counter[Series] = field(default_factory=Counter)
    on_the_way: Counter[Series] = field(default_factory=Counter)
    placed: dict[str, tuple[str, date, dict[Series, float]]] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def demand(self, day: date) -> dict[Series, int]:
        """Units that customers want on a day."""
        levels = {(product, store): 4 + 3 * (place % 5) for place, product in enumerate(PRODUCTS) for store in STORES}
        return {key: int(self.random.poisson(level * WEEK[day.weekday()])) for key, level in levels.items()}

    def check(self, fits: bool, text: str) -> None:
        """Notes a fault unless something fits."""
        if not fits:
            self.faults.append(text)


def sales_file(days: dict[date, dict[Series, int]]) -> bytes:
    """Sales of these days as a CSV file."""
    rows = [{"date": day, "product_id": key[0], "store": key[1], "sales": units} for day, sold in days.items() for key, units in sold.items()]
    return pd.DataFrame(rows).to_csv(index=False).encode()


def keys_of(line: dict[str, Any]) -> Series:
    return line["product_id"], line["store"]


class Month:
    """One seed: a fresh shop, and what is done in it.

    Args:
        home: An empty folder.
        seed: Of everything that is drawn.
        nights: Days that pass.
        kills: How often the server is killed.
    """

    def __init__(self, home: Path, seed: int, nights: int, kills: int) -> None:
        self.world = World(np.random.default_rng(seed))
        self.nights, self.home = nights, home
        home.mkdir(parents=True)
        self.clock = Clock(home / "clock")
        today = datetime.now(UTC).date()
        self.first = today + timedelta(days=1 + (6 - today.weekday()) % 7)
        self.server = ClockedServer(home / "shop", self.clock, home / "log")
        self.client = Client(self.server, seed)
        self.pool = ThreadPoolExecutor(10)
        kinds = ["place"] * 5 + ["receive"] * 5 + ["propose"] * 4 + ["approve"] * 3 + ["upload"] * 2 + ["cancel"]
        drawn = [kinds[place % len(kinds)] for place in range(kills)]
        self.doom = sorted(zip(self.world.random.integers(0, max(nights - 3, 1), kills).tolist(), drawn, strict=True))

    def run(self) -> World:
        """The whole month."""
        try:
            self._open()
            for night in range(self.nights):
                self._day(night, self.first + timedelta(days=night))
                if night % 7 == 6:
                    self._audit()
                print(
                    f"  night {night + 1}: {dict(self.world.counts)}, {self.server.kills} kills, {len(self.world.faults)} faults",
                    file=sys.stderr,
                    flush=True,
                )
            self._close()
        finally:
            self.server.stop()
            self.pool.shutdown()
        return self.world

    def _open(self) -> None:
        """Past sales, a forecast, suppliers, a count."""
        world, opening = self.world, self.first - timedelta(days=1)
        self.clock.set(opening, 22)
        past = {opening - timedelta(days=ahead): world.demand(opening - timedelta(days=ahead)) for ahead in range(HISTORY_DAYS)}
        self._upload("past.csv", past)
        for sold in past.values():
            world.past.update(sold)
        self._retrain({"without": ["lstm", "trees"], "horizon": "28"})
        names = [each["name"] for each in SUPPLIERS]
        sources = [
            {"supplier": names[place % len(names)], "product_id": product, "unit_cost": 1.0 + place / 4, "multiple": 6.0 if place % 2 else 1.0}
            for place, product in enumerate(PRODUCTS)
        ]
        closed = self.first + timedelta(days=16)
        suppliers = [dict(each) for each in SUPPLIERS]
        suppliers[0]["closures"] = [{"first": closed.isoformat(), "last": (closed + timedelta(days=2)).isoformat()}]
        answer = self.client.send("suppliers", "PUT", "/api/suppliers", json={"suppliers": suppliers, "sources": sources})
        world.check(answer.status_code == 200, f"suppliers: {answer.text}")
        self.clock.set(opening, 23)
        world.counted = {(product, store): float(world.random.integers(20, 80)) for product in PRODUCTS for store in STORES}
        world.on_hand = dict(world.counted)
        count = pd.DataFrame([{"product_id": key[0], "store": key[1], "on_hand": units} for key, units in world.counted.items()])
        self._python(COUNT, count.to_csv(index=False))

    def _day(self, night: int, day: date) -> None:
        """Deliveries in the morning, orders, and the sales at night."""
        while self.doom and self.doom[0][0] <= night:
            self.client.doomed.append(self.doom.pop(0)[1])
        self.clock.set(day, 7)
        self._take_in(day)
        if night % RETRAIN_NIGHTS == RETRAIN_NIGHTS // 2:
            self._retrain({})
        open_orders = self._propose(day)
        for order in open_orders:
            if order["order_date"] == day.isoformat() and order["supplier"]:
                self._place(order, day)
        self._propose(day, times=2)
        self.clock.set(day, 22)
        self._sell(day)

    def _propose(self, day: date, times: int = PROPOSALS_A_DAY) -> list[dict[str, Any]]:
        """Orders that are open after so many proposals, some of them at once; the same ones each time."""
        answers = []
        for answer in self.pool.map(lambda _: self.client.send("propose", "POST", "/api/orders", params={"by": "night"}), range(times)):
            self.world.check(answer.status_code == 200, f"{day} propose: {answer.text}")
            answers.append([each for each in answer.json().get("orders", []) if each["state"] in ("proposed", "approved")])
        ids = [[each["id"] for each in listed] for listed in answers]
        self.world.check(all(each == ids[-1] for each in ids), f"{day}: proposals of one day differ: {ids}")
        names = Counter(each["supplier"] for each in answers[-1])
        self.world.check(max(names.values(), default=1) == 1, f"{day}: two open orders of one supplier: {names}")
        self.world.counts["proposals"] += times
        return answers[-1]

    def _place(self, order: dict[str, Any], day: date) -> None:
        """Approves and places an order, often twice."""
        where, world = f"/api/orders/{order['id']}", self.world
        key = {"Idempotency-Key": f"{order['id']}-{order['supplier']}"}
        self._acted("approve", f"{where}/approve", headers=key)
        if world.random.random() < 0.4:  # two clerks at once
            one, other = (self.pool.submit(self._acted, "place", f"{where}/place", headers=key) for _ in range(2))
            placed, again = one.result(), other.result()
            world.check(placed == again, f"{order['id']}: two answers to one placing")
        else:
            placed = self._acted("place", f"{where}/place", headers=key)
        if world.random.random() < 0.3:
            refused = self.client.send("again", "POST", f"{where}/place", headers={"Idempotency-Key": f"other-{order['id']}"})
            world.check(refused.status_code == 422, f"{order['id']} was placed with another key too: {refused.text}")
            world.counts["refused doubles"] += 1
        units = {keys_of(line): line["quantity"] for line in placed["lines"]}
        world.check(order["id"] not in world.placed, f"{order['id']} was placed on two days")
        world.placed[order["id"]] = (order["supplier"], day, units)
        world.on_the_way.update(units)
        world.deliveries += self._planned(order["id"], date.fromisoformat(placed["due"]), units)
        world.counts["placed"] += 1

    def _planned(self, order: str, due: date, units: dict[Series, float]) -> Iterator[Delivery]:
        """When the units of an order really come: now and then late, short, or never."""
        late = timedelta(days=int(self.world.random.choice([0, 0, 0, 1, 3])))
        self.world.counts["late"] += bool(late)
        if self.world.random.random() < 0.7:
            yield Delivery(order, due + late, units)
            return
        self.world.counts["short"] += 1
        first = {key: float(int(each * self.world.random.uniform(0.3, 0.9))) for key, each in units.items()}
        rest = {key: each - first[key] for key, each in units.items() if each > first[key]}
        yield Delivery(order, due + late, {key: each for key, each in first.items() if each})
        yield Delivery(order, due + late + timedelta(days=2), rest, is_cancelled=bool(self.world.random.random() < 0.4))

    def _take_in(self, day: date) -> None:
        """What comes on a day is booked, often twice."""
        world = self.world
        for number, each in enumerate([each for each in world.deliveries if each.day == day]):
            lines = [{"product_id": key[0], "store": key[1], "quantity": units} for key, units in each.units.items()]
            if not lines:
                continue
            step = "cancel" if each.is_cancelled else "receive"
            body: dict[str, Any] = {"lines": lines} | ({"reason": "never came"} if each.is_cancelled else {"day": day.isoformat()})
            key = {"Idempotency-Key": f"{step} {each.order} {day} {number}"}
            for _ in range(2 if world.random.random() < 0.3 else 1):
                self._acted(step, f"/api/orders/{each.order}/{step}", json=body, headers=key)
                world.counts[f"{step} sent"] += 1
            world.counts[step] += 1
            world.on_the_way.subtract(each.units)
            if not each.is_cancelled:
                world.received.update(each.units)
                for series, units in each.units.items():
                    world.on_hand[series] += units

    def _sell(self, day: date) -> None:
        """Sells what is there, and uploads it."""
        world = self.world
        sold = {key: min(units, int(world.on_hand[key])) for key, units in world.demand(day).items()}
        for key, units in sold.items():
            world.on_hand[key] -= units
        world.sold.update(sold)
        for _ in range(2 if world.random.random() < 0.2 else 1):
            self._upload(f"{day}.csv", {day: sold})

    def _upload(self, name: str, days: dict[date, dict[Series, int]]) -> None:
        answer = self.client.send("upload", "POST", "/api/upload", files={"file": (name, sales_file(days), "text/csv")})
        self.world.check(answer.status_code == 200, f"{name}: {answer.text[:300]}")
        self.world.counts["uploads"] += 1

    def _acted(self, kind: str, path: str, **options: Any) -> dict[str, Any]:
        answer = self.client.send(kind, "POST", path, **options)
        self.world.check(answer.status_code == 200, f"{path}: {answer.text}")
        facts: dict[str, Any] = answer.json()
        return facts

    def _retrain(self, form: dict[str, Any]) -> None:
        """Trains, and comes back once it has ended well."""
        self.server.ensure()
        with httpx2.stream("POST", f"{self.server.address}/api/retrain", data=form, timeout=None) as stream:
            where = stream.headers.get("Location", "")
        self.world.check(bool(where), "a retrain did not start")
        while True:
            job = self.client.send("job", "GET", f"/api/jobs/{where.rpartition('/')[2]}").json()
            if job["state"] != "running":
                break
            time.sleep(0.5)
        self.world.check(job["state"] == "done", f"retrain: {job['reason']}")
        self.world.counts["retrains"] += 1

    def _close(self) -> None:
        """The kills that are left, and a last look at everything that is saved."""
        for _ in self.client.doomed.copy():
            self.server.kill()
            self.server.ensure()
        self.client.doomed.clear()
        self._audit()
        self._verify()
        self.world.counts["kills"], self.world.counts["sent again"] = self.server.kills, self.client.repeated

    def _audit(self) -> None:
        """Holds order book, stock and sales against what really happened."""
        world = self.world
        book = {each["id"]: each for each in self.client.send("list", "GET", "/api/orders").json()["orders"]}
        sent = {name: each for name, each in book.items() if each["placed_at"]}
        world.check(sent.keys() == world.placed.keys(), f"placed in the book {sorted(sent)}, really {sorted(world.placed)}")
        for name, (supplier, day, units) in world.placed.items():
            lines = {keys_of(line): line["quantity"] for line in sent[name]["lines"]}
            fits = (sent[name]["supplier"], sent[name]["placed_at"][:10], lines) == (supplier, day.isoformat(), units)
            world.check(fits, f"order {name} is not as it was placed")
        twice = [each for each, times in Counter((supplier, day) for supplier, day, _ in world.placed.values()).items() if times > 1]
        world.check(not twice, f"two orders on one day: {twice}")
        came, coming = Counter[Series](), Counter[Series]()
        for line in (line for each in sent.values() for line in each["lines"]):
            came[keys_of(line)] += line["received"]
            coming[keys_of(line)] += max(line["quantity"] - line["received"] - line["cancelled"], 0)
        self._same("received", came, world.received)
        self._same("on the way", coming, world.on_the_way)
        rows = self.client.send("stock", "POST", "/api/recommend", json={"lead_time": 2, "review_period": 7}).json()["orders"]
        self._check_shelves({keys_of(row): row["on_hand"] for row in rows})
        self._same("on order", {keys_of(row): row["on_order"] for row in rows}, world.on_the_way)
        saved = {(product, store): units for product, store, units in json.loads(self._python(READ))}
        self._same("sold", saved, {key: units + world.past[key] for key, units in world.sold.items()})
        world.counts["orders in the book"] = len(book)

    def _check_shelves(self, told: dict[Series, float]) -> None:
        """Holds the stock against what was counted and came, less what was sold; a shop whose stock waits for a count says so."""
        without_sales = {key: units + self.world.received[key] for key, units in self.world.counted.items()}
        if told == without_sales:
            self.world.counts["shelves without the sales since the count"] = len(told)
        else:
            self._same("on hand", told, self.world.on_hand)

    def _verify(self) -> None:
        done = self._run([sys.executable, "-m", "forecasting", "verify"])
        self.world.check(done.returncode == 0, f"verify: {done.stdout}{done.stderr}")

    def _same(self, what: str, told: dict[Series, float], really: dict[Series, float]) -> None:
        pairs = {key: (told.get(key, 0), really.get(key, 0)) for key in told.keys() | really.keys()}
        wrong = {key: pair for key, pair in pairs.items() if abs(pair[0] - pair[1]) > 1e-6}
        self.world.check(not wrong, f"{what}: {len(wrong)} series differ (told, really), e.g. {dict(list(wrong.items())[:3])}")

    def _python(self, code: str, text: str = "") -> str:
        """What code prints that is run in the shop, by its clock."""
        done = self._run([sys.executable, "-c", code], text)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout

    def _run(self, command: list[str], text: str = "") -> subprocess.CompletedProcess[str]:
        surroundings = self.clock.environment(self.home / "shop")
        return subprocess.run(command, input=text, env=surroundings, capture_output=True, text=True, check=False)


def main() -> int:
    """Lives through a month for each seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--home", type=Path, help="where shops and logs stay (a temporary folder)")
    args = parser.parse_args()
    if not LIBRARIES:
        print("libfaketime is not installed: apt install faketime.")
        return 2
    home = args.home or Path(tempfile.mkdtemp())
    faults = 0
    for seed in args.seeds:
        began = time.monotonic()
        world = Month(home / f"seed-{seed}", seed, args.nights, args.kills).run()
        facts = ", ".join(f"{count} {name}" for name, count in sorted(world.counts.items()))
        print(f"seed {seed}: {args.nights} nights in {time.monotonic() - began:.0f} s; {facts}; {len(world.faults)} faults", flush=True)
        for fault in world.faults:
            print(f"  {fault}")
        faults += len(world.faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
