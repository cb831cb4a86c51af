"""The address that the orders had before: it leads on to them, with the tab, the line and the choices that it named."""

from __future__ import annotations

import streamlit as st

from pages.components.orders import old_address

old_address.lead_on(st.query_params.to_dict())
