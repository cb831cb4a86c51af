"""The order book: what may happen to an order, and that nothing of it is doubled or lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.core.errors import InputError, NotFound
from forecasting.inventory.book import deliveries, records
from forecasting.inventory.book.events import Book, Event, Kind, book_of
from forecasting.inventory.book.order import ON_THE_WAY, Line, Order

NOW = datetime(2026, 11, 23, 8, 41, tzinfo=UTC)
NAMES = ("bread", "milk", "tea")


def order(identity: str = "0001", quantities: tuple[float, ...] = (10, 20, 0)) -> Order:
    lines = tuple(
        Line(unique_id=name, key={"product_id": name}, recommended=q, quantity=q, unit_cost=2.0) for name, q in zip(NAMES, quantities, strict=True)
    )
    return Order(id=identity, supplier="Hansen", version=7, order_date=date(2026, 11, 23), due=date(2026, 11, 25), state="proposed", lines=lines)


def event(kind: Kind, quantities: dict[str, float] | None = None, **more: object) -> Event:
    return Event(kind=kind, order="0001", when=NOW, by="Anna", quantities=quantities or {}, **more)  # type: ignore[arg-type]


def proposed(quantities: tuple[float, ...] = (10, 20, 0)) -> Event:
    return event("proposed", proposal=order(quantities=quantities))


def test_from_proposal_to_the_last_delivery() -> None:
    placed = [proposed(), event("approved"), event("placed", key="k")]
    book = book_of(placed)
    assert book.order("0001").state == "placed"
    assert book.order("0001").outstanding == 30
    part = [*placed, event("received", {"bread": 4}, day=date(2026, 11, 25))]
    assert book_of(part).order("0001").state == "partly_received"
    whole = [*part, event("received", {"bread": 6, "milk": 20}, day=date(2026, 11, 28))]
    done = book_of(whole).order("0001")
    assert (done.state, done.outstanding, done.lead_time()) == ("received", 0, 5)
    rest = [*part, event("cancelled")]
    assert book_of(rest).order("0001").state == "received"
    assert book_of(rest).on_the_way() == []


def test_a_new_date_moves_what_is_still_to_come_and_not_what_lateness_is_counted_from() -> None:
    part = [proposed(), event("placed", key="k"), event("received", {"bread": 4}, day=date(2026, 11, 25))]
    later = [*part, event("postponed", day=date(2026, 11, 27))]
    book = book_of(later)
    assert (book.order("0001").due, book.moves) == (date(2026, 11, 27), book_of(part).moves + 1)
    assert not book.order("0001").is_late(date(2026, 11, 27))
    assert book_of([*later, event("undone")]).order("0001") == book_of(part).order("0001")
    came = book_of([*later, event("received", {"bread": 6, "milk": 20}, day=date(2026, 11, 27))]).order("0001")
    assert deliveries.delays([came] * deliveries.MIN_ORDERS) == (2,) * deliveries.MIN_ORDERS
    with pytest.raises(InputError, match="on which day"):
        book.after(event("postponed"))
    with pytest.raises(InputError, match="is proposed: nothing is still to come"):
        book_of([proposed()]).after(event("postponed", day=date(2026, 11, 27)))


def test_the_same_wish_twice_places_once() -> None:
    book = book_of([proposed(), event("placed", key="7/hansen/2026-11-23"), event("placed", key="7/hansen/2026-11-23")])
    assert book.of_key("placed", "7/hansen/2026-11-23") == book.order("0001")
    with pytest.raises(InputError, match="is placed: it is not placed a second time"):
        book.after(event("placed", key="another"))


def test_a_key_counts_for_one_order_and_one_kind_of_wish() -> None:
    book = book_of([proposed(), event("approved", key="k"), event("placed", key="k")])
    assert book.order("0001").state == "placed"
    other = Event(kind="placed", order="0002", when=NOW, by="Anna", key="k")
    with pytest.raises(InputError, match="used for order 0001"):
        book.after(other)


def test_a_delivery_that_is_sent_twice_is_booked_once() -> None:
    book = book_of([proposed(), event("placed"), event("received", {"bread": 4}, key="note 81"), event("received", {"bread": 4}, key="note 81")])
    assert book.order("0001").lines[0].received == 4


def test_a_changed_quantity_outlives_a_new_proposal_and_touches_no_other_line() -> None:
    book = book_of([proposed(), event("changed", {"bread": 0}, reason="freezer full"), proposed((12, 18, 3))])
    bread, milk, tea = book.order("0001").lines
    assert (bread.quantity, bread.recommended, bread.reason) == (0, 12, "freezer full")
    assert (milk.quantity, tea.quantity) == (18, 3)


def test_what_was_sent_is_not_proposed_anew_and_not_changed() -> None:
    book = book_of([proposed(), event("placed")])
    for late in (proposed((1, 1, 1)), event("changed", {"bread": 3}), event("approved")):
        with pytest.raises(InputError, match="is placed"):
            book.after(late)


def test_what_there_is_not_is_named() -> None:
    with pytest.raises(NotFound, match="no order 0001"):
        Book().after(event("approved"))
    with pytest.raises(InputError, match="no line 'beer'"):
        book_of([proposed()]).after(event("changed", {"beer": 3}))
    with pytest.raises(InputError, match="at least 0"):
        book_of([proposed()]).after(event("changed", {"bread": -3}))
    with pytest.raises(InputError, match="nothing to place"):
        book_of([proposed((0, 0, 0))]).after(event("placed"))


def test_more_than_ordered_is_booked_as_such() -> None:
    book = book_of([proposed(), event("placed"), event("received", {"bread": 14, "milk": 20})])
    assert book.order("0001").state == "received"
    assert book.order("0001").lines[0].received == 14


EDITS = ("added", "changed", "declined", "restored")
WISHES = st.sampled_from([*EDITS, "approved", "placed", "received", "cancelled", "undone", "proposed"])
UNITS = st.dictionaries(st.sampled_from([*NAMES, "jam"]), st.integers(0, 25).map(float), max_size=3)
KEYS = st.sampled_from(["", "", "k", "l"])
ADVISED = st.tuples(*[st.integers(0, 30).map(float)] * 3)


def wish(kind: Kind, units: dict[str, float], key: str, advised: tuple[float, ...]) -> Event:
    own = tuple(Line(unique_id=name, key={"product_id": name}, recommended=0, quantity=q, reason="other") for name, q in units.items() if q)
    proposal = replace(order(quantities=advised), lines=own) if kind in ("added", "declined") else None
    return proposed(advised) if kind == "proposed" else event(kind, units, reason="other", key=key, proposal=proposal)


@given(wishes=st.lists(st.builds(wish, WISHES, UNITS, KEYS, ADVISED), max_size=14))
def test_through_whatever_happens_units_are_placed_received_or_cancelled_and_an_edit_changes_its_line_alone(wishes: list[Event]) -> None:
    book, happened = book_of([proposed()]), [proposed()]
    for each in wishes:
        before, steps, known = book.order("0001"), book.steps["0001"], book.of_key(each.kind, each.key)
        try:
            book = book.after(each)
        except InputError:
            continue
        happened.append(each)
        now = book.order("0001")
        assert now == before or known is None
        assert book_of(happened).order("0001") == now
        _accounts(now)
        step = steps[-1].event if each.kind == "undone" and known is None else each
        if step.kind in EDITS:
            assert _others(now, step) == _others(before, step)
        if each.kind == "declined" and known is None:
            assert {(line.quantity, line.reason) for line in now.lines if line.unique_id in each.quantities} <= {(0, "other")}
        if each.kind == "proposed":
            assert {(line.unique_id, line.quantity, line.reason) for line in before.lines if line.reason} <= {
                (line.unique_id, line.quantity, line.reason) for line in now.lines
            }
        if before.placed_at is not None:
            assert now.placed_at == before.placed_at
            assert [line.quantity for line in now.lines] == [line.quantity for line in before.lines]


def _others(now: Order, step: Event) -> dict[str, Line]:
    return {line.unique_id: line for line in now.lines if line.unique_id not in step.quantities}


def _accounts(now: Order) -> None:
    """What was ordered is still to come, came, or was cancelled; what moved adds up to it; the state says which."""
    for line in now.lines:
        assert line.outstanding + min(line.received, line.quantity) + line.cancelled == line.quantity
        assert (line.received, line.cancelled >= 0) == (_moved(now, "received", line), True)
        assert now.placed_at is None or line.cancelled <= _moved(now, "cancelled", line)
        assert line.received == 0 or line.cancelled == 0 or line.received + line.cancelled <= line.quantity
    assert now.outstanding == (sum(line.outstanding for line in now.lines) if now.state in ON_THE_WAY else 0)
    assert (now.state in ON_THE_WAY) == (now.placed_at is not None and any(line.outstanding for line in now.lines))
    assert (now.state == "received") == (now.placed_at is not None and not now.outstanding and any(line.received for line in now.lines))


def _moved(now: Order, kind: str, line: Line) -> float:
    return sum(each.quantities.get(line.unique_id, 0.0) for each in now.movements if each.kind == kind)


def test_the_last_step_is_taken_back_and_the_record_keeps_both() -> None:
    changed = [proposed(), event("changed", {"bread": 4}, reason="freezer full"), event("changed", {"bread": 7, "tea": 2}, reason="fair")]
    approved = [*changed, event("approved")]
    orders = [book_of([*approved, *[event("undone")] * times]).order("0001") for times in range(4)]
    assert [each.state for each in orders] == ["approved", "proposed", "proposed", "proposed"]
    quantities = [tuple(line.quantity for line in each.lines) for each in orders]
    assert quantities == [(7, 20, 2), (7, 20, 2), (4, 20, 0), (10, 20, 0)]
    with pytest.raises(InputError, match="Nothing was done with order 0001"):
        book_of([*approved, *[event("undone")] * 4])
    later = book_of([*changed, proposed((12, 18, 3)), event("undone"), event("undone")]).order("0001")
    assert [(line.quantity, line.reason) for line in later.lines] == [(12, ""), (18, ""), (3, "")]


def test_a_delivery_and_a_cancellation_are_taken_back() -> None:
    placed = [proposed(), event("approved"), event("placed")]
    part = [*placed, event("received", {"bread": 4}), event("cancelled")]
    assert book_of([*part, event("undone")]).order("0001") == book_of(part[:-1]).order("0001")
    assert book_of([*part, event("undone"), event("undone")]).order("0001") == book_of(placed).order("0001")
    with pytest.raises(InputError, match="sent by mistake can be cancelled"):
        book_of([*placed, event("undone")])
    twice = [*part, event("undone", key="k"), event("undone", key="k")]
    assert book_of(twice).order("0001") == book_of(part[:-1]).order("0001")
    assert book_of(twice).moves > book_of(part).moves


def test_a_cancelled_proposal_comes_back_unless_another_one_took_its_place() -> None:
    back = [proposed(), event("changed", {"bread": 4}, reason="fair"), event("cancelled")]
    assert book_of([*back, event("undone")]).order("0001") == book_of(back[:-1]).order("0001")
    other = Event(kind="proposed", order="0002", when=NOW, by="Anna", proposal=order("0002"))
    with pytest.raises(InputError, match="Order 0002 to Hansen was proposed since"):
        book_of([*back, other, event("undone")])


def test_another_quantity_has_its_own_price() -> None:
    line = Line(unique_id="bread", key={}, recommended=120, quantity=120, unit_cost=1.5, prices=((0.0, 2.0), (100.0, 1.5)))
    assert [line.of(units).value for units in (0, 99, 100, 200)] == [0, 198, 150, 300]
    assert [line.of(units).costs_more for units in (99, 120, 200)] == [18, 0, 120]  # fewer cost more where a price break is lost


def test_a_line_that_a_person_adds_outlives_new_proposals_until_it_is_taken_out() -> None:
    jam = Line(unique_id="jam", key={"product_id": "jam"}, recommended=0, quantity=6, reason="Party")
    alone = replace(order(), lines=(jam,))
    added = [proposed(), event("added", {"jam": 6}, proposal=alone, reason="Party")]
    read_again = [records.event_of(records.facts_of(each)) for each in (*added, proposed((1, 2, 3)))]
    book = book_of(read_again)
    assert book.order("0001").lines[-1] == jam
    gone = {
        "restored": [event("restored", {"jam": 0})],
        "set to nothing": [event("changed", {"jam": 0}, reason="No party")],
        "undone": [event("undone")],
    }
    for name, events in gone.items():
        after = book_of([*added, *events])
        assert [line.unique_id for line in after.order("0001").lines] == list(NAMES), name
    for events in (gone["restored"], gone["set to nothing"]):
        assert book_of([*added, *events, event("undone")]).order("0001").lines[-1] == jam
    with pytest.raises(InputError, match="is placed: nothing is added to it"):
        book_of([proposed(), event("placed"), added[1]])
    advised = replace(order(), lines=(*order().lines, replace(jam, recommended=4, quantity=4, reason="")))
    assert book_of([*added, event("proposed", proposal=advised), event("undone")]).order("0001").lines[-1].quantity == 4
