"""All products: what they sell, what they are worth, what needs a look; each name opens its product."""

from __future__ import annotations

from functools import partial

from pages.components.inventory import policy, session
from pages.components.products import listing, wording
from pages.components.products_replaced import launches, links
from pages.components.shared import layout, live_version, sales_state

manifest = live_version.live_manifest("Products")
version = manifest["version"]
ensemble = live_version.loaded(version)
steps = live_version.ahead(ensemble)
saved, _ = session.saved()
table_of = partial(session.products_of, version, saved, policy.current(ensemble, saved), steps=steps)

layout.head("Products", wording.context(table_of({}), live_version.sales_to(manifest)))
sales_state.unused_note(manifest)
listing.show(version, table_of, steps)
launches.card(ensemble)
links.card(ensemble)
