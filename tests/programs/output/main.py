"""Writes as much, and to such a place, as its arguments say."""

import hashlib
import os
import sys


def large() -> None:
    digest = hashlib.sha256()
    for number in range(200_000):
        line = f"{number:08d} {'x' * (number % 60)}\n"
        digest.update(line.encode())
        sys.stdout.write(line)
    print(digest.hexdigest(), file=sys.stderr)


def small() -> None:
    print("one line")


def flushed() -> None:
    print("one line", flush=True)
    print("not reached", file=sys.stderr)


def mixed() -> None:
    sys.stdout.write("text ")
    sys.stdout.flush()
    sys.stdout.buffer.write(b"bytes \xff ")
    sys.stdout.buffer.flush()
    os.write(1, b"descriptor\n")
    sys.stdout.write("no end of line")


def streams() -> None:
    # Descriptor 2 may be what is missing, so the answer goes to whichever of the two is there.
    place = sys.stderr or sys.stdout
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            print(name, None, file=place)
        else:
            attributes = [stream.name, stream.mode, stream.encoding, stream.errors, stream.newlines]
            attributes += [stream.line_buffering, stream.write_through, stream.fileno(), stream.isatty()]
            print(name, *attributes, file=place)
        print(name, getattr(sys, f"__{name}__") is stream, file=place)
    print("to nowhere", file=None if sys.stdout is None else place)


globals()[sys.argv[1]]()
