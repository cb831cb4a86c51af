"""What came, from a file: keys and units, a row a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from forecasting.core import schema
from forecasting.core.errors import ColumnsMissing
from forecasting.intake import cells, column_mapping, problems
from forecasting.intake.findings import Findings
from forecasting.intake.table import Table

QUANTITY: Final = "quantity"
_NAMES: Final = {
    **{role: column_mapping.NAMES[role] for role in schema.KEYS},
    QUANTITY: "quantity received came delivered qty units receivedquantity deliveredquantity menge geliefert erhalten anzahl stuck quantite cantidad",
}


def guess_mapping(table: Table) -> dict[str, str]:
    """Role -> the column that probably has it."""
    return column_mapping.by_name(table, _NAMES)


def read(table: Table) -> list[tuple[Mapping[str, str], float]]:
    """Key columns and units of each row; rows without units are left out.

    Raises:
        ColumnsMissing: No column has units, or none says of what.
        ProblemsFound: A cell is no number of units.
    """
    mapping = guess_mapping(table)
    keys = [role for role in schema.KEYS if role in mapping]
    if QUANTITY not in mapping or not keys:
        found = ", ".join(table.columns[:30])
        raise ColumnsMissing(
            f"A delivery note needs the columns product_id and quantity. Columns found: {found}. Rename them.",
            missing=tuple({QUANTITY, keys[0] if keys else schema.PRODUCT} - set(mapping)),
            found=table.columns,
        )
    findings = Findings(table, mapping)
    decimals, _, _ = findings.decimals([QUANTITY])
    given = table.rows[mapping[QUANTITY]]
    unknown = cells.is_unknown(given)
    units = np.where(unknown, 0.0, cells.as_numbers(given, decimals[QUANTITY]))
    findings.add(~np.isfinite(units), QUANTITY, "Not a number", "Write the units that came.")
    findings.add(units < 0, QUANTITY, "Below zero", "Write the units that came.")
    named = {role: cells.as_texts(table.rows[mapping[role]]).to_pylist() for role in keys}
    problems.require_choice(problems.together(findings.frames), len(table), usable=True, drop=False, aim="book")
    return [({role: named[role][row] or "" for role in keys}, float(units[row])) for row in np.flatnonzero(units > 0)]
