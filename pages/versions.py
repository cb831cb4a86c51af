"""All versions: which one serves, which one waits and why, what each promised and met, and the way back."""

from __future__ import annotations

from forecasting.services import version_table, workspaces
from pages.components.shared import layout, live_version, sales_state
from pages.components.versions import actions, compare, grades, held, table, wording

manifest = live_version.live_manifest("Versions")
ws = workspaces.workspace()
rows = version_table.rows(ws)

with layout.head("Versions", wording.context(rows)):
    actions.go_back(version_table.before_live(ws))
sales_state.unused_note(manifest)
actions.failure()
held.card(rows)
grades.card()
table.show(rows)
actions.of_one(rows)
compare.card(rows)
