"""An mcpd plugin that lets only requests with a known Bearer token pass."""

import asyncio
import hmac
import json
import os
import sys
from collections.abc import Mapping

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


class AuthPlugin(BasePlugin):
    """Answers 401 unless `Authorization: Bearer TOKEN` names a configured token (RFC 6750)."""

    def __init__(self) -> None:
        self.tokens = split_tokens(os.environ.get("AUTH_PLUGIN_TOKENS", ""))
        self.realm = os.environ.get("AUTH_PLUGIN_REALM", "mcpd")

    async def GetMetadata(self, request: Empty, context: grpc.aio.ServicerContext) -> Metadata:
        return Metadata(
            name="auth-plugin",
            version="1.0.0",
            description="Lets only requests with a known Bearer token pass",
        )

    async def GetCapabilities(
        self, request: Empty, context: grpc.aio.ServicerContext
    ) -> Capabilities:
        return Capabilities(flows=[FLOW_REQUEST])

    async def Configure(self, request: PluginConfig, context: grpc.aio.ServicerContext) -> Empty:
        configuration = request.custom_config
        if "tokens" in configuration:
            tokens = split_tokens(configuration["tokens"])
            if not tokens:
                await context.abort(
                    grpc.StatusCode.INVALID_ARGUMENT, "`tokens` names no token at all"
                )
            self.tokens = tokens
        self.realm = configuration.get("realm", self.realm)
        return Empty()

    async def CheckReady(self, request: Empty, context: grpc.aio.ServicerContext) -> Empty:
        # Without a token every request would be refused: better that mcpd says so at its start.
        if not self.tokens:
            await context.abort(
                grpc.StatusCode.FAILED_PRECONDITION,
                "no token is configured: set `tokens` or AUTH_PLUGIN_TOKENS",
            )
        return Empty()

    async def HandleRequest(
        self, request: HTTPRequest, context: grpc.aio.ServicerContext
    ) -> HTTPResponse:
        token = bearer_token(request.headers)
        if token is None:
            return self.unauthorized("a Bearer token is required", challenge_error=None)
        if not self.knows(token):
            return self.unauthorized("the token is not valid", challenge_error="invalid_token")
        return HTTPResponse(**{"continue": True})

    def knows(self, token: str) -> bool:
        """Compares with every token in full, so that the time taken tells nothing about them."""
        given = token.encode()
        matches = [hmac.compare_digest(given, known.encode()) for known in self.tokens]
        return any(matches)

    def unauthorized(self, message: str, *, challenge_error: str | None) -> HTTPResponse:
        challenge = f'Bearer realm="{self.realm}"'
        if challenge_error is not None:
            challenge += f', error="{challenge_error}"'
        body = json.dumps({"error": "unauthorized", "message": message}).encode()
        return HTTPResponse(
            status_code=401,
            headers={
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                "WWW-Authenticate": challenge,
            },
            body=body,
            **{"continue": False},
        )


def split_tokens(text: str) -> list[str]:
    """Tokens are separated by commas, so that a new one can be added before an old one goes."""
    return [token for token in (part.strip() for part in text.split(",")) if token]


def bearer_token(headers: Mapping[str, str]) -> str | None:
    """The token of the `Authorization` header; its name and its scheme are case-insensitive."""
    for name, value in headers.items():
        if name.lower() == "authorization":
            scheme, _, token = value.strip().partition(" ")
            if scheme.lower() == "bearer" and token.strip():
                return token.strip()
    return None


if __name__ == "__main__":
    asyncio.run(serve(AuthPlugin(), sys.argv))
