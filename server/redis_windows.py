"""Requests of the last minute, counted in Redis or Valkey; loaded only where that is so."""

from __future__ import annotations

import asyncio
import contextlib
import time

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from server.windows import AHEAD, PAUSE, StoreAwayError, Taken

# One round trip, one clock: that of the store. Newest first.
_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local most, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local times = redis.call('LRANGE', KEYS[1], 0, -1)
local used, oldest = 0, now
for i = 1, #times do
  local at = tonumber(times[i])
  if at <= now - window then break end
  if at <= now + tonumber(ARGV[3]) then used = used + 1; oldest = at end
end
if used >= most then return {0, used, tonumber(times[most]) + window - now} end
redis.call('LPUSH', KEYS[1], now)
redis.call('LTRIM', KEYS[1], 0, most - 1)
redis.call('PEXPIRE', KEYS[1], window)
return {1, used + 1, oldest + window - now}
"""


class RedisWindows:
    """The same as `FileWindows`, for the servers of many machines."""

    def __init__(self, url: str, timeout: float) -> None:
        self._url = url
        self._timeout = timeout
        self._away = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: Redis | None = None
        self._script: AsyncScript | None = None

    async def take(self, key: bytes, most: int, window: float) -> Taken:
        if time.monotonic() < self._away:
            raise StoreAwayError
        try:
            async with asyncio.timeout(self._timeout):
                admitted, used, reset = await self._ask()(
                    keys=[b"jobswipe:limit:" + key.hex().encode()],
                    args=[most, int(window * 1000), int(AHEAD * 1000)],
                )
        except (RedisError, OSError, TimeoutError) as error:
            self._away = time.monotonic() + PAUSE
            raise StoreAwayError from error
        return Taken(bool(admitted), used, reset / 1000)

    def _ask(self) -> AsyncScript:
        """The script, on connections of the running loop: another loop's cannot be used."""
        loop = asyncio.get_running_loop()
        if self._script is None or self._loop is not loop:
            self._loop = loop
            self._client = Redis.from_url(
                self._url,
                socket_timeout=self._timeout,
                socket_connect_timeout=self._timeout,
                retry=Retry(NoBackoff(), 0),
                max_connections=32,
            )
            self._script = self._client.register_script(_SCRIPT)
        return self._script

    async def close(self) -> None:
        if self._client is not None and self._loop is asyncio.get_running_loop():
            with contextlib.suppress(RedisError, OSError):
                await self._client.aclose()
