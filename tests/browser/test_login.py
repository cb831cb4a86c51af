"""Login with a real provider, beside a real server, in a real browser."""

from __future__ import annotations

import shutil
from contextlib import contextmanager

import oidc_provider as oidc
import pytest
from browser_pages import download, go, heading, later_sales, new_page, upload
from joserfc.jwk import RSAKey
from live_server import served

from forecasting.core.settings import Settings
from forecasting.services import jobs, retraining
from forecasting.storage.workspace import Workspace

ANNA = {"name": "Anna **Example** <b>", "email": "anna@shop.example", "email_verified": True}
EVE = {"name": "Eve", "email": "eve@else.example", "email_verified": True}
OF_THE_SHOP = (b"Bread", b"South", b"odel v1", b"30 Jun", b"etraining")

pytestmark = pytest.mark.browser


@contextmanager
def guarded(home, folder, provider):
    """A server whose secrets ask for login; its address."""
    secrets = folder / "secrets.toml"
    secrets.write_text(f"""
        [auth]
        redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
        cookie_secret = "0123456789abcdef0123456789abcdef"
        client_id = "{oidc.CLIENT}"
        client_secret = "{oidc.SECRET}"
        server_metadata_url = "{provider.address}/.well-known/openid-configuration"
        allowed = ["*@shop.example"]
    """)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STREAMLIT_SECRETS_FILES", str(secrets))
        with served(home) as (address, _):
            yield address


@pytest.fixture(scope="module")
def provider():
    with oidc.provider() as running:
        yield running


@pytest.fixture(scope="module")
def server(published, provider, tmp_path_factory):
    folder = tmp_path_factory.mktemp("guarded")
    shutil.copytree(published.home, folder / "home")
    with guarded(folder / "home", folder, provider) as address:
        yield address


@pytest.fixture
def page(browser):
    return new_page(browser)


def heard(page):
    """All that the server will send to a page over its connection; it grows."""
    frames = []
    page.on(
        "websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(frame if isinstance(frame, bytes) else frame.encode()))
    )
    return frames


def told(frames):
    """What of the shop is among these frames."""
    return [word for word in OF_THE_SHOP if any(word in frame for frame in frames)]


def door(page, title="Log in to Shelfcast"):
    heading(page, title)
    page.wait_for_function("title => document.title === title", arg=f"{title} · Shelfcast")
    assert page.get_by_role("link", name="Forecast").count() == 0


def leave(page, button):
    """Presses a button that leads to the provider, who sends the browser back."""
    page.evaluate("window.before = true")
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_function("() => !window.before")  # a bare expression would be evaluated as text, which the pages' policy forbids


def log_in(page, address):
    page.goto(address)
    door(page)
    leave(page, "Log in")


def log_out(page):
    page.get_by_text("Anna **Example** <b>").first.click()
    page.get_by_text("Log out", exact=True).first.click()
    door(page)


def test_nothing_of_the_shop_reaches_who_is_not_logged_in(shop, tmp_path, provider, page):
    with guarded(shop.home, tmp_path, provider) as address:
        job = retraining.start_retrain(shop, Settings(horizon=14))
        frames = heard(page)
        for path in ("forecast?product_id=Tea", "logout", "", "upload"):
            page.goto(f"{address}/{path}")
            door(page)
            page.wait_for_timeout(1500)
        assert jobs.job(shop).state == "running"
        assert frames
        assert told(frames) == []
        provider.person = ANNA
        log_in(page, address)
        page.locator(".st-key-banner").wait_for()
        page.get_by_text("odel v1").first.wait_for()
        assert set(told(frames)) >= {b"odel v1", b"etraining"}
        jobs.cancel(shop, job)


def test_a_person_logs_in_works_and_logs_out(server, provider, page, browser):
    provider.person = ANNA
    log_in(page, server)
    heading(page, "Overview")
    assert page.url == f"{server}/"
    go(page, "Upload")
    upload(page, later_sales())
    go(page, "Forecast")
    file = download(page)
    beside = (file.url, f"{server}/api/versions")
    assert [page.request.get(address).status for address in beside] == [200, 200]
    other = new_page(browser)
    assert [other.request.get(address).status for address in (*beside, f"{server}/api/health")] == [401, 401, 200]
    other.goto(f"{server}/forecast")
    door(other)

    page.bring_to_front()
    log_out(page)
    assert [page.request.get(address).status for address in beside] == [401, 401]
    page.goto(f"{server}/forecast")
    door(page)


def test_a_file_comes_only_from_who_is_logged_in(server, browser, page):
    page.goto(server)
    door(page)
    address = f"{server}/_stcore/upload_file/{'0' * 8}-0000-0000-0000-{'0' * 12}/1"
    assert page.request.put(address, multipart={"file": {"name": "a.csv", "mimeType": "text/csv", "buffer": b"x" * 100}}).status == 401


def test_a_stranger_is_refused_and_may_come_back_as_somebody_else(server, provider, page):
    frames = heard(page)
    provider.person = EVE
    log_in(page, server)
    door(page, "This account may not use Shelfcast")
    page.get_by_text("You are logged in as eve").wait_for()
    page.goto(f"{server}/forecast")
    door(page, "This account may not use Shelfcast")
    page.wait_for_timeout(1500)
    assert told(frames) == []
    leave(page, "Log out")
    door(page)
    provider.person = ANNA
    log_in(page, server)
    heading(page, "Overview")


def test_an_address_that_nobody_has_verified_opens_nothing(server, provider, page):
    provider.person = ANNA | {"email_verified": False}
    log_in(page, server)
    door(page, "This account may not use Shelfcast")


@pytest.mark.parametrize("claims", [{"aud": "another"}, {"iss": "https://evil.example"}, {"exp": 1}, {"nonce": "another"}])
def test_a_token_for_somebody_else_opens_nothing(server, provider, page, claims):
    provider.person = ANNA | claims
    log_in(page, server)
    door(page)


def test_a_token_signed_by_somebody_else_opens_nothing(server, provider, page, monkeypatch):
    provider.person = ANNA
    monkeypatch.setattr(provider, "signing", RSAKey.generate_key(2048, {"kid": "only"}))
    log_in(page, server)
    door(page)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_door_and_the_name_fit_the_screen(server, provider, browser, width, scheme):
    provider.person = ANNA | {"name": "Maximiliane-Theodora Extraordinary-Longname"}
    page = new_page(browser, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(server)
    door(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Log in", exact=True).click()
    heading(page, "Overview")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_secrets_that_cannot_be_trusted_shut_the_door(shop, tmp_path, monkeypatch, page):
    secrets = tmp_path / "secrets.toml"
    secrets.write_text('[auth]\ncookie_secret = "short"\n')
    monkeypatch.setenv("STREAMLIT_SECRETS_FILES", str(secrets))
    with served(Workspace(shop.home).home) as (address, _):
        frames = heard(page)
        page.goto(f"{address}/forecast")
        door(page, "Login is not set up")
        page.get_by_text("redirect_uri must be").wait_for()
        assert told(frames) == []
