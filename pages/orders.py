"""What to order from whom, what is on the way, what is on the shelves, and on which terms suppliers deliver."""

from __future__ import annotations

from forecasting.services import workspaces
from forecasting.services.cache import Live
from pages.components.inventory import session, stock_tab, summary
from pages.components.orders import book, suppliers_tab, tabs, to_order
from pages.components.shared import layout, live_version, sales_state
from pages.components.shared.failures import failures_shown

manifest = live_version.live_manifest("Orders")
version = manifest["version"]
saved, damaged = session.saved()
actions = layout.head("Orders", summary.context(version, saved))
sales_state.unused_note(manifest)

ws = workspaces.workspace()
ensemble = live_version.loaded(version)
stock_tab.show_message(damaged)
ordering, listed, stock, suppliers = tabs.show()

if stock.open or (damaged and ordering.open):
    with stock if stock.open else ordering, failures_shown():
        stock_tab.show(ws, Live(version, ensemble), saved, damaged)
elif ordering.open:
    with ordering, failures_shown():
        to_order.show(ws, manifest, ensemble, saved, actions)
elif listed.open:
    with listed, failures_shown():
        book.show(ws)
elif suppliers.open:
    with suppliers, failures_shown():
        suppliers_tab.show(ws, ensemble)
