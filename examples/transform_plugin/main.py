"""An mcpd plugin that adds, renames and removes fields of JSON request bodies."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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


@dataclass(frozen=True)
class Rules:
    """What is done to a JSON object: first removals, then renames, then additions."""

    remove: tuple[str, ...] = ()
    rename: dict[str, str] = field(default_factory=dict)
    add: dict[str, Any] = field(default_factory=lambda: {"processed_by": "transform-plugin"})
    reject_broken_json: bool = False

    @classmethod
    def parse(cls, settings: Mapping[str, str], fallback: "Rules") -> "Rules":
        """Reads the settings that are given. Raises `ValueError` with a message for the user."""
        remove = fallback.remove
        if "remove" in settings:
            remove = tuple(name.strip() for name in settings["remove"].split(",") if name.strip())
        rename = parse_object("rename", settings, fallback.rename)
        if not all(isinstance(name, str) for name in rename.values()):
            raise ValueError("`rename` must map names to names")
        reject = settings.get("reject_broken_json", str(fallback.reject_broken_json)).lower()
        if reject not in ("true", "false"):
            raise ValueError("`reject_broken_json` must be `true` or `false`")
        return cls(remove, rename, parse_object("add", settings, fallback.add), reject == "true")

    def apply(self, document: dict[str, Any]) -> dict[str, Any]:
        """A changed copy; the order of the fields is kept, and a renamed field keeps its place."""
        changed = {
            self.rename.get(name, name): value
            for name, value in document.items()
            if name not in self.remove
        }
        return changed | self.add


class TransformPlugin(BasePlugin):
    """Changes bodies of type JSON that hold an object, and leaves every other body alone."""

    def __init__(self) -> None:
        prefix = "TRANSFORM_PLUGIN_"
        settings = {
            name.removeprefix(prefix).lower(): value
            for name, value in os.environ.items()
            if name.startswith(prefix)
        }
        self.rules = Rules.parse(settings, Rules())

    async def GetMetadata(self, request: Empty, context: grpc.aio.ServicerContext) -> Metadata:
        return Metadata(
            name="transform-plugin",
            version="1.0.0",
            description="Adds, renames and removes fields of JSON request bodies",
        )

    async def GetCapabilities(
        self, request: Empty, context: grpc.aio.ServicerContext
    ) -> Capabilities:
        return Capabilities(flows=[FLOW_REQUEST])

    async def Configure(self, request: PluginConfig, context: grpc.aio.ServicerContext) -> Empty:
        try:
            self.rules = Rules.parse(request.custom_config, self.rules)
        except ValueError as error:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        return Empty()

    async def HandleRequest(
        self, request: HTTPRequest, context: grpc.aio.ServicerContext
    ) -> HTTPResponse:
        unchanged = HTTPResponse(**{"continue": True})
        if not request.body or not is_json(request.headers):
            return unchanged
        try:
            document = json.loads(request.body)
        except ValueError as error:
            # `json.JSONDecodeError` and `UnicodeDecodeError` are both a `ValueError`.
            return bad_request(str(error)) if self.rules.reject_broken_json else unchanged
        if not isinstance(document, dict):
            return unchanged

        body = json.dumps(self.rules.apply(document), ensure_ascii=False).encode()
        response = HTTPResponse(**{"continue": True})
        response.modified_request.CopyFrom(request)
        response.modified_request.body = body
        set_content_length(response.modified_request.headers, len(body))
        return response


def parse_object(key: str, settings: Mapping[str, str], fallback: dict[str, Any]) -> dict[str, Any]:
    if key not in settings:
        return fallback
    try:
        value = json.loads(settings[key])
    except json.JSONDecodeError as error:
        raise ValueError(f"`{key}` is no JSON: {error}") from None
    if not isinstance(value, dict):
        raise ValueError(f"`{key}` must be a JSON object")
    return value


def is_json(headers: Mapping[str, str]) -> bool:
    """Whether the type is `application/json` or ends in `+json` (RFC 6839)."""
    for name, value in headers.items():
        if name.lower() == "content-type":
            media_type = value.partition(";")[0].strip().lower()
            return media_type == "application/json" or media_type.endswith("+json")
    return False


def set_content_length(headers: Any, length: int) -> None:
    """Replaces the header whatever its spelling: two that disagree make a request invalid."""
    for name in [name for name in headers if name.lower() == "content-length"]:
        del headers[name]
    headers["Content-Length"] = str(length)


def bad_request(message: str) -> HTTPResponse:
    body = json.dumps({"error": "invalid_json", "message": message}).encode()
    return HTTPResponse(
        status_code=400,
        headers={"Content-Type": "application/json", "Content-Length": str(len(body))},
        body=body,
        **{"continue": False},
    )


if __name__ == "__main__":
    asyncio.run(serve(TransformPlugin(), sys.argv))
