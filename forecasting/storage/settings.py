"""What a person chose for a shop."""

from __future__ import annotations

from typing import Final

from forecasting.core.shop_settings import ShopSettings
from forecasting.storage.state_store import Payload, SavedState, StateStore
from forecasting.storage.workspace import Workspace

SettingsState = SavedState[ShopSettings]
"""One state of a shop's settings; the defaults as long as nobody chose anything."""
_SETTINGS: Final[Payload[ShopSettings]] = Payload(
    noun="settings",
    remedy="save the settings again",
    field="settings",
    empty=ShopSettings,
    to_plain=ShopSettings.to_dict,
    from_plain=ShopSettings.from_dict,
)


def settings_store(workspace: Workspace) -> StateStore[ShopSettings]:
    """The states of a shop's settings."""
    return StateStore(workspace.settings, _SETTINGS)
