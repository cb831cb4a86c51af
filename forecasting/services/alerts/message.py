"""A digest in words: as plain text, as the HTML of an e-mail, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final, Protocol

import pandas as pd

from forecasting.core import formatting
from forecasting.core.alerts import KINDS, Alert
from forecasting.storage.alert_lines import Digest

EVENT: Final = "alerts.digest"
TRIAL: Final = "You asked whether alerts arrive: they do."
_QUIET: Final = "Each of these is told once, and again only when it has ended and comes back."
_STYLE: Final = """
:root { color-scheme: light dark; }
body { margin: 0; padding: 16px; background: #f4f4f2; color: #1f2328; font: 16px/1.5 -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
.page { max-width: 600px; margin: 0 auto; padding: 24px; background: #ffffff; border-radius: 8px; }
h1 { margin: 0 0 4px; font-size: 20px; line-height: 1.3; }
h2 { margin: 24px 0 4px; font-size: 14px; color: #57606a; }
p { margin: 0 0 8px; overflow-wrap: anywhere; }
.foot { padding-top: 16px; }
.small { font-size: 14px; color: #57606a; }
.alert { padding: 4px 0 4px 12px; border-left: 3px solid #bc4c00; }
@media (prefers-color-scheme: dark) {
  body { background: #15171a; color: #e6e8eb; }
  .page { background: #202327; }
  h2, .small { color: #a2a9b1; }
  .alert { border-left-color: #ff9d5c; }
}
"""


class Outgoing(Protocol):
    """What a webhook can be sent."""

    @property
    def id(self) -> str:
        """Its own, the same for each copy."""
        ...

    @property
    def payload(self) -> dict[str, Any]:
        """All of it as the values of a webhook."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent of a digest.

    Args:
        digest: What is new, and for which day.
    """

    digest: Digest

    @property
    def id(self) -> str:
        """The digest's."""
        return self.digest.id

    @property
    def subject(self) -> str:
        """What it is about, in one line."""
        if self.digest.is_trial:
            return "Shelfcast: a test"
        return f"Shelfcast: {formatting.count(len(self.digest.alerts), 'new alert')}"

    @property
    def text(self) -> str:
        """All of it as plain text."""
        parts = [f"{heading}\n" + "\n".join(f"- {_line(alert)}" for alert in alerts) for heading, alerts in self._by_kind()]
        return "\n\n".join([self._head(), *parts, *self._foot()]) + "\n"

    @property
    def html(self) -> str:
        """All of it as a page that loads nothing from elsewhere."""
        parts = [f"<h2>{escape(heading)}</h2>" + "".join(_paragraph(alert) for alert in alerts) for heading, alerts in self._by_kind()]
        foot = "".join(f'<p class="small">{escape(line)}</p>' for line in self._foot())
        title = f"<title>{escape(self.subject)}</title>"
        width = '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        head = f'<!doctype html><html lang="en"><head><meta charset="utf-8">{width}{title}<style>{_STYLE}</style></head>'
        day = f'<p class="small">{escape(self._head())}</p>'
        body = f'<h1>{escape(self.subject)}</h1>{day}{"".join(parts)}<div class="foot">{foot}</div>'
        return f'{head}<body><div class="page">{body}</div></body></html>'

    @property
    def payload(self) -> dict[str, Any]:
        """All of it as the values of a webhook."""
        data = {
            "day": self.digest.day.isoformat(),
            "trial": self.digest.is_trial,
            "alerts": [alert.to_json() for alert in self.digest.alerts],
            "still_open": self._told_before,
            "text": self.text,
        }
        return {"type": EVENT, "timestamp": self.digest.when.isoformat(timespec="seconds"), "data": data}

    @property
    def _told_before(self) -> int:
        return len(set(self.digest.open) - {alert.key for alert in self.digest.alerts})

    def _head(self) -> str:
        return formatting.weekday_date(pd.Timestamp(self.digest.day))

    def _foot(self) -> list[str]:
        if self.digest.is_trial:
            return [TRIAL] if self.digest.alerts else [f"{TRIAL} Nothing is open now."]
        before = [f"Told before and still open: {self._told_before}."] if self._told_before else []
        return [*before, _QUIET]

    def _by_kind(self) -> list[tuple[str, Sequence[Alert]]]:
        listed = ((heading, [alert for alert in self.digest.alerts if alert.kind == kind]) for kind, heading in KINDS.items())
        return [(heading, alerts) for heading, alerts in listed if alerts]


def _line(alert: Alert) -> str:
    return " ".join(alert.text.split())


def _paragraph(alert: Alert) -> str:
    return f'<p class="alert">{escape(_line(alert))}</p>'
