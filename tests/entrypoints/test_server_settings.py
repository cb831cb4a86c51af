"""What the environment says of the server, checked before it starts."""

from __future__ import annotations

import pytest

from forecasting.core.errors import SettingsError
from forecasting.entrypoints.server.server_settings import ServerSettings


def test_nothing_said_is_this_machine_only():
    assert ServerSettings.from_environ({}) == ServerSettings(
        token="", origins=(), request_rate="300/second", upload_rate="60/minute", retrain_every=""
    )


def test_everything_can_be_said():
    said = {
        "FORECASTING_API_TOKEN": "s3cret-s3cret-s3cret",
        "FORECASTING_ORIGINS": "https://a.example, http://b.example:8080/",
        "FORECASTING_FRAME_ANCESTORS": "https://intranet.example/, http://[::1]:8080",
        "FORECASTING_REQUEST_RATE": "10/second",
        "FORECASTING_UPLOAD_RATE": "5 per minute",
        "FORECASTING_RETRAIN_EVERY": "0 3 * * *",
        "FORECASTING_LOCK_SECONDS": "2.5",
        "FORECASTING_CONNECTIONS": "50",
        "HOME": "/root",
    }
    settings = ServerSettings.from_environ(said)
    assert settings.origins == ("https://a.example", "http://b.example:8080")
    assert settings.frame_ancestors == ("https://intranet.example", "http://[::1]:8080")
    assert (settings.request_rate, settings.upload_rate, settings.retrain_every) == ("10/second", "5 per minute", "0 3 * * *")
    assert (settings.lock_seconds, settings.connections) == (2.5, 50)
    assert settings.token == "s3cret-s3cret-s3cret"
    assert not settings.is_weak


def test_a_token_is_never_shown_and_a_short_one_is_called_weak():
    settings = ServerSettings(token="abc")
    assert "abc" not in repr(settings)
    assert settings.is_weak
    assert not ServerSettings().is_weak


@pytest.mark.parametrize(
    "said",
    [
        {"FORECASTING_API_TOKEN": "two words"},
        {"FORECASTING_API_TOKEN": "line\nbreak"},
        {"FORECASTING_API_TOKEN": "schlüssel"},
        {"FORECASTING_ORIGINS": "shop.example"},
        {"FORECASTING_ORIGINS": "https://shop.example/path"},
        {"FORECASTING_ORIGINS": "*"},
        {"FORECASTING_ORIGINS": "http://[::1"},
        {"FORECASTING_FRAME_ANCESTORS": "*"},
        {"FORECASTING_FRAME_ANCESTORS": "https://a.example; script-src *"},
        {"FORECASTING_REQUEST_RATE": "many"},
        {"FORECASTING_UPLOAD_RATE": "60/fortnight"},
        {"FORECASTING_LOCK_SECONDS": "soon"},
        {"FORECASTING_LOCK_SECONDS": "0"},
        {"FORECASTING_LOCK_SECONDS": "nan"},
        {"FORECASTING_CONNECTIONS": "9"},
        {"FORECASTING_CONNECTIONS": "1e3"},
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(said):
    with pytest.raises(SettingsError, match=next(iter(said))):
        ServerSettings.from_environ(said)
