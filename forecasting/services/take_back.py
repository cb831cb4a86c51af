"""Any upload taken back: what the sales are without it, and what that changes.

The sales without an upload are those of all others, merged in their order: of a row that two of them have the later one counts. The last upload is
taken back by going back to the version before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from forecasting.core import formatting, row_keys, schema
from forecasting.core.errors import InputError, NotFound
from forecasting.services import rereading
from forecasting.storage.sales import changes
from forecasting.storage.sales.lineage import Lineage
from forecasting.storage.sales.saved import Saved
from forecasting.storage.sales.table import Dataset
from forecasting.storage.sales.uploads import Upload
from forecasting.storage.workspace import Workspace


@dataclass(frozen=True, eq=False)
class StepBack:
    """The sales without an upload.

    Args:
        upload: The upload.
        at: The newest version of the sales, with it.
        standing: The versions of the uploads that are left, oldest first.
        sales: The sales without it.
        without_sample: Whether they have no rows of a sample that is among the uploads.
        gone: Rows that go: nobody else has them.
        restored: Rows that get other values, or come back, as they are without it.
        units: Units of all sales before and after.
        products: A row for each product whose units change: `product_id` (empty where products have no names), units `before` and `after`.
    """

    upload: Upload
    at: int
    standing: tuple[int, ...]
    sales: pd.DataFrame
    without_sample: bool
    gone: pd.DataFrame
    restored: pd.DataFrame
    units: tuple[float, float]
    products: pd.DataFrame

    def counts(self) -> dict[str, float]:
        """Rows that go, rows that get other values, and units before and after."""
        return {"rows_gone": len(self.gone), "rows_restored": len(self.restored), "units_before": self.units[0], "units_after": self.units[1]}

    def __str__(self) -> str:
        if self.gone.empty and self.restored.empty:
            return f"Without {self.upload.name} the sales are the same: later uploads say all that it says."
        restored = formatting.count(len(self.restored), "row")
        rows = f"{formatting.count(len(self.gone), 'row')} {'goes' if len(self.gone) == 1 else 'go'}, {restored} {_GETS[len(self.restored) == 1]}"
        before, after = map(formatting.units, self.units)
        return f"Without {self.upload.name}: {rows}; {before} units become {after}."


_GETS: Final = {True: "gets other values", False: "get other values"}


def step_back(ws: Workspace, version: int | None = None, *, alone: bool = False) -> StepBack:
    """What taking an upload back would change; nothing is changed.

    Args:
        ws: Where.
        version: The version of the sales that the upload made; None for the last upload.
        alone: Whether this process works for one person and one task, so that it may read a small text itself.

    Raises:
        InputError: There is no such upload, or the others cannot be merged without it, and what to do.
        NotFound: No upload made that version.
    """
    dataset = Dataset(ws)
    at, lineage = dataset.version or 0, dataset.lineage()
    upload = _chosen(lineage, at, version)
    standing = tuple(number for number in _standing(lineage) if number != upload.version)
    now, (then, without_sample) = dataset.read(), _merged(ws, lineage, standing, upload, alone=alone)
    gone, restored = _difference(now, then)
    units = (float(now[schema.SALES].sum()), float(then[schema.SALES].sum()))
    return StepBack(upload, at, standing, then, without_sample, gone, restored, units, _by_product(now, then))


def take_back(ws: Workspace, version: int | None = None, *, alone: bool = False) -> Upload:
    """Takes an upload back, as a version of its own, in one step; see `step_back`.

    Raises:
        TryAgain: Somebody else is changing the sales; nothing was changed.
        DiskFull: Nothing was changed.
    """
    lineage = Dataset(ws).lineage()
    if _is_last(lineage, version):
        return Dataset(ws).undo(version)
    return apply(ws, step_back(ws, version, alone=alone))


def apply(ws: Workspace, step: StepBack) -> Upload:
    """Takes back the upload of a step, if the sales are still those that it was worked out from.

    Raises:
        TryAgain: Somebody else is changing the sales, or has changed them since; nothing was changed.
        DiskFull: Nothing was changed.
    """
    dataset = Dataset(ws)
    if _is_last(dataset.lineage(), step.upload.version):
        return dataset.undo(step.upload.version)
    return dataset.take_out(step.upload, step.sales, at=step.at, standing=step.standing, without_sample=step.without_sample)


def _is_last(lineage: Lineage, version: int | None) -> bool:
    """Whether an upload is the last one and a version has the sales of the others; True where there is nothing to take back."""
    standing = _standing(lineage)
    return not standing or (version in (None, standing[-1]) and standing[:-1] in lineage.compositions.values())


def _standing(lineage: Lineage) -> tuple[int, ...]:
    """The versions of the uploads that the sales consist of now, oldest first."""
    return lineage.compositions[max(lineage.compositions)] if lineage.compositions else ()


def _chosen(lineage: Lineage, at: int, version: int | None) -> Upload:
    standing = _standing(lineage)
    if version is None and not standing:
        raise InputError("There is no upload to take back.")
    number = standing[-1] if version is None else version
    if number not in lineage.uploads:
        raise NotFound(f"No upload made sales version {number}. The newest version is {at}; GET /api/uploads and the Upload page list the uploads.")
    if number not in standing:
        raise InputError(f"{lineage.uploads[number].name} was taken back already.")
    return lineage.uploads[number]


def _merged(ws: Workspace, lineage: Lineage, standing: tuple[int, ...], without: Upload, *, alone: bool) -> tuple[pd.DataFrame, bool]:
    """The sales of these uploads: those of a version that consists of the first ones, with the others merged into them; and whether a sample among
    them was put aside."""
    sales, count, without_sample = _beginning(ws, lineage, standing)
    kinds = {lineage.uploads[number].kind for number in standing[:count]}
    for number in standing[count:]:
        upload = lineage.uploads[number]
        try:
            only_sample = kinds == {"sample"} and upload.kind == "upload"
            again = rereading.sales_of(ws, upload, alone=alone)
            change = changes.compare(Saved.of(sales), again, only_sample=only_sample, anew=upload.replaced_sample)
        except InputError as error:
            first = f"Take {upload.name} back first, or upload" if number > int(without.version or 0) else "Upload"
            raise InputError(
                f"{without.name} cannot be taken back: the sales without it are those of {upload.name}, which would have to be read again. {error}"
                f" Nothing was changed. {first} a file that corrects {without.name}."
            ) from error
        without_sample |= change.puts_aside
        kinds = {upload.kind} if change.puts_aside else kinds | {upload.kind}
        sales = changes.applied(sales, change)
    return sales, without_sample


def _beginning(ws: Workspace, lineage: Lineage, standing: tuple[int, ...]) -> tuple[pd.DataFrame, int, bool]:
    """The sales of as many of the first uploads as a version that can still be read consists of, how many these are, and whether a
    sample among them was put aside."""
    known = {composition: version for version, composition in sorted(lineage.compositions.items()) if composition == standing[: len(composition)]}
    for composition in sorted(known, key=len, reverse=True):
        try:
            version = known[composition]
            return Dataset(ws).read(version), len(composition), lineage.has_no_sample(version)
        except NotFound:
            continue
    return Dataset(ws).read().iloc[:0], 0, False


def _difference(now: pd.DataFrame, then: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of `now` whose key and day `then` has not, and the rows of `then` that `now` has not."""
    series = row_keys.series_codes([now, then])
    before, after = row_keys.row_codes(series, [row_keys.days(now), row_keys.days(then)])
    gone = now[~pd.Series(before).isin(after).to_numpy()].reset_index(drop=True)
    places = pd.Index(before).get_indexer(after) if len(now) else pd.Series(-1, index=range(len(then))).to_numpy()
    same = places >= 0
    for name in _values(now, then):
        old = now[name].take(places[same]).reset_index(drop=True) if name in now else pd.Series([None] * int(same.sum()), dtype=object)
        new = then.loc[same, name].reset_index(drop=True) if name in then else pd.Series([None] * int(same.sum()), dtype=object)
        equal = (old == new).to_numpy(dtype=bool, na_value=False) | (old.isna() & new.isna()).to_numpy()
        same[same.nonzero()[0]] &= equal
    return gone, then[~same].reset_index(drop=True)


def _values(*frames: pd.DataFrame) -> Sequence[str]:
    return [name for name in schema.COLUMNS if name not in (*schema.KEYS, schema.DATE) and any(name in frame for frame in frames)]


def _by_product(now: pd.DataFrame, then: pd.DataFrame) -> pd.DataFrame:
    """Units of each product with and without the upload, the largest change first."""
    sums = [_units(frame) for frame in (now, then)]
    table = pd.concat(sums, axis=1, keys=["before", "after"]).fillna(0.0)
    table = table[table["before"] != table["after"]]
    order = (table["after"] - table["before"]).abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].rename_axis(schema.PRODUCT).reset_index()


def _units(frame: pd.DataFrame) -> pd.Series:
    names = frame[schema.PRODUCT] if schema.PRODUCT in frame else pd.Series("", index=frame.index)
    return frame[schema.SALES].groupby(names).sum()
