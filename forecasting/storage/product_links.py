"""Which product replaced which, and which are to be launched: every state is a file of its own and never changes."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from forecasting.core.errors import InputError, LinksDamaged
from forecasting.storage import disk_full, planned_launches, sealed_json
from forecasting.storage.numbered_states import NumberedStates
from forecasting.storage.planned_launches import PlannedLaunch
from forecasting.storage.workspace import Workspace

FORMAT, WITH_FACTORS = 1, 2
"""Of a state; the second where a link has a factor, which an earlier release would not apply."""
LEARNED: Final = "product_links"
"""Of a version's manifest: the links that it was trained with."""


@dataclass(frozen=True, slots=True)
class Link:
    """One product hands its history on to another.

    Args:
        old: The product that is replaced: a former name, a former pack.
        new: The one that replaces it.
        day: From which day on; what the old one sold before it is the new one's history.
        factor: Units of the new one that stand for one of the old, above 0: 2 where two packs of 250 g replace one of 500 g.
    """

    old: str
    new: str
    day: date
    factor: float = 1.0

    def __str__(self) -> str:
        counts = "" if self.factor == 1 else f", 1 counts as {self.factor:g}"
        return f"{self.old} is {self.new} from {self.day:%Y-%m-%d} on{counts}"

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Link:
        """A link from what `facts` says of it."""
        return cls(str(facts["old"]), str(facts["new"]), date.fromisoformat(facts["day"]), float(facts.get("factor", 1.0)))

    def facts(self) -> dict[str, Any]:
        """The link as states and manifests have it; a factor of 1 is not named, as before there were others."""
        factor = {} if self.factor == 1 else {"factor": self.factor}
        return {"old": self.old, "new": self.new, "day": self.day.isoformat(), **factor}


def learned(manifest: Mapping[str, Any]) -> tuple[Link, ...]:
    """The links that a version was trained with, from its manifest; none of versions from before there were links."""
    return tuple(Link.from_facts(each) for each in manifest.get(LEARNED, ()))


def listed(links: Iterable[Link]) -> list[dict[str, Any]]:
    """Links as states and manifests have them."""
    return [link.facts() for link in links]


@dataclass(frozen=True, slots=True)
class LinkState:
    """One state of all links and planned launches.

    Args:
        number: From 1, never used twice; 0 for none yet.
        links: All that hold, by day.
        launches: All that are planned, by day.
        said: What was done to come here, for a person.
        moment: When, in UTC; None for none yet.
        before: The number of the state that an undo goes back to; 0 for no links.
        undone: The number of the state that this one takes back; 0 if it takes none back.
    """

    number: int
    links: tuple[Link, ...] = ()
    launches: tuple[PlannedLaunch, ...] = ()
    said: str = ""
    moment: datetime | None = None
    before: int = 0
    undone: int = 0


class ProductLinks:
    """The states in a folder: `0001.json`, `0002.json`, ...; the last one counts, and an undo is a state too.

    Args:
        workspace: The workspace.
        timeout: Seconds to wait until somebody else's change has ended, at least 0.
    """

    def __init__(self, workspace: Workspace, *, timeout: float = 10.0) -> None:
        self._states = NumberedStates(workspace.products, ".json", timeout)

    def load(self) -> LinkState:
        """The state that counts.

        Raises:
            LinksDamaged: It cannot be read.
        """
        last = self._states.last()
        return self.read(last) if last else LinkState(0)

    def add(self, link: Link) -> LinkState:
        """Adds a link, as a state of its own; one for the same old product is replaced.

        Raises:
            InputError: It would lead a product back to itself.
            LinksDamaged: The state before cannot be read.
            TryAgain: Somebody else is saving; nothing was changed.
            DiskFull: Nothing was changed.
        """
        with disk_full.disk_full_as_error("the link"), self._states.alone():
            state = self.load()
            links = [each for each in state.links if each.old != link.old]
            _check(link, links)
            return self._save(state, (*links, link), f"{link}")

    def remove(self, old: str) -> LinkState:
        """Takes a product's link out, as a state of its own; raises InputError if it has none, and what `add` raises."""
        with disk_full.disk_full_as_error("the links"), self._states.alone():
            state = self.load()
            links = tuple(each for each in state.links if each.old != old)
            if len(links) == len(state.links):
                raise InputError(f"{old} has no link. {_in_words(state.links)}")
            return self._save(state, links, f"{old} stands for itself again")

    def plan(self, launch: PlannedLaunch) -> LinkState:
        """Plans a launch, as a state of its own; one of the same product is replaced. Raises what `add` raises, but for InputError."""
        with disk_full.disk_full_as_error("the planned launch"), self._states.alone():
            state = self.load()
            others = tuple(each for each in state.launches if each.product != launch.product)
            return self._save(replace(state, launches=(*others, launch)), state.links, f"{launch}")

    def cancel(self, product: str) -> LinkState:
        """Takes a planned launch out, as a state of its own; raises InputError if there is none, and what `add` raises."""
        with disk_full.disk_full_as_error("the planned launches"), self._states.alone():
            state = self.load()
            others = tuple(each for each in state.launches if each.product != product)
            if len(others) == len(state.launches):
                names = ", ".join(each.product for each in state.launches)
                raise InputError(f"No launch of {product} is planned. {f'Planned are: {names}.' if names else 'None is.'}")
            return self._save(replace(state, launches=others), state.links, f"{product} is not planned any more")

    def undo(self) -> LinkState:
        """Takes the last change back, as a state of its own, and returns the state that was taken back; raises what `remove` raises."""
        with disk_full.disk_full_as_error("the step back to the links before"), self._states.alone():
            taken = self.load()
            if not taken.number or (taken.undone and not taken.before and not taken.links and not taken.launches):
                raise InputError("There is no change of product links to take back.")
            before = self.read(taken.before) if taken.before else LinkState(0)
            self._write(replace(before, number=self._states.last() + 1, moment=datetime.now(UTC), undone=taken.number))
            return taken

    def clear(self) -> None:
        """Takes all links out, as a state of its own; raises TryAgain or DiskFull, and then nothing was changed."""
        with disk_full.disk_full_as_error("the links"), self._states.alone():
            last = self._states.last()
            if last:
                self._write(LinkState(last + 1, said="all products stand for themselves", moment=datetime.now(UTC)))

    def numbers(self) -> list[int]:
        """Numbers of the states that exist, damaged ones too, in order."""
        return self._states.numbers()

    def path(self, number: int) -> Path:
        """The file of a state, which need not exist."""
        return self._states.path(number)

    def read(self, number: int) -> LinkState:
        """One state; raises LinksDamaged."""
        try:
            return _parsed(number, sealed_json.read(self.path(number)))
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            logging.getLogger(__name__).warning("Product links %d cannot be read", number, exc_info=True)
            raise LinksDamaged(
                f"The product links (state {number}, {self.path(number).name}) are damaged and cannot be read. Put the file back from a backup."
            ) from error

    def _save(self, before: LinkState, links: tuple[Link, ...], said: str) -> LinkState:
        number = self._states.last() + 1
        ordered = tuple(sorted(links, key=lambda link: (link.day, link.old)))
        launches = tuple(sorted(before.launches, key=lambda launch: (launch.day, launch.product)))
        state = LinkState(number, ordered, launches, said, datetime.now(UTC), before.number)
        self._write(state)
        return state

    def _write(self, state: LinkState) -> None:
        facts: dict[str, Any] = {planned_launches.LEARNED: planned_launches.listed(state.launches)} if state.launches else {}
        facts |= {"said": state.said, "moment": str(state.moment), "before": state.before, "undone": state.undone}
        form = FORMAT if all(link.factor == 1 for link in state.links) else WITH_FACTORS
        sealed_json.write(self.path(state.number), {"format": form, "links": listed(state.links), **facts})


def _parsed(number: int, values: dict[str, Any]) -> LinkState:
    if values["format"] not in (FORMAT, WITH_FACTORS):
        raise ValueError(f"format {values['format']!r} is not known")
    links = tuple(Link.from_facts(each) for each in values["links"])
    moment = datetime.fromisoformat(values["moment"])
    return LinkState(number, links, planned_launches.learned(values), str(values["said"]), moment, int(values["before"]), int(values["undone"]))


def _check(link: Link, others: list[Link]) -> None:
    """Raises InputError where a product would lead back to itself."""
    onward = {each.old: each.new for each in others}
    at, names = link.new, [link.old, link.new]
    while at in onward and at != link.old:
        at = onward[at]
        names.append(at)
    if at == link.old:
        raise InputError(f"{' to '.join(names)}: a product cannot hand its history on to itself.")


def _in_words(links: tuple[Link, ...]) -> str:
    return f"Links that hold: {'; '.join(map(str, links))}." if links else "There are no links."
