"""What a proposal adds and says: minimums, free delivery, price breaks, loads, and who stands in for a closed supplier."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import panels
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.inventory.book.events import Book, Event, book_of
from forecasting.inventory.book.order import Line, Order
from forecasting.inventory.policy import Policy
from forecasting.inventory.proposals import exclusive, minimum, proposal, remarks, turns
from forecasting.inventory.proposals.left_out import by_reason
from forecasting.inventory.proposals.turns import Turn
from forecasting.inventory.suppliers.ordering_days import Round
from forecasting.inventory.suppliers.price_breaks import PriceBreaks
from forecasting.inventory.suppliers.source import Source
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.inventory.suppliers.supplier import Capacity, Closure, Currency, Freight, Minimum, Supplier
from forecasting.inventory.suppliers.top_up import Candidates

MONDAY = datetime(2026, 11, 23, 9)
TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)
ROUND = Round(MONDAY.date(), TUESDAY, WEDNESDAY, date(2026, 11, 26))


def lines(seed: int, n: int = 4) -> Candidates:
    """Products of a supplier: what each sells, what is there, what it costs, all drawn."""
    rng = np.random.default_rng(seed)
    rates, packs = rng.gamma(2.0, 4.0, n), rng.choice([1.0, 5.0, 12.0], n)
    return Candidates(
        quantity=packs * rng.integers(0, 5, n),
        pack_size=packs,
        position=rng.integers(0, 30, n) * 1.0,
        values=np.sort(rng.gamma(2.0, rates[:, None] * 2, (n, 30)), axis=1),
        sold_by=rates[:, None] * np.arange(1, 29),
        arrives=np.ones(n, dtype=int),
        life=rng.choice([3.0, 14.0, np.inf], n),
        margin=rng.gamma(2.0, 0.5, n),
        holding=np.full(n, 0.005),
        measures=np.vstack([np.ones(n), np.ones(n), rng.random(n), rng.random(n)]),
    )


def a_turn(supplier: Supplier | None, sources: list[Source | None], **more: object) -> Turn:
    return Turn(supplier, ROUND, np.arange(len(sources)), tuple(sources), **more)  # type: ignore[arg-type]


@st.composite
def breaks(draw: st.DrawFn) -> PriceBreaks:
    steps = draw(st.lists(st.integers(5, 60), max_size=3))
    prices = sorted(draw(st.lists(st.integers(20, 500), min_size=len(steps) + 1, max_size=len(steps) + 1, unique=True)), reverse=True)
    return PriceBreaks((0.0, *np.cumsum(steps).astype(float).tolist()), tuple(price / 100 for price in prices))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), prices=st.lists(breaks(), min_size=4, max_size=4), value=st.integers(0, 400), units=st.integers(0, 150))
def test_a_minimum_is_met_at_the_prices_paid_or_the_order_says_that_it_is_not(seed: int, prices: list[PriceBreaks], value: int, units: int) -> None:
    some = lines(seed)
    supplier = Supplier(name="Hansen", minimum=Minimum(value=value, units=units), freight=Freight(cost=5.0, free_from=value + 40.0))

    def costs(quantity: np.ndarray) -> np.ndarray:
        return np.array([each.price_of(amount) for each, amount in zip(prices, quantity, strict=True)])

    order = minimum.filled(minimum.priced(some, some.quantity, costs), supplier, costs)
    assert (order.added >= 0).all()
    assert np.allclose(order.quantity, some.quantity + order.added)
    assert np.allclose(order.added % some.pack_size, 0)
    assert (np.isfinite(order.sold_in) == (order.added > 0)).all()
    assert (order.sold_in[order.added > 0] <= np.minimum(some.life, 28)[order.added > 0]).all()
    worth, total = float(costs(order.quantity) @ order.quantity), float(order.quantity.sum())
    if some.quantity.any() and (worth < value - 1e-6 or total < units - 1e-6):
        assert "below the minimum" in order.note
        assert "nothing was added" in order.note
        assert not order.added.any()
    if not some.quantity.any():
        assert not order.quantity.any()


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), prices=breaks(), keeps=st.booleans())
def test_a_price_break_is_never_paid_dearer_than_buying_less(seed: int, prices: PriceBreaks, keeps: bool) -> None:
    some = lines(seed, 1)
    if not keeps:
        some = minimum.replace(some, sold_by=np.zeros_like(some.sold_by))
    source = Source(supplier="Hansen", product_id="Bread", price_breaks=prices)
    (chosen,) = proposal._cheapest(some, a_turn(Supplier(name="Hansen"), [source]))
    wanted, price = float(some.quantity[0]), prices.price_of(float(some.quantity[0]))
    assert chosen >= wanted
    assert chosen % some.pack_size[0] == 0
    cost = chosen * prices.price_of(chosen)
    assert cost <= (wanted * price if not keeps else chosen * price) + 1e-6


def test_loads_late_deliveries_and_an_old_rate_are_said() -> None:
    supplier = Supplier(
        name="Hansen", capacity=Capacity(name="pallet", units=100, weight=80), currency=Currency(code="CHF", rate=1.1, of_day=date(2026, 9, 1))
    )
    measures = np.array([[1.0, 1.0], [1.0, 1.0], [0.5, 1.0], [np.nan, np.nan]])
    turn = a_turn(supplier, [None, None], delays=(0, 2, 1), instead_of=("Mills",))
    assert remarks.remarks(turn, measures, np.array([40.0, 100.0]), MONDAY.date()) == [
        "It takes 2 pallets; 40 of weight more would fill the last.",
        "2 of its last 3 deliveries came late, which the quantities reckon with.",
        "Mills is closed: the second source of some products delivers.",
        "The rate of CHF is of 2026-09-01, 83 days ago.",
    ]
    bulky = a_turn(Supplier(name="Hansen", capacity=Capacity(name="container", volume=2)), [None, None])
    assert remarks.remarks(bulky, measures, np.array([40.0, 100.0]), MONDAY.date()) == ["The volume of some products is not known."]
    assert remarks.remarks(a_turn(None, [None]), measures, np.array([1.0, 1.0]), MONDAY.date()) == []


def proposed(identity: str, supplier: str, products: dict[str, float], reason: str = "") -> Order:
    listed = tuple(
        Line(unique_id=name, key={"product_id": name}, recommended=units, quantity=units, reason=reason) for name, units in products.items()
    )
    return Order(id=identity, supplier=supplier, version=1, order_date=TUESDAY, due=WEDNESDAY, state="proposed", lines=listed)


def book(*events: tuple[str, Order]) -> Book:
    return book_of(Event(kind=kind, order=each.id, when=MONDAY, by="Anna", proposal=each) for kind, each in events)  # type: ignore[arg-type]


def test_a_product_that_moves_to_another_supplier_is_in_one_open_order() -> None:
    old, new = proposed("0001", "Hansen", {"bread": 10, "milk": 5}), proposed("", "Mills", {"bread": 12})
    (left,) = exclusive.given_up([new], book(("proposed", old)), whole=False)
    assert [line.unique_id for line in left.lines] == ["milk"]
    assert exclusive.without_settled([new], book(("proposed", old))) == [new]
    (gone,) = exclusive.given_up([new], book(("proposed", old)), whole=True)
    assert (gone.id, gone.lines) == ("0001", ())
    approved = book(("proposed", old), ("approved", old))
    assert exclusive.given_up([new], approved, whole=True) == []
    assert exclusive.without_settled([new], approved)[0].lines == ()


def suppliers_of(panel_names: str, sourcing: Sourcing) -> dict[str, list[str]]:
    panel = panels.panel({name: np.ones(30) for name in panel_names})
    listed, _ = turns.turns(sourcing, Book(), panel, Policy(), MONDAY)
    return {each.name: [panel.unique_ids[row] for row in each.rows] for each in listed}


def test_the_second_source_delivers_while_the_first_is_closed() -> None:
    closed = Closure(first=date(2026, 11, 20), last=date(2026, 12, 20))
    sources = (Source(supplier="Hansen", product_id="a"), Source(supplier="Mills", product_id="a", rank=2), Source(supplier="Hansen", product_id="b"))
    opened = Sourcing((Supplier(name="Hansen", lead_time=5), Supplier(name="Mills", lead_time=2)), sources)
    assert suppliers_of("ab", opened) == {"Hansen": ["a", "b"]}
    shut = opened.with_supplier(Supplier(name="Hansen", lead_time=5, closures=(closed,)))
    assert suppliers_of("ab", shut) == {"Mills": ["a"], "Hansen": ["b"]}
    gone = opened.with_supplier(Supplier(name="Hansen", closures=(Closure(first=date(2026, 1, 1), last=date(2040, 1, 1)),)))
    assert suppliers_of("a", gone) == {"Mills": ["a"]}
    listed, (left_out,) = turns.turns(gone, Book(), panels.panel({name: np.ones(30) for name in "abc"}), Policy(), MONDAY)
    assert [each.name for each in listed] == ["Mills", ""]
    assert (left_out.supplier, left_out.series, left_out.of) == ("Hansen", 1, 1)
    assert left_out.text.startswith("Hansen: nothing is proposed for 1 shelf. Hansen takes no orders from 2026-11-23 on: it is closed")


def test_what_is_left_out_is_counted_by_reason() -> None:
    some = by_reason("Hansen", ["", "Too new.", "Count them.", "Count them.", ""])
    assert [each.text for each in some] == [
        "Hansen: nothing is proposed for 2 of 5 shelves. Count them.",
        "Hansen: nothing is proposed for 1 of 5 shelves. Too new.",
    ]
    assert by_reason("", ["Too new."])[0].text == "Without a supplier: nothing is proposed for 1 shelf. Too new."
    assert by_reason("Hansen", ()) == by_reason("Hansen", [""]) == ()
