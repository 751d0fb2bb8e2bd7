"""What the API says about itself: its OpenAPI document, and the page made of it."""

import asyncio
import json
from dataclasses import dataclass

from telephony.admin.openapi import document
from telephony.admin.page import page
from telephony.admin.routes import OPERATIONS


@dataclass(frozen=True, slots=True)
class Made:
    """Both, as they are sent."""

    document: bytes
    page: str


class Description:
    """Both for this `release` of the program.

    They are made when somebody first asks, in a thread: that takes 0.2 s of computing, a fifth of a start,
    and most lives of a service are never asked.
    """

    def __init__(self, release: str) -> None:
        self._release = release
        self._making: asyncio.Task[Made] | None = None

    async def made(self) -> Made:
        """Both, made once however many ask."""
        if self._making is None:
            self._making = asyncio.create_task(asyncio.to_thread(self._make))
        return await asyncio.shield(self._making)  # who goes away does not take it from others

    def _make(self) -> Made:
        described = document(OPERATIONS, self._release)
        return Made(json.dumps(described, ensure_ascii=False).encode(), page(described))
