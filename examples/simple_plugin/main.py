"""An mcpd plugin that adds one header to every request."""

import asyncio
import os
import re
import sys

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

# The characters that RFC 9110 allows in a field name ("token").
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class SimplePlugin(BasePlugin):
    """Adds the header `name: value`; both can be configured."""

    def __init__(self) -> None:
        self.name = os.environ.get("SIMPLE_PLUGIN_HEADER", "X-Simple-Plugin")
        self.value = os.environ.get("SIMPLE_PLUGIN_VALUE", "processed")

    async def GetMetadata(self, request: Empty, context: grpc.aio.ServicerContext) -> Metadata:
        return Metadata(
            name="simple-plugin",
            version="1.0.0",
            description="Adds one header to every request",
        )

    async def GetCapabilities(
        self, request: Empty, context: grpc.aio.ServicerContext
    ) -> Capabilities:
        return Capabilities(flows=[FLOW_REQUEST])

    async def Configure(self, request: PluginConfig, context: grpc.aio.ServicerContext) -> Empty:
        name = request.custom_config.get("header", self.name)
        value = request.custom_config.get("value", self.value)
        if not HEADER_NAME.fullmatch(name):
            await context.abort(
                grpc.StatusCode.INVALID_ARGUMENT, f"`header` is no header name: {name!r}"
            )
        if "\r" in value or "\n" in value:
            # A line break would let whoever writes the value smuggle in further headers.
            await context.abort(
                grpc.StatusCode.INVALID_ARGUMENT, "`value` must not contain a line break"
            )
        self.name, self.value = name, value
        return Empty()

    async def HandleRequest(
        self, request: HTTPRequest, context: grpc.aio.ServicerContext
    ) -> HTTPResponse:
        # `continue` is a keyword in Python, so it cannot be written as an ordinary argument.
        response = HTTPResponse(**{"continue": True})
        response.modified_request.CopyFrom(request)
        response.modified_request.headers[self.name] = self.value
        return response


if __name__ == "__main__":
    asyncio.run(serve(SimplePlugin(), sys.argv))
