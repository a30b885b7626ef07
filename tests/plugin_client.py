"""Starts an example plugin as mcpd does, checks over gRPC what it does, and stops it as mcpd does.

    python plugin_client.py simple_plugin --network unix --address PATH.sock -- dist/simple_plugin
    python plugin_client.py simple_plugin --network tcp -- python examples/simple_plugin/main.py
    python plugin_client.py simple_plugin --standalone -- dist/simple_plugin

It is run by a Python that has `mcpd-plugins` installed. One line is printed for each check that
holds. The first one that does not hold ends the run with exit status 1, and what the plugin wrote to
stderr is shown.
"""

import argparse
import ctypes
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from mcpd_plugins.v1.plugins.plugin_pb2 import (
    FLOW_REQUEST,
    FLOW_RESPONSE,
    HTTPRequest,
    HTTPResponse,
    PluginConfig,
)
from mcpd_plugins.v1.plugins.plugin_pb2_grpc import PluginStub

# mcpd gives a plugin ten seconds until it must accept connections.
SECONDS_TO_START = 10
SECONDS_TO_STOP = 5
SECONDS_TO_ANSWER = 5

# The option of prctl(2) that makes a process the parent of its orphaned descendants.
PR_SET_CHILD_SUBREAPER = 36


class CheckFailed(Exception):
    """A check does not hold; its text says what was expected and what was seen."""


@dataclass(frozen=True)
class Kind:
    """What one kind of plugin must do."""

    flows: list[int]
    environment: dict[str, str]
    before_configure: list[tuple[str, Callable[[PluginStub], None]]]
    configuration: dict[str, str]
    refused_configuration: dict[str, str]
    after_configure: list[tuple[str, Callable[[PluginStub], None]]]
    after_exit: list[tuple[str, Callable[[str], None]]] = field(default_factory=list)


def main() -> int:
    options = parse_arguments(sys.argv[1:])
    # A process that the plugin leaves behind becomes a child of this one, and is seen at the end.
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")
    with tempfile.TemporaryDirectory(prefix="plugin_client") as folder:
        return drive(options, Path(folder))


def drive(options: argparse.Namespace, folder: Path) -> int:
    """Starts the plugin, checks it and stops it; returns the exit status for this process."""
    kind = KINDS[options.kind]
    arguments, environment, target = listen_at(options, folder)
    stderr_file = folder / "stderr"
    # A file takes whatever the plugin writes; a pipe nobody reads would stop it at 64 KiB.
    with stderr_file.open("wb") as stderr:
        try:
            child = subprocess.Popen(
                [*options.command, *arguments],
                stdin=subprocess.DEVNULL,
                stderr=stderr,
                env={**os.environ, **kind.environment, **environment},
            )
        except OSError as error:
            print(f"FAILED {options.kind}: cannot be started: {error}", file=sys.stderr)
            return 1
    try:
        check_plugin(options.kind, kind, child, target)
        stop(options.kind, child)
        check_remains(options.kind, kind, target, stderr_file.read_text(errors="replace"))
    except CheckFailed as failure:
        print(f"FAILED {options.kind}: {failure}", file=sys.stderr)
        written = stderr_file.read_text(errors="replace").rstrip()
        print(f"--- what the plugin wrote to stderr ---\n{written}", file=sys.stderr)
        return 1
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
        kill_orphans()
    return 0


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("kind", choices=sorted(KINDS), help="what the plugin is expected to do")
    parser.add_argument("--network", choices=["unix", "tcp"], default="unix")
    parser.add_argument("--address", help="a socket's path, or host:port; chosen if left out")
    parser.add_argument(
        "--standalone",
        action="store_true",
        help="start the plugin without arguments and tell it the port by PLUGIN_PORT",
    )
    parser.add_argument("command", nargs="+", help="the plugin, after `--`")
    return parser.parse_args(arguments)


def listen_at(options: argparse.Namespace, folder: Path) -> tuple[list[str], dict[str, str], str]:
    """The plugin's arguments and environment, and the gRPC target that reaches it."""
    if options.standalone:
        port = free_port()
        return [], {"PLUGIN_PORT": str(port)}, f"127.0.0.1:{port}"
    if options.network == "unix":
        path = os.path.abspath(options.address or folder / "plugin.sock")
        return ["--address", path, "--network", "unix"], {}, f"unix:{path}"
    address = options.address or f"127.0.0.1:{free_port()}"
    return ["--address", address, "--network", "tcp"], {}, address


def free_port() -> int:
    """A port that was free a moment ago; the kernel does not soon give the same one out again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def check_plugin(name: str, kind: Kind, child: subprocess.Popen, target: str) -> None:
    # gRPC waits a second after a refused connection; the plugin is not there at the first try.
    patience = [
        ("grpc.initial_reconnect_backoff_ms", 50),
        ("grpc.min_reconnect_backoff_ms", 50),
        ("grpc.max_reconnect_backoff_ms", 200),
        ("grpc.enable_http_proxy", 0),
    ]
    with grpc.insecure_channel(target, options=patience) as channel:
        stub = PluginStub(channel)
        wait_until_ready(stub, child)
        report(name, "accepts connections")

        metadata = stub.GetMetadata(Empty(), timeout=SECONDS_TO_ANSWER)
        expect("its name", metadata.name, name.replace("_", "-"))
        expect("its version", metadata.version, "1.0.0")
        expect("that it has a description", bool(metadata.description), True)
        report(name, "tells its name and version")

        capabilities = stub.GetCapabilities(Empty(), timeout=SECONDS_TO_ANSWER)
        expect("its flows", list(capabilities.flows), kind.flows)
        report(name, "tells its flows")

        run_checks(name, kind.before_configure, stub)
        refused = PluginConfig(custom_config=kind.refused_configuration)
        expect_status(grpc.StatusCode.INVALID_ARGUMENT, stub.Configure, refused)
        report(name, "refuses a configuration that is wrong")
        configuration = PluginConfig(custom_config=kind.configuration)
        stub.Configure(configuration, timeout=SECONDS_TO_ANSWER)
        stub.CheckReady(Empty(), timeout=SECONDS_TO_ANSWER)
        stub.CheckHealth(Empty(), timeout=SECONDS_TO_ANSWER)
        report(name, "is configured, ready and healthy")
        run_checks(name, kind.after_configure, stub)

        # mcpd signals and kills this one process: a server that ran in a child would live on.
        expect("its child processes", children_of(child.pid), [])
        report(name, "is one process")
        stub.Stop(Empty(), timeout=SECONDS_TO_ANSWER)


def wait_until_ready(stub: PluginStub, child: subprocess.Popen) -> None:
    """Waits for whatever comes first: an answer, the plugin's end, or the deadline."""
    events: queue.SimpleQueue[str] = queue.SimpleQueue()

    def watch_child() -> None:
        child.wait()
        events.put("exited")

    threading.Thread(target=watch_child, daemon=True).start()
    call = stub.GetMetadata.future(Empty(), wait_for_ready=True, timeout=SECONDS_TO_START)
    call.add_done_callback(lambda _: events.put("answered"))
    if events.get() == "exited":
        call.cancel()
        raise CheckFailed(f"{describe_end(child.returncode)} before it accepted a connection")
    if call.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
        raise CheckFailed(f"no answer within {SECONDS_TO_START} seconds: {call.details()}")
    expect("the status of the first call", call.code(), grpc.StatusCode.OK)


def stop(name: str, child: subprocess.Popen) -> None:
    if child.poll() is not None:
        raise CheckFailed(f"{describe_end(child.returncode)} before it was told to stop")
    child.send_signal(signal.SIGTERM)
    try:
        status = child.wait(timeout=SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        raise CheckFailed(f"still runs {SECONDS_TO_STOP} seconds after SIGTERM") from None
    if status != 0:
        raise CheckFailed(f"{describe_end(status)} on SIGTERM, expected exit status 0")
    report(name, "exits with status 0 on SIGTERM")


def check_remains(name: str, kind: Kind, target: str, stderr: str) -> None:
    """What must hold when the plugin is gone."""
    network, _, path = target.partition(":")
    if network == "unix":
        expect("that its socket is there", os.path.exists(path), False)
        report(name, "removes its socket")
    try:
        left, _ = os.waitpid(-1, os.WNOHANG)
        raise CheckFailed(f"left a process behind (found {left or 'one that still runs'})")
    except ChildProcessError:
        report(name, "leaves no process behind")
    if "Traceback" in stderr:
        raise CheckFailed("wrote a traceback to stderr")
    report(name, "writes no traceback")
    run_checks(name, kind.after_exit, stderr)


def run_checks(name: str, checks: list[tuple[str, Callable[[Any], None]]], subject: Any) -> None:
    for description, check in checks:
        try:
            check(subject)
        except (CheckFailed, grpc.RpcError) as failure:
            raise CheckFailed(f"{description}: {failure}") from failure
        report(name, description)


def report(name: str, description: str) -> None:
    print(f"ok {name}: {description}", flush=True)


def expect(what: str, seen: Any, expected: Any) -> None:
    if seen != expected:
        raise CheckFailed(f"{what}: expected {expected!r}, saw {seen!r}")


def expect_status(expected: grpc.StatusCode, call: Callable[..., Any], request: Any) -> None:
    try:
        call(request, timeout=SECONDS_TO_ANSWER)
    except grpc.RpcError as error:
        expect("the status of the call", error.code(), expected)
    else:
        raise CheckFailed(f"the call succeeded, expected {expected}")


def children_of(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def kill_orphans() -> None:
    """Ends what a failed plugin left behind, so that no test is disturbed by the one before it."""
    while children := children_of(os.getpid()):
        for process in children:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)


def describe_end(status: int) -> str:
    if status < 0:
        return f"was killed by {signal.Signals(-status).name}"
    return f"exited with status {status}"


def request(**fields: Any) -> HTTPRequest:
    """A request such as mcpd passes on, with `fields` in place of its own."""
    usual = {"method": "POST", "path": "/api/v1/servers/time/tools/now", "body": b"{}"}
    return HTTPRequest(**{**usual, **fields})


def handle(stub: PluginStub, **fields: Any) -> HTTPResponse:
    return stub.HandleRequest(request(**fields), timeout=SECONDS_TO_ANSWER)


def continues(response: HTTPResponse) -> bool:
    return getattr(response, "continue")


# --- simple_plugin ---


def simple_uses_environment(stub: PluginStub) -> None:
    response = handle(stub)
    expect("the header", response.modified_request.headers["X-Simple-Plugin"], "environment")


def simple_adds_header(stub: PluginStub) -> None:
    response = handle(stub, headers={"Accept": "*/*"}, body=b"\x00\xff")
    changed = response.modified_request
    expect("`continue`", continues(response), True)
    expect("the headers", dict(changed.headers), {"Accept": "*/*", "X-Tried": "grüße"})
    expect("the body", changed.body, b"\x00\xff")
    expect("the method", changed.method, "POST")


# --- auth_plugin ---


def auth_is_not_ready_without_tokens(stub: PluginStub) -> None:
    expect_status(grpc.StatusCode.FAILED_PRECONDITION, stub.CheckReady, Empty())


def auth_lets_known_tokens_pass(stub: PluginStub) -> None:
    for headers in ({"Authorization": "Bearer first"}, {"authorization": "bearer sécond"}):
        response = handle(stub, headers=headers)
        expect("`continue`", continues(response), True)
        expect("the status", response.status_code, 0)


def auth_refuses(stub: PluginStub, headers: dict[str, str], challenge: str) -> None:
    response = handle(stub, headers=headers)
    expect("`continue`", continues(response), False)
    expect("the status", response.status_code, 401)
    expect("the challenge", response.headers["WWW-Authenticate"], challenge)
    expect("the length", response.headers["Content-Length"], str(len(response.body)))
    expect("the error", json.loads(response.body)["error"], "unauthorized")


def auth_refuses_missing_token(stub: PluginStub) -> None:
    for headers in ({}, {"Authorization": "Basic Zmlyc3Q="}, {"Authorization": "Bearer "}):
        auth_refuses(stub, headers, 'Bearer realm="tests"')


def auth_refuses_unknown_token(stub: PluginStub) -> None:
    challenge = 'Bearer realm="tests", error="invalid_token"'
    auth_refuses(stub, {"Authorization": "Bearer third"}, challenge)


# --- logging_plugin ---


def logging_gives_an_id(stub: PluginStub) -> None:
    response = handle(stub, headers={"Authorization": "Bearer secret"})
    expect("`continue`", continues(response), True)
    expect("the id's length", len(response.modified_request.headers["X-Request-Id"]), 32)


def logging_keeps_an_id(stub: PluginStub) -> None:
    response = handle(stub, headers={"x-request-id": "abc"}, body=b"12345")
    expect("that the request is changed", response.HasField("modified_request"), False)


def logging_returns_response(stub: PluginStub) -> None:
    sent = HTTPResponse(status_code=503, headers={"X-Request-Id": "abc"}, body=b"busy")
    received = stub.HandleResponse(sent, timeout=SECONDS_TO_ANSWER)
    expect("`continue`", continues(received), True)
    expect("the status", received.status_code, 503)
    expect("the headers", dict(received.headers), {"X-Request-Id": "abc"})
    expect("the body", received.body, b"busy")


def logging_wrote_lines(stderr: str) -> None:
    try:
        lines = [json.loads(line) for line in stderr.splitlines()]
    except json.JSONDecodeError as error:
        raise CheckFailed(f"a line of stderr is no JSON: {error}") from None
    events = [line["event"] for line in lines]
    expect("the events", events, ["configured", "request", "request", "response"])
    _, first, second, response = lines
    expect("the hidden header", first["headers"], {"authorization": "hidden"})
    expect("the second request", (second["id"], second["bytes"]), ("abc", 5))
    seen = (response["id"], response["status"], response["level"])
    expect("the response", seen, ("abc", 503, "error"))
    expect("that a duration is known", response["duration_ms"] >= 0, True)


# --- rate_limit_plugin ---


def rate_limit_lets_burst_pass(stub: PluginStub) -> None:
    for remaining in ("1", "0"):
        response = handle(stub, remote_addr="192.0.2.1:4711")
        expect("`continue`", continues(response), True)
        expect("the limit", response.headers["X-RateLimit-Limit"], "2")
        expect("what remains", response.headers["X-RateLimit-Remaining"], remaining)


def rate_limit_refuses_more(stub: PluginStub) -> None:
    # The same client on another connection, that is, from another port.
    response = handle(stub, remote_addr="192.0.2.1:4712")
    expect("`continue`", continues(response), False)
    expect("the status", response.status_code, 429)
    # One request a minute comes back, and the burst was used up a moment ago.
    wait = int(response.headers["Retry-After"])
    expect("that the wait is about a minute", 50 <= wait <= 60, True)
    expect("the body", json.loads(response.body), {"error": "rate_limited", "retry_after": wait})


def rate_limit_tells_clients_apart(stub: PluginStub) -> None:
    for client in ({"remote_addr": "[2001:db8::1]:80"}, {"headers": {"X-Forwarded-For": "::2"}}):
        response = handle(stub, **client)
        expect("`continue`", continues(response), True)
        expect("what remains", response.headers["X-RateLimit-Remaining"], "1")


# --- transform_plugin ---


def transform_changes_fields(stub: PluginStub) -> None:
    filler = "y" * 1_000_000
    document = {"password": "x", "user": "Ærø", "rest": [1, 2.5, None], "filler": filler}
    body = json.dumps(document).encode()
    headers = {"content-type": "application/json; charset=utf-8", "content-length": str(len(body))}
    response = handle(stub, headers=headers, body=body)
    changed = response.modified_request
    expected = {"name": "Ærø", "rest": [1, 2.5, None], "filler": filler, "source": "mcpd"}
    expect("`continue`", continues(response), True)
    expect("that the body is as expected", json.loads(changed.body) == expected, True)
    expect("the order of the fields", list(json.loads(changed.body)), list(expected))
    lengths = [value for name, value in changed.headers.items() if name.lower() == "content-length"]
    expect("the length", lengths, [str(len(changed.body))])


def transform_leaves_others_alone(stub: PluginStub) -> None:
    for media_type, body in (
        ("text/plain", b'{"user": 1}'),
        ("application/json", b"[1, 2]"),
        ("application/json", b""),
    ):
        response = handle(stub, headers={"Content-Type": media_type}, body=body)
        expect("`continue`", continues(response), True)
        expect("that the request is changed", response.HasField("modified_request"), False)


def transform_refuses_broken_json(stub: PluginStub) -> None:
    for body in (b'{"user": ', b'{"user": "\xff"}'):
        response = handle(stub, headers={"Content-Type": "application/vnd.x+json"}, body=body)
        expect("`continue`", continues(response), False)
        expect("the status", response.status_code, 400)
        expect("the error", json.loads(response.body)["error"], "invalid_json")


KINDS = {
    "simple_plugin": Kind(
        flows=[FLOW_REQUEST],
        environment={"SIMPLE_PLUGIN_VALUE": "environment"},
        before_configure=[("reads its environment", simple_uses_environment)],
        configuration={"header": "X-Tried", "value": "grüße"},
        refused_configuration={"header": "two words"},
        after_configure=[("adds the header", simple_adds_header)],
    ),
    "auth_plugin": Kind(
        flows=[FLOW_REQUEST],
        environment={"AUTH_PLUGIN_TOKENS": ""},
        before_configure=[("is not ready without tokens", auth_is_not_ready_without_tokens)],
        configuration={"tokens": "first, sécond", "realm": "tests"},
        refused_configuration={"tokens": " , "},
        after_configure=[
            ("lets known tokens pass", auth_lets_known_tokens_pass),
            ("answers 401 without a token", auth_refuses_missing_token),
            ("answers 401 to an unknown token", auth_refuses_unknown_token),
        ],
    ),
    "logging_plugin": Kind(
        flows=[FLOW_REQUEST, FLOW_RESPONSE],
        environment={"LOGGING_PLUGIN_LEVEL": "INFO"},
        before_configure=[],
        configuration={"headers": "true"},
        refused_configuration={"level": "loud"},
        after_configure=[
            ("gives a request an id", logging_gives_an_id),
            ("keeps the id of a request", logging_keeps_an_id),
            ("returns a response whole", logging_returns_response),
        ],
        after_exit=[("wrote a line of JSON for each event", logging_wrote_lines)],
    ),
    "rate_limit_plugin": Kind(
        flows=[FLOW_REQUEST],
        environment={"RATE_LIMIT_PLUGIN_BURST": "5"},
        before_configure=[],
        configuration={"burst": "2", "per_minute": "1"},
        refused_configuration={"burst": "0"},
        after_configure=[
            ("lets a burst pass", rate_limit_lets_burst_pass),
            ("answers 429 to what is too much", rate_limit_refuses_more),
            ("tells clients apart", rate_limit_tells_clients_apart),
        ],
    ),
    "transform_plugin": Kind(
        flows=[FLOW_REQUEST],
        environment={"TRANSFORM_PLUGIN_REJECT_BROKEN_JSON": "true"},
        before_configure=[],
        configuration={
            "remove": "password, token",
            "rename": '{"user": "name"}',
            "add": '{"source": "mcpd"}',
        },
        refused_configuration={"rename": "[]"},
        after_configure=[
            ("changes the fields", transform_changes_fields),
            ("leaves other bodies alone", transform_leaves_others_alone),
            ("answers 400 to broken JSON", transform_refuses_broken_json),
        ],
    ),
}


if __name__ == "__main__":
    sys.exit(main())
