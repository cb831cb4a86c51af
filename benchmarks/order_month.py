"""A month of a shop over HTTP, with a server that is killed again and again: is anything doubled or lost?

    python benchmarks/order_month.py [--seeds 1 2 3] [--nights 30] [--kills 20] [--home FOLDER]

Two stores, twelve products, five suppliers with order days, delivery days, minimums and a closure. Each night the sales are uploaded, now and then
twice; every two weeks the forecast is trained, with Prophet alone, since the book does not ask which model forecast. Ten times a day orders are
proposed; on an order day some are changed, and all are approved and placed, each sent twice now and then, at once or one after the other. Deliveries
come late and short and are reported twice; what never comes is cancelled. The server is killed with signal 9 at seeded moments, most of them while
it places or receives, and the client sends again what was not answered, with the same key.

Prints for each seed what happened, and every way in which order book, stock and sales differ from what was really ordered, delivered and sold. It
needs libfaketime (Debian: apt install faketime), so that a month passes in minutes. Exit code 1 if anything differs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent / "tests" / "support")]

import httpx2
import numpy as np
import pandas as pd

from benchmarks.support.book_audit import audit, run_python, verify
from benchmarks.support.clocked_server import LIBRARIES, Client, Clock, ClockedServer
from benchmarks.support.shop_world import Series, World, keys_of, sales_file, suppliers

HISTORY_DAYS: Final = 120
PROPOSALS_A_DAY: Final = 10
RETRAIN_NIGHTS: Final = 14
ENGINE: Final = {"without": ["lstm", "trees"], "horizon": "28"}
"""Prophet alone trains in half a minute; the book does not ask which model forecast."""
COUNT: Final = """
import sys
import pandas as pd
from forecasting.services import cache, ordering
from forecasting.storage.workspace import Workspace
ws = Workspace.default()
_, ensemble = cache.live(ws)
ordering.save_stock(ws, ordering.check_typed_stock(pd.read_csv(sys.stdin), ensemble), ensemble, "count")
"""


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
        self.nights, self.shop = nights, home / "shop"
        home.mkdir(parents=True)
        self.clock = Clock(home / "clock")
        today = datetime.now(UTC).date()
        self.first = today + timedelta(days=1 + (6 - today.weekday()) % 7)
        self.server = ClockedServer(self.shop, self.clock, home / "log")
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
                    audit(self.world, self.client, self.shop, self.clock)
                counts, faults = dict(self.world.counts), len(self.world.faults)
                print(f"  night {night + 1}: {counts}, {self.server.kills} kills, {faults} faults", file=sys.stderr, flush=True)
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
        self._retrain()
        answer = self.client.send("suppliers", "PUT", "/api/suppliers", json=suppliers(self.first + timedelta(days=16)))
        world.check(answer.status_code == 200, f"suppliers: {answer.text}")
        self.clock.set(opening, 23)
        world.count()
        count = pd.DataFrame([{"product_id": key[0], "store": key[1], "on_hand": units} for key, units in world.counted.items()])
        run_python(COUNT, self.shop, self.clock, count.to_csv(index=False))

    def _day(self, night: int, day: date) -> None:
        """Deliveries in the morning, orders, and the sales at night."""
        while self.doom and self.doom[0][0] <= night:
            self.client.doomed.append(self.doom.pop(0)[1])
        self.clock.set(day, 7)
        self._take_in(day)
        if night % RETRAIN_NIGHTS == RETRAIN_NIGHTS // 2:
            self._retrain()
        for order in self._propose(day):
            if order["order_date"] == day.isoformat() and order["supplier"]:
                self._place(order, day)
        self._propose(day, times=2)
        self.clock.set(day, 22)
        sold = self.world.sell(day)
        for _ in range(2 if self.world.random.random() < 0.2 else 1):
            self._upload(f"{day}.csv", {day: sold})

    def _propose(self, day: date, times: int = PROPOSALS_A_DAY) -> list[dict[str, Any]]:
        """Orders that are open after so many proposals, some of them at once; the same ones each time."""
        answers = []
        for answer in self.pool.map(lambda _: self.client.send("propose", "POST", "/api/orders", params={"by": "night"}), range(times)):
            self.world.check(answer.status_code == 200, f"{day} propose: {answer.text}")
            answers.append([each for each in answer.json().get("orders", []) if each["state"] in ("proposed", "approved")])
        self.world.check(all(each == answers[-1] for each in answers), f"{day}: proposals of one day differ: {answers}"[:2_000])
        names = Counter(each["supplier"] for each in answers[-1])
        self.world.check(max(names.values(), default=1) == 1, f"{day}: two open orders of one supplier: {names}")
        self.world.counts["proposals"] += times
        return answers[-1]

    def _place(self, order: dict[str, Any], day: date) -> None:
        """Approves and places an order, some with another quantity, often twice."""
        where, world = f"/api/orders/{order['id']}", self.world
        wanted = self._wanted(order, where)
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
        world.check(units == wanted, f"{order['id']} was placed as {units}, wanted {wanted}")
        world.check(order["id"] not in world.placed, f"{order['id']} was placed on two days")
        world.place(order["id"], order["supplier"], day, units, date.fromisoformat(placed["due"]))

    def _wanted(self, order: dict[str, Any], where: str) -> dict[Series, float]:
        """What is to be ordered: as proposed, or with one quantity that a clerk changed, which another proposal leaves as it is."""
        units = {keys_of(line): line["quantity"] for line in order["lines"]}
        if self.world.random.random() < 0.3:
            series = list(units)[int(self.world.random.integers(len(units)))]
            units[series] += 6.0
            line = {"product_id": series[0], "store": series[1], "quantity": units[series]}
            self._acted("change", f"{where}/change", json={"lines": [line], "reason": "Fair"})
            self.client.send("propose", "POST", "/api/orders", params={"by": "night"})
            self.world.counts["changed"] += 1
        return units

    def _take_in(self, day: date) -> None:
        """What comes on a day is booked, often twice."""
        world = self.world
        for number, each in enumerate([each for each in world.deliveries if each.day == day]):
            if not each.units:
                continue
            step = "cancel" if each.is_cancelled else "receive"
            key = {"Idempotency-Key": f"{step} {each.order} {day} {number}"}
            for _ in range(2 if world.random.random() < 0.3 else 1):
                self._acted(step, f"/api/orders/{each.order}/{step}", json=each.body(), headers=key)
                world.counts[f"{step} sent"] += 1
            world.counts[step] += 1
            world.take_in(each)

    def _upload(self, name: str, days: dict[date, dict[Series, int]]) -> None:
        answer = self.client.send("upload", "POST", "/api/upload", files={"file": (name, sales_file(days), "text/csv")})
        self.world.check(answer.status_code == 200, f"{name}: {answer.text[:300]}")
        self.world.counts["uploads"] += 1

    def _acted(self, kind: str, path: str, **options: Any) -> dict[str, Any]:
        answer = self.client.send(kind, "POST", path, **options)
        self.world.check(answer.status_code == 200, f"{path}: {answer.text}")
        facts: dict[str, Any] = answer.json()
        return facts

    def _retrain(self) -> None:
        """Trains, and comes back once it has ended well."""
        self.server.ensure()
        with httpx2.stream("POST", f"{self.server.address}/api/retrain", data=ENGINE, timeout=None) as stream:
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
        audit(self.world, self.client, self.shop, self.clock)
        verify(self.world, self.shop, self.clock)
        self.world.counts["kills"], self.world.counts["sent again"] = self.server.kills, self.client.repeated


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
