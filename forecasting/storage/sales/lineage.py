"""Which uploads each version of the sales consists of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forecasting.storage.sales.uploads import Upload, compositions, uploads_in


@dataclass(frozen=True)
class Lineage:
    """The uploads behind every version of the sales.

    Args:
        uploads: Version -> the upload that made it.
        compositions: Version -> the versions of the uploads that it consists of, oldest first.
    """

    uploads: Mapping[int, Upload]
    compositions: Mapping[int, tuple[int, ...]]

    def of(self, version: int) -> tuple[Upload, ...]:
        """The uploads that a version consists of, oldest first; empty for a version that is not known."""
        return tuple(self.uploads[number] for number in self.compositions.get(version, ()))

    def seen_in(self, version: int) -> tuple[Upload, ...]:
        """Those of them whose rows are in it: a sample that a person's own sales replaced is not."""
        standing = self.of(version)
        replacing = [place for place, upload in enumerate(standing) if upload.replaced_sample]
        return standing[replacing[-1] :] if replacing else standing


def lineage(commits: Sequence[Mapping[str, Any]]) -> Lineage:
    """The lineage that the commits of a table tell."""
    return Lineage({int(upload.version or 0): upload for upload in uploads_in(commits)}, compositions(commits))
