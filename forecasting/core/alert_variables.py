"""Variables of the environment that alerts are sent by: secrets, and what only the person who runs the server decides."""

from __future__ import annotations

from typing import Final

WEBHOOK_SECRET: Final = "FORECASTING_WEBHOOK_SECRET"
WEBHOOKS: Final = "FORECASTING_WEBHOOKS"
WEBHOOK_PRIVATE: Final = "FORECASTING_WEBHOOK_PRIVATE"
SMTP_HOST: Final = "FORECASTING_SMTP_HOST"
SMTP_PORT: Final = "FORECASTING_SMTP_PORT"
SMTP_USER: Final = "FORECASTING_SMTP_USER"
SMTP_PASSWORD: Final = "FORECASTING_SMTP_PASSWORD"
SMTP_FROM: Final = "FORECASTING_SMTP_FROM"
SMTP_SECURITY: Final = "FORECASTING_SMTP_SECURITY"
APPRISE: Final = "FORECASTING_APPRISE"

SECRETS: Final = (WEBHOOK_SECRET, WEBHOOKS, SMTP_PASSWORD, APPRISE)
"""Those that no other process is handed."""
SAYS: Final = {
    WEBHOOK_SECRET: "Signs webhooks: `whsec_` and then Base64 of 24 bytes or more; two with a space between while one takes the place of the other.",
    WEBHOOKS: "Addresses of webhooks that are secrets themselves, with spaces between; only their hosts are shown.",
    WEBHOOK_PRIVATE: "1 lets webhooks go to addresses of this machine and its network, and without TLS.",
    SMTP_HOST: "The mail server that sends digests.",
    SMTP_PORT: "Its port; the usual one of `FORECASTING_SMTP_SECURITY` by default.",
    SMTP_USER: "Who logs in to it; empty for nobody.",
    SMTP_PASSWORD: "Their password.",
    SMTP_FROM: "Whom digests are from; who logs in by default.",
    SMTP_SECURITY: "`starttls` (the default), `tls` from the start, or `none`.",
    APPRISE: "Addresses of chats and others as Apprise has them, with spaces between; needs `shelfcast[alerts]`.",
}
"""Variable -> what it does, for its reader."""
