"""Which uploads each version of the sales consists of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forecasting.storage.sales.uploads import KINDS, REPLACED, STANDING, UNDO, Upload, compositions, uploads_in


@dataclass(frozen=True)
class Lineage:
    """The uploads behind every version of the sales.

    Args:
        uploads: Version -> the upload that made it.
        compositions: Version -> the versions of the uploads that it consists of, oldest first.
        without_sample: Versions in which a person's own sales stand in place of a sample that is among their uploads.
    """

    uploads: Mapping[int, Upload]
    compositions: Mapping[int, tuple[int, ...]]
    without_sample: frozenset[int] = frozenset()

    def has_no_sample(self, version: int) -> bool:
        """Whether a version has no row of a sample that is among its uploads."""
        return version in self.without_sample or any(upload.replaced_sample for upload in self.of(version))

    def of(self, version: int) -> tuple[Upload, ...]:
        """The uploads that a version consists of, oldest first; empty for a version that is not known."""
        return tuple(self.uploads[number] for number in self.compositions.get(version, ()))

    def seen_in(self, version: int) -> tuple[Upload, ...]:
        """Those of them whose rows are in it: a sample that a person's own sales replaced is not."""
        standing = self.of(version)
        replacing = [place for place, upload in enumerate(standing) if upload.replaced_sample]
        if replacing:
            return standing[replacing[-1] :]
        return tuple(upload for upload in standing if upload.kind != "sample") if version in self.without_sample else standing


def lineage(commits: Sequence[Mapping[str, Any]]) -> Lineage:
    """The lineage that the commits of a table tell."""
    return Lineage({int(upload.version or 0): upload for upload in uploads_in(commits)}, compositions(commits), _without_sample(commits))


def _without_sample(commits: Sequence[Mapping[str, Any]]) -> frozenset[int]:
    """Versions whose sales have none of the sample's rows, though the merge that put them aside may have been taken back."""
    without: set[int] = set()
    for commit in sorted(commits, key=lambda commit: int(commit["version"])):
        version = int(commit["version"])
        before = version - 1
        if commit.get("kind") == UNDO and STANDING not in commit:
            before = int(commit["target"])
        aside = commit.get(REPLACED) == "1" if commit.get("kind") == UNDO and STANDING in commit else before in without
        if aside or (commit.get("kind") in KINDS and commit.get(REPLACED) == "1"):
            without.add(version)
    return frozenset(without)
