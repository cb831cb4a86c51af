"""What a visitor may choose on an open page: widgets whose choices stand in the URL, so that no choice writes anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from streamlit.proto.Block_pb2 import Block
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.WidgetStates_pb2 import WidgetState

Path = tuple[int, ...]


@dataclass(frozen=True)
class Choice:
    """A widget and what may be chosen in it.

    Args:
        name: What the URL calls it.
        fragment: The fragment that runs in place of the page; empty for the page.
        states: One for each choice.
    """

    name: str
    fragment: str
    states: tuple[WidgetState, ...]


def choices(shown: dict[Path, Delta]) -> list[Choice]:
    """The widgets of a page, in its order, whose choices stand in the URL.

    Args:
        shown: The page's elements and blocks by where they lie.
    """
    return [choice for path in sorted(shown) for choice in _of(path, shown)]


def _of(path: Path, shown: dict[Path, Delta]) -> Iterator[Choice]:
    delta = shown[path]
    if delta.WhichOneof("type") == "new_element":
        name, states = _of_element(delta.new_element)
    else:
        name, states = _of_tabs(delta.add_block, path, shown)
    if name and len(states) > 1:
        yield Choice(name, delta.fragment_id, tuple(states))


def _of_element(element: Element) -> tuple[str, list[WidgetState]]:
    kind = element.WhichOneof("type")
    widget = getattr(element, kind or "empty")
    if kind not in ("selectbox", "button_group", "checkbox", "slider") or widget.disabled:
        return "", []
    if kind == "selectbox":
        none = [] if widget.HasField("default") else [WidgetState(id=widget.id)]
        return widget.query_param_key, [*none, *(WidgetState(id=widget.id, string_value=option) for option in widget.options)]
    if kind == "button_group":
        return widget.query_param_key, _texts(widget.id, [option.content for option in widget.options])
    if kind == "checkbox":
        return widget.query_param_key, [WidgetState(id=widget.id, bool_value=value) for value in (False, True)]
    return widget.query_param_key, list(_numbers(widget.id, widget.min, widget.max, widget.step))


def _texts(widget: str, options: Iterable[str]) -> list[WidgetState]:
    states = [WidgetState(id=widget) for _ in options]
    for state, option in zip(states, options, strict=True):
        state.string_array_value.data.append(option)
    return states


def _numbers(widget: str, least: float, most: float, step: float) -> Iterator[WidgetState]:
    for turn in range(int((most - least) // (step or 1)) + 1):
        state = WidgetState(id=widget)
        state.double_array_value.data.append(least + turn * (step or 1))
        yield state


def _of_tabs(block: Block, path: Path, shown: dict[Path, Delta]) -> tuple[str, list[WidgetState]]:
    container = block.tab_container
    if block.WhichOneof("type") != "tab_container":
        return "", []
    tabs = [shown[place].add_block.tab.label for place in sorted(shown) if place[:-1] == path and shown[place].add_block.HasField("tab")]
    return container.query_param_key, [WidgetState(id=container.id, string_value=label) for label in tabs]
