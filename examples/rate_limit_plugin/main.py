"""An mcpd plugin that limits how many requests a client may make, with a token bucket."""

import asyncio
import ipaddress
import json
import math
import os
import sys
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

import grpc
from google.protobuf.empty_pb2 import Empty
from mcpd_plugins import BasePlugin, serve
from mcpd_plugins.v1.plugins.plugin_pb2 import (
    FLOW_REQUEST,
    Capabilities,
    HTTPRequest,
    HTTPResponse,
    Metadata,
    PluginConfig,
)

# The bucket used least recently is forgotten first: many clients must not fill the memory.
REMEMBERED_CLIENTS = 10_000


@dataclass(frozen=True)
class Limit:
    """How many requests may come at once, and how many come back every minute."""

    burst: int
    per_minute: float

    @classmethod
    def parse(cls, burst: str, per_minute: str) -> "Limit":
        """Raises `ValueError`, with a message for the user, if a number is none or out of range."""
        try:
            limit = cls(int(burst), float(per_minute))
        except ValueError:
            raise ValueError(
                f"`burst` and `per_minute` must be numbers, not {burst!r} and {per_minute!r}"
            ) from None
        if limit.burst < 1 or not 0 < limit.per_minute < math.inf:
            raise ValueError("`burst` must be at least 1 and `per_minute` greater than 0")
        return limit


class TokenBucket:
    """Holds up to `burst` tokens; each request takes one, and time brings them back."""

    def __init__(self, limit: Limit, now: float) -> None:
        self.limit = limit
        self.tokens = float(limit.burst)
        self.filled_at = now

    def take(self, now: float) -> bool:
        """Whether a token was there to be taken."""
        earned = (now - self.filled_at) * self.limit.per_minute / 60
        self.tokens = min(float(self.limit.burst), self.tokens + earned)
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    def seconds_until(self, tokens: float) -> int:
        """Whole seconds, rounded up, until the bucket holds `tokens` again."""
        return max(0, math.ceil((tokens - self.tokens) * 60 / self.limit.per_minute))


class RateLimitPlugin(BasePlugin):
    """Answers 429 with `Retry-After` to a client whose bucket is empty."""

    def __init__(self) -> None:
        self.limit = Limit.parse(
            os.environ.get("RATE_LIMIT_PLUGIN_BURST", "20"),
            os.environ.get("RATE_LIMIT_PLUGIN_PER_MINUTE", "60"),
        )
        self.buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    async def GetMetadata(self, request: Empty, context: grpc.aio.ServicerContext) -> Metadata:
        return Metadata(
            name="rate-limit-plugin",
            version="1.0.0",
            description="Limits how many requests a client may make",
        )

    async def GetCapabilities(
        self, request: Empty, context: grpc.aio.ServicerContext
    ) -> Capabilities:
        return Capabilities(flows=[FLOW_REQUEST])

    async def Configure(self, request: PluginConfig, context: grpc.aio.ServicerContext) -> Empty:
        configuration = request.custom_config
        try:
            self.limit = Limit.parse(
                configuration.get("burst", str(self.limit.burst)),
                configuration.get("per_minute", str(self.limit.per_minute)),
            )
        except ValueError as error:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        # Buckets filled under the former limit would follow it for as long as they live.
        self.buckets.clear()
        return Empty()

    async def HandleRequest(
        self, request: HTTPRequest, context: grpc.aio.ServicerContext
    ) -> HTTPResponse:
        bucket = self.bucket(client_of(request))
        allowed = bucket.take(time.monotonic())
        headers = {
            "X-RateLimit-Limit": str(self.limit.burst),
            "X-RateLimit-Remaining": str(int(bucket.tokens)),
            "X-RateLimit-Reset": str(bucket.seconds_until(self.limit.burst)),
        }
        if allowed:
            return HTTPResponse(headers=headers, **{"continue": True})

        wait = bucket.seconds_until(1)
        body = json.dumps({"error": "rate_limited", "retry_after": wait}).encode()
        headers |= {
            "Retry-After": str(wait),
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
        }
        return HTTPResponse(status_code=429, headers=headers, body=body, **{"continue": False})

    def bucket(self, client: str) -> TokenBucket:
        bucket = self.buckets.get(client)
        if bucket is None:
            bucket = self.buckets[client] = TokenBucket(self.limit, time.monotonic())
        self.buckets.move_to_end(client)
        if len(self.buckets) > REMEMBERED_CLIENTS:
            self.buckets.popitem(last=False)
        return bucket


def client_of(request: HTTPRequest) -> str:
    """The address of the client without its port, which differs from connection to connection.

    Where mcpd names no address, the first one of `X-Forwarded-For` stands for it; requests without
    either share one bucket.
    """
    address = request.remote_addr or first_forwarded_for(request.headers)
    for candidate in (address, address.rpartition(":")[0].strip("[]")):
        try:
            return ipaddress.ip_address(candidate).compressed
        except ValueError:
            continue
    return address


def first_forwarded_for(headers: Mapping[str, str]) -> str:
    for name, value in headers.items():
        if name.lower() == "x-forwarded-for":
            return value.split(",")[0].strip()
    return ""


if __name__ == "__main__":
    asyncio.run(serve(RateLimitPlugin(), sys.argv))
