"""Whether orders keep their promise, and what that takes in stock beside the textbook's level.

Usage: python benchmarks/service.py [--shapes NAME ...] [--series 100] [--seed 0] [--review 1] [--keep FOLDER]
       python benchmarks/service.py --order-days [mon,thu] [--delivery-days tue,fri] [--lead-times 1 7] ...
       python benchmarks/service.py --real SALES ... [--horizon 28] [--review 1] [--keep FOLDER]

Without --real: six kinds of demand (`demand_shapes`), 730 days to learn from with the real training, then 84 days lived through day by day, trained
again after every 28. Looked at every day (--review 7: every week), unmet demand lost, whole units, lead time 7 days (of the weekly season also 4),
promise 95 %.

With --order-days: a supplier that takes orders and delivers on some weekdays only. Each order is placed on an order day, lasts until the delivery of
the next one, and is ordered up to what a proposal to that supplier would order up to on that day. A cycle goes from one delivery to the next.

--without NAME ... trains without these models, which takes a fraction of the time; --lived DAYS lives through fewer days.

With --real: sales files, from many past days each (`served.many`), the horizon after which no model saw: what promises of 90, 95 and 98 % came to,
and what the receipt, made of nothing but the past, said they would.

The textbook's level is the mean of the last 56 days x days + z x their standard deviation x square root of days, kept up to date at each review.
"tuned" has the z that gives it exactly our service, found in hindsight; "stock" is ours by its, with a standard error over series.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import accuracy
from benchmarks.support import demand_shapes, lives, order_days, served
from benchmarks.support.lives import Compared, Terms
from forecasting.core import panel
from forecasting.core.settings import Settings
from forecasting.inventory.levels import order_levels
from forecasting.inventory.policy import Policy
from forecasting.inventory.simulation import policy_check
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock
from forecasting.inventory.suppliers.supplier import Supplier
from forecasting.inventory.suppliers.texts import weekdays
from forecasting.training.ensemble import Ensemble

LEARNED, LIVED, EVERY = 730, 84, 28
"""Days to learn from, days lived through, days from one training to the next."""
PROMISE = 0.95
PROMISES = (0.9, 0.95, 0.98)
LEAD_TIME = 7
LEAD_TIMES = {"weekly season": (7, 4)}
LONGEST = LEAD_TIME + 1


def main() -> None:
    """Runs the benchmark."""
    args = options()
    if args.real:
        for file in args.real:
            print_table(f"{file.name}, lead time {LEAD_TIME}, review period {args.review}", real(file, args))
        return
    rows = [row for shape in args.shapes for row in simulated(shape, args)]
    days = f"orders {args.order_days}, deliveries {args.delivery_days}" if args.order_days else f"review period {args.review}"
    left_out = f", without {' and '.join(args.without)}" if args.without else ""
    title = f"{args.series} series a shape, {args.lived} days lived through, {days}, promise {PROMISE:.0%}{left_out}"
    print_table(title, pd.DataFrame(rows))


def options() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shapes", nargs="+", choices=list(demand_shapes.SHAPES), default=list(demand_shapes.SHAPES), metavar="NAME")
    parser.add_argument("--series", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--real", type=Path, nargs="+", default=[], metavar="SALES")
    parser.add_argument("--horizon", type=int, default=28)
    parser.add_argument("--review", type=int, default=1, help="days from one review to the next")
    parser.add_argument("--order-days", nargs="?", const="mon,thu", help="weekdays on which the supplier takes orders (mon,thu)")
    parser.add_argument("--delivery-days", default="tue,fri", help="weekdays on which it delivers, with --order-days (%(default)s)")
    parser.add_argument(
        "--lead-times", type=int, nargs="+", default=[1], metavar="DAYS", help="days from order to delivery at least, with --order-days"
    )
    parser.add_argument("--without", nargs="+", default=[], metavar="NAME", help="models that take no part")
    parser.add_argument("--lived", type=int, default=LIVED, help="days lived through (%(default)s)")
    parser.add_argument("--keep", type=Path, help="folder for what need not be trained again")
    return parser.parse_args()


def simulated(shape: str, args: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """One row a lead time of a kind of demand."""
    suppliers = [supplier(args, lead) for lead in args.lead_times] if args.order_days else []
    covered = max([LONGEST, *(order_days.longest(each) for each in suppliers)])
    whole = demand_shapes.panel(shape, n=args.series, days=LEARNED + LIVED + covered, seed=args.seed)
    settings = Settings(horizon=EVERY + covered, seed=args.seed, without=tuple(args.without))
    name = "-".join([shape.replace(" ", "-"), str(args.series), str(args.seed), *(["without", *args.without] if args.without else [])])
    folder = args.keep / name if args.keep else None
    days = range(LEARNED, LEARNED + args.lived, EVERY)
    made = [served.at(whole, known, settings, folder / f"{known}.npz" if folder else None) for known in days]
    for each in suppliers:
        found = lives.compared(order_days.life_of(whole, made, each, PROMISE))
        yield {"demand": shape, "lead": each.lead_time, **columns(found)}
    if suppliers:
        return
    for lead in LEAD_TIMES.get(shape, (LEAD_TIME,)):
        life = lives.life_of(whole, made, Terms(PROMISE, lead, args.review))
        yield {"demand": shape, "lead": lead, **columns(lives.compared(life))}


def supplier(args: argparse.Namespace, lead: int) -> Supplier:
    """A supplier with the order days and delivery days that were asked for."""
    return Supplier(name="benchmark", order_days=weekdays(args.order_days), delivery_days=weekdays(args.delivery_days), lead_time=lead)


def columns(found: Compared) -> dict[str, Any]:
    """What is printed of a comparison: shares in percent, stock in units a series."""
    ours, nominal, tuned = found.ours, found.nominal, found.tuned
    return {
        "achieved": 100 * ours.service,
        "its error": 100 * lives.ratio(ours.kept, ours.judged, np.arange(len(ours.kept)))[1],
        "fill": 100 * ours.fill_rate,
        "stock": ours.stock.mean(),
        "textbook achieved": 100 * nominal.service,
        "its fill": 100 * nominal.fill_rate,
        "its stock": nominal.stock.mean(),
        "tuned z": found.z,
        "tuned stock": tuned.stock.mean(),
        "ours / tuned": found.ratio,
        "+-": found.error,
    }


def real(file: Path, args: argparse.Namespace) -> pd.DataFrame:
    """One row a promise: what it came to after the past days, and what the receipts of these days said."""
    whole = panel.from_sales(accuracy.read(file))
    folder = args.keep / f"{file.name.split('.')[0]}-{args.horizon}" if args.keep else None
    made = list(served.many(whole, Settings(horizon=args.horizon), folder))
    rows = []
    for p in PROMISES:
        terms = Terms(p, LEAD_TIME, args.review)
        lived = lives.lives_after(whole, made, terms)
        found = columns(lives.compared(lives.together(lived)))
        apart = [100 * lives.outcome(life, life.ours).service for life in lived]
        rows.append({"promise": 100 * p, "predicted": predicted(made, terms), "worst": min(apart), "best": max(apart), "days": len(lived)} | found)
    return pd.DataFrame(rows).rename(columns={"days": "origins"})


def predicted(made: Sequence[Ensemble], terms: Terms) -> float:
    """The service that the receipts say a promise comes to, mean over the ensembles, percent."""
    policy = Policy(service_level=terms.p, lead_time=terms.lead, review_period=terms.review)
    found = []
    for one in made:
        rows = np.arange(len(one.panel))
        shelves = state.complete(GivenStock.nothing(len(rows)), policy, one.panel, one.horizon)
        levels = order_levels.levels(one, shelves, policy, rows, np.full(len(rows), "A"))
        found.append(float(policy_check.check_policy(one, shelves, rows, levels).total["service"]))
    return 100 * float(np.mean(found))


def print_table(title: str, table: pd.DataFrame) -> None:
    """A title and numbers; shares in percent, stock in units a series."""
    digits = {"tuned z": 2, "ours / tuned": 3, "+-": 3}
    print(f"\n{title}: shares in %, stock in units a series")
    print(table.round({name: digits.get(name, 1) for name in table.columns}).to_string(index=False))


if __name__ == "__main__":
    main()
