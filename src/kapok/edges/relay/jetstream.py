"""The journal relayed to NATS JetStream, each entry acknowledged before the next.

The message number is the entry's, so that the stream drops what is sent twice within `DUPLICATES`. While no server answers,
or the servers are busy with themselves, the relay stays where it is (`NotNow`). A stream that is missing is made; what the
stream or the server refuses for good (too large, not allowed, not its subject) becomes a letter that says why.
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
from nats.js.errors import APIError, NotFoundError

from kapok.edges.relay.cloudevents import CONTENT_TYPE, cloud_event
from kapok.ground.journal.api import Never, NotNow, Subscription
from kapok.ground.journal.queries import Line
from kapok.kernel.text import Text

NAME: Final = "relay-nats"
STREAM: Final = "KAPOK"
SUBJECTS: Final = "kapok.>"
DUPLICATES: Final = timedelta(minutes=10)
ANSWER_SECONDS: Final = 2.0

Answer = TypeVar("Answer")
REFUSED: Final = range(400, 500)
"""What a server answers where the message or its sender is at fault; from 500 on it is itself."""
BUSY: Final = frozenset({408, 429})
LONGEST_REASON: Final = 80


class StreamRefuses(Never):
    """The stream or its server will not take the entry, however often it is sent."""

    wording = Text(
        zh="消息流 KAPOK 拒收：{reason}。请改正消息服务器的流或权限后再次投递。",
        en="The stream KAPOK refuses it: {reason}. Mend the stream or the permissions at the server, then deliver it again.",
    )


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
        self._forbidden: Exception | None = None

    @property
    def subscription(self) -> Subscription:
        """All entries from the first on, each published."""
        return Subscription(name=NAME, handler=self.publish)

    def publish(self, line: Line) -> None:
        """Publish one entry and wait until the stream has stored it. Raises `NotNow` while nobody answers, `StreamRefuses`."""
        self._wait(self._publish(line))

    def close(self) -> None:
        """End the connection and its thread."""
        if self._client:
            asyncio.run_coroutine_threadsafe(self._client.close(), self._loop).result(ANSWER_SECONDS * 2)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        self._forbidden = None
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(ANSWER_SECONDS * 3)
        except StreamRefuses:
            raise
        except Exception as failure:
            future.cancel()
            self._stream = None  # it is looked for again, and made if it is gone
            if reason := _refusal(self._forbidden or failure):
                raise StreamRefuses(reason=reason[:LONGEST_REASON]) from failure
            raise NotNow(type(failure).__name__) from failure

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
                self._servers, max_reconnect_attempts=-1, reconnect_time_wait=0.2, error_cb=self._heard, name="kapok"
            )
            self._client = await asyncio.wait_for(connecting, ANSWER_SECONDS)
        stream: JetStreamContext = self._client.jetstream(timeout=ANSWER_SECONDS)
        try:
            subjects = (await stream.stream_info(STREAM)).config.subjects or []
        except NotFoundError:
            subjects = [SUBJECTS]
            await stream.add_stream(
                StreamConfig(
                    name=STREAM,
                    subjects=subjects,
                    num_replicas=self._replicas,
                    duplicate_window=DUPLICATES.total_seconds(),
                )
            )
        if SUBJECTS not in subjects:
            raise StreamRefuses(reason=f"its subjects lack {SUBJECTS}")
        self._stream = stream
        return stream

    async def _heard(self, error: Exception) -> None:
        """What a server says without being asked; of a lost connection the next question tells."""
        if "permissions violation" in str(error).lower():
            self._forbidden = error


def _refusal(failure: Exception) -> str | None:
    """Why it is of no use to send it again, in the server's words; None if it may pass."""
    match failure:
        case APIError(code=int(code), description=description) if code in REFUSED and code not in BUSY:
            return description or str(code)
        case MaxPayloadError():
            return "the message is larger than the server takes"
        case nats.errors.Error() if "permissions violation" in str(failure).lower():
            return str(failure).removeprefix("nats: ")
    return None
