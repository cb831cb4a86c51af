"""A small OpenID Connect provider on this machine: whoever asks is logged in at once as the person it was told."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "shelfcast", "only-for-tests"


class Provider(ThreadingHTTPServer):
    """Answers on a free port until it is closed.

    Args:
        person: The claims of whoever logs in next; a test may change them at any time, as it may the key that signs.
    """

    daemon_threads = True

    def __init__(self, person: dict[str, object]) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.person = person
        self.key = self.signing = RSAKey.generate_key(2048, {"kid": "only"})
        self.codes: dict[str, str] = {}
        self.address = f"http://127.0.0.1:{self.server_port}"

    def token(self, nonce: str) -> str:
        """An identity token for the person of the moment."""
        now = int(time.time())
        claims = {"iss": self.address, "sub": "1", "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce} | self.person
        return jwt.encode({"alg": "RS256", "kid": "only"}, claims, self.signing)


class Answer(BaseHTTPRequestHandler):
    """One request."""

    server: Provider

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/authorize":
            code = secrets.token_hex(8)
            self.server.codes[code] = asked["nonce"]
            self._redirect(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")
        elif url.path == "/logout":
            self._redirect(asked["post_logout_redirect_uri"])
        elif url.path == "/keys":
            self._json({"keys": [self.server.key.as_dict(private=False)]})
        else:
            self._json(self._metadata())

    def do_POST(self) -> None:
        asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        nonce = self.server.codes.pop(asked["code"][0])
        self._json({"access_token": "unused", "token_type": "Bearer", "expires_in": 300, "id_token": self.server.token(nonce)})

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def _metadata(self) -> dict[str, object]:
        address = self.server.address
        ends = {"authorization": "authorize", "token": "token", "end_session": "logout"}
        return {
            "issuer": address,
            "jwks_uri": f"{address}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        } | {f"{name}_endpoint": f"{address}/{path}" for name, path in ends.items()}

    def _redirect(self, to: str) -> None:
        self.send_response(302)
        self.send_header("Location", to)
        self.end_headers()

    def _json(self, body: dict[str, object]) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def provider(**person: object) -> Iterator[Provider]:
    """A provider that knows one person."""
    with Provider(person) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        try:
            yield running
        finally:
            running.shutdown()


AUTH = {
    "redirect_uri": "https://forecast.shop.example/oauth2callback",
    "cookie_secret": "0123456789abcdef0123456789abcdef",
    "client_id": "shelfcast",
    "client_secret": "x",
    "server_metadata_url": "https://login.shop.example/.well-known/openid-configuration",
}
