"""What functions keep of their answers, beside what they are about."""

from __future__ import annotations

import gc
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Condition
from types import ModuleType

import numpy as np
import pandas as pd
from cachetools import LRUCache, cached

from forecasting.core import caches, notation


class Book:
    """Something that answers are about."""

    def __init__(self):
        self.pages = np.arange(3)


def counted():
    """A function that tells how often it was asked."""
    asked = []

    def work(*arguments):
        asked.append(arguments)
        return [len(asked)]

    return work, asked


def test_an_answer_is_worked_out_once_for_equal_values_and_the_same_objects_in_one_notation():
    book, (work, asked) = Book(), counted()
    first = caches.once(book, work, book.pages, 28, ("blend", "band_80"))
    assert caches.once(book, work, book.pages, 28, ("blend", "band_80")) is first
    others = [(book.pages.copy(), 28, ("blend", "band_80")), (book.pages, 29, ("blend", "band_80")), (book.pages, 28, ("blend",)), (book.pages, True)]
    answers = [caches.once(book, work, *other) for other in others] + [
        caches.once(book, work, book.pages, 1),
        caches.once(Book(), work, book.pages, 28),
    ]
    with notation.using(notation.Notation(language="de")):
        answers.append(caches.once(book, work, book.pages, 28, ("blend", "band_80")))
    assert [answer[0] for answer in [first, *answers]] == list(range(1, 9)) == list(range(1, len(asked) + 1))


def test_an_answer_ends_with_what_it_is_about_and_few_are_kept_beside_it():
    book, (work, asked) = Book(), counted()
    for number in range(5 * caches.EACH):
        caches.once(book, work, book, number)
    caches.once(book, work, book, 0)
    assert len(asked) == 5 * caches.EACH + 1
    kept, number = caches._KEPT[book], len(caches._KEPT)
    assert len(kept.answers) == caches.EACH
    gone = weakref.ref(book)
    asked.clear()
    del book, kept
    gc.collect()
    assert gone() is None
    assert len(caches._KEPT) < number


def test_many_who_ask_at_once_get_one_answer():
    book, barrier, (work, asked) = Book(), Barrier(8), counted()

    def ask(_):
        barrier.wait()
        return caches.once(book, work, 1)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert len({id(answer) for answer in answers}) == len(asked) == 1


def test_an_answer_about_a_table_ends_with_it_though_a_table_cannot_be_a_key():
    table, (work, asked) = pd.DataFrame({"y": [1, 2]}), counted()
    first = caches.once(table, work, table, ("y",))
    assert caches.once(table, work, table, ("y",)) is first
    assert caches.once(table.copy(), work, table, ("y",)) is not first
    assert len(asked) == 2
    gone, asked[:] = weakref.ref(table), []
    before = len(caches._OF_UNHASHABLE)
    del table
    gc.collect()
    assert gone() is None
    assert len(caches._OF_UNHASHABLE) == before - 1


def test_of_a_package_the_functions_that_are_marked_forget_and_no_others(monkeypatch):
    def kept(number):
        return number

    functions = {name: cached(LRUCache(4), condition=Condition())(kept) for name in ("shop.live", "shop.deep.live", "shop.other", "shopping.live")}
    for name, function in functions.items():
        module = ModuleType(name.rpartition(".")[0])
        module.ask = caches.of_live(function) if name.endswith("live") else function
        monkeypatch.setitem(sys.modules, name, module)
        assert module.ask(3) == 3
    caches.forget_live("shop")
    assert {name: len(function.cache) for name, function in functions.items()} == {
        "shop.live": 0,
        "shop.deep.live": 0,
        "shop.other": 1,
        "shopping.live": 1,
    }
