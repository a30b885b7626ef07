"""An mcpd plugin that writes one line of JSON to stderr for every request and response."""

import asyncio
import json
import logging
import os
import sys
import time
import uuid
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from mcpd_plugins import BasePlugin, serve
from mcpd_plugins.v1.plugins.plugin_pb2 import (
    FLOW_REQUEST,
    FLOW_RESPONSE,
    Capabilities,
    HTTPRequest,
    HTTPResponse,
    Metadata,
    PluginConfig,
)

logger = logging.getLogger("logging_plugin")

REQUEST_ID = "X-Request-Id"
HIDDEN_HEADERS = frozenset({"authorization", "cookie", "set-cookie", "proxy-authorization"})
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

# Requests whose response never comes must not fill the memory: only the newest are remembered.
REMEMBERED_REQUESTS = 10_000


class JsonFormatter(logging.Formatter):
    """Writes a record and the fields given in `extra={"fields": ...}` as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class LoggingPlugin(BasePlugin):
    """Logs both flows.

    A request carries its id in `X-Request-Id`; a response that repeats it is given a duration.
    """

    def __init__(self) -> None:
        self.log_headers = os.environ.get("LOGGING_PLUGIN_HEADERS", "false").lower() == "true"
        self.started: OrderedDict[str, float] = OrderedDict()

    async def GetMetadata(self, request: Empty, context: grpc.aio.ServicerContext) -> Metadata:
        return Metadata(
            name="logging-plugin",
            version="1.0.0",
            description="Writes one line of JSON for every request and response",
        )

    async def GetCapabilities(
        self, request: Empty, context: grpc.aio.ServicerContext
    ) -> Capabilities:
        return Capabilities(flows=[FLOW_REQUEST, FLOW_RESPONSE])

    async def Configure(self, request: PluginConfig, context: grpc.aio.ServicerContext) -> Empty:
        configuration = request.custom_config
        level = configuration.get("level", logging.getLevelName(logger.level)).upper()
        if level not in LEVELS:
            await context.abort(
                grpc.StatusCode.INVALID_ARGUMENT, f"`level` must be one of {', '.join(LEVELS)}"
            )
        headers = configuration.get("headers", str(self.log_headers)).lower()
        if headers not in ("true", "false"):
            await context.abort(
                grpc.StatusCode.INVALID_ARGUMENT, "`headers` must be `true` or `false`"
            )
        logger.setLevel(level)
        self.log_headers = headers == "true"
        logger.info("configured", extra={"fields": {"log_level": level, "headers": headers}})
        return Empty()

    async def HandleRequest(
        self, request: HTTPRequest, context: grpc.aio.ServicerContext
    ) -> HTTPResponse:
        response = HTTPResponse(**{"continue": True})
        request_id = header(request.headers, REQUEST_ID)
        if request_id is None:
            request_id = uuid.uuid4().hex
            response.modified_request.CopyFrom(request)
            response.modified_request.headers[REQUEST_ID] = request_id

        self.started[request_id] = time.monotonic()
        if len(self.started) > REMEMBERED_REQUESTS:
            self.started.popitem(last=False)

        fields = {
            "id": request_id,
            "method": request.method,
            "path": request.path,
            "client": request.remote_addr,
            "bytes": len(request.body),
        }
        self.log("request", fields, request.headers)
        return response

    async def HandleResponse(
        self, response: HTTPResponse, context: grpc.aio.ServicerContext
    ) -> HTTPResponse:
        request_id = header(response.headers, REQUEST_ID)
        fields = {"id": request_id, "status": response.status_code, "bytes": len(response.body)}
        started = self.started.pop(request_id, None) if request_id is not None else None
        if started is not None:
            fields["duration_ms"] = round((time.monotonic() - started) * 1000, 3)
        self.log("response", fields, response.headers)

        # mcpd takes the answer as the response from here on, so it must be given back whole.
        answer = HTTPResponse()
        answer.CopyFrom(response)
        setattr(answer, "continue", True)
        return answer

    def log(self, event: str, fields: dict, headers: Mapping[str, str]) -> None:
        if self.log_headers:
            fields["headers"] = {
                name.lower(): "hidden" if name.lower() in HIDDEN_HEADERS else value
                for name, value in sorted(headers.items())
            }
        level = logging.ERROR if fields.get("status", 0) >= 500 else logging.INFO
        logger.log(level, event, extra={"fields": fields})


def header(headers: Mapping[str, str], wanted: str) -> str | None:
    """A header's value; header names are case-insensitive."""
    for name, value in headers.items():
        if name.lower() == wanted.lower():
            return value
    return None


def offer_reflection() -> None:
    """Lets clients such as grpcurl ask the server for its services, which need no `.proto` file then.

    `serve` makes its server by itself and shows it to nobody, so the function that makes it is wrapped.
    """
    from grpc_reflection.v1alpha import reflection
    from mcpd_plugins.v1.plugins.plugin_pb2 import DESCRIPTOR

    services = [service.full_name for service in DESCRIPTOR.services_by_name.values()]
    make_server = grpc.aio.server

    def make_reflecting_server(*args: Any, **options: Any) -> grpc.aio.Server:
        server = make_server(*args, **options)
        reflection.enable_server_reflection([*services, reflection.SERVICE_NAME], server)
        return server

    grpc.aio.server = make_reflecting_server


def set_up_logging() -> None:
    """Sends every log record of the process, those of the SDK too, to stderr as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logger.setLevel(os.environ.get("LOGGING_PLUGIN_LEVEL", "INFO").upper())


if __name__ == "__main__":
    set_up_logging()
    if os.environ.get("LOGGING_PLUGIN_REFLECTION", "false").lower() == "true":
        offer_reflection()
    asyncio.run(serve(LoggingPlugin(), sys.argv))
