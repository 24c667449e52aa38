"""The journal relayed to NATS JetStream, each entry acknowledged before the next.

The message number is the entry's, so that the stream drops what is sent twice within `DUPLICATES`. While no server answers,
the relay stays where it is (`NotNow`); only what the stream can never take (too large) becomes a letter.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from threading import Thread
from typing import Any, Final, TypeVar

import nats
from nats.aio.client import Client
from nats.errors import MaxPayloadError
from nats.js.api import StreamConfig
from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError

from kapok.edges.relay.cloudevents import CONTENT_TYPE, cloud_event
from kapok.ground.journal.api import NotNow, Subscription
from kapok.ground.journal.queries import Line

NAME: Final = "relay-nats"
STREAM: Final = "KAPOK"
SUBJECTS: Final = "kapok.>"
DUPLICATES: Final = timedelta(minutes=10)
ANSWER_SECONDS: Final = 2.0

Answer = TypeVar("Answer")


class Relay:
    """A connection to the servers at `urls` (separated by commas), made when it is first needed and kept."""

    def __init__(self, urls: str, *, replicas: int) -> None:
        self._servers = [url.strip() for url in urls.split(",") if url.strip()]
        self._replicas = replicas
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name=NAME, daemon=True)
        self._thread.start()
        self._stream: JetStreamContext | None = None
        self._client: Client | None = None

    @property
    def subscription(self) -> Subscription:
        """All entries from the first on, each published."""
        return Subscription(name=NAME, handler=self.publish)

    def publish(self, line: Line) -> None:
        """Publish one entry and wait until the stream has stored it. Raises `NotNow` while nobody answers."""
        self._wait(self._publish(line))

    def close(self) -> None:
        """End the connection and its thread."""
        if self._client:
            asyncio.run_coroutine_threadsafe(self._client.close(), self._loop).result(ANSWER_SECONDS * 2)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(ANSWER_SECONDS * 3)
        except MaxPayloadError:
            raise
        except Exception as absent:
            future.cancel()
            raise NotNow(type(absent).__name__) from absent

    async def _publish(self, line: Line) -> None:
        stream = self._stream or await self._connect()
        await stream.publish(
            f"kapok.{line.kind}",
            cloud_event(line),
            timeout=ANSWER_SECONDS,
            headers={"Nats-Msg-Id": str(line.id), "Content-Type": CONTENT_TYPE},
        )

    async def _connect(self) -> JetStreamContext:
        if self._client is None:
            connecting = nats.connect(
                self._servers, max_reconnect_attempts=-1, reconnect_time_wait=0.2, error_cb=_ignore, name="kapok"
            )
            self._client = await asyncio.wait_for(connecting, ANSWER_SECONDS)
        stream: JetStreamContext = self._client.jetstream(timeout=ANSWER_SECONDS)
        try:
            await stream.stream_info(STREAM)
        except NotFoundError:
            await stream.add_stream(
                StreamConfig(
                    name=STREAM,
                    subjects=[SUBJECTS],
                    num_replicas=self._replicas,
                    duplicate_window=DUPLICATES.total_seconds(),
                )
            )
        self._stream = stream
        return stream


async def _ignore(_error: Exception) -> None:
    """Lost connections show in what is asked for next; the library would print each attempt."""
