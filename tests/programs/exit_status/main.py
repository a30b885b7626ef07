"""Ends in the way that its argument names."""

import os
import sys
import threading


class Reason:
    def __str__(self) -> str:
        return "a reason with a text of its own"


def from_thread() -> None:
    # `SystemExit` ends only the thread that raises it.
    thread = threading.Thread(target=sys.exit, args=(7,))
    thread.start()
    thread.join()
    print("the main thread goes on")


def through_finally() -> None:
    try:
        sys.exit(4)
    finally:
        print("finally")


def caught() -> None:
    try:
        sys.exit(4)
    except SystemExit as exit:
        print("caught", exit.code)


ENDINGS = {
    "end": lambda: None,
    "none": lambda: sys.exit(None),
    "zero": lambda: sys.exit(0),
    "three": lambda: sys.exit(3),
    "large": lambda: sys.exit(300),
    "negative": lambda: sys.exit(-1),
    "huge": lambda: sys.exit(2**80),
    "true": lambda: sys.exit(True),
    "text": lambda: sys.exit("what went wrong: ä"),
    "object": lambda: sys.exit(Reason()),
    "tuple": lambda: sys.exit((1, 2)),
    "exit": lambda: exit(5),
    "quit": lambda: quit("leaving"),
    "at once": lambda: os._exit(6),
    "from thread": from_thread,
    "finally": through_finally,
    "caught": caught,
}

print("before")
sys.stdout.flush()
ENDINGS[sys.argv[1]]()
print("after")
