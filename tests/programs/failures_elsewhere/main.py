"""Fails where no caller is left: in a thread, in a callback at exit, in a finalizer."""

import atexit
import sys
import threading


class Callback:
    """Has a text without an address, as it is shown when it fails."""

    def __call__(self) -> None:
        raise ValueError("at exit")

    def __repr__(self) -> str:
        return "<callback>"


class Finalized:
    class Finalizer:
        def __repr__(self) -> str:
            return "<finalizer>"

        def __get__(self, instance: object, owner: type) -> "Finalized.Finalizer":
            return self

        def __call__(self) -> None:
            raise ValueError("in a finalizer")

    __del__ = Finalizer()


def in_thread() -> None:
    raise ValueError("in a thread")


def run(thread: threading.Thread) -> None:
    thread.start()
    thread.join()


atexit.register(Callback())
run(threading.Thread(target=in_thread, name="worker"))

threading.excepthook = lambda failure: print("hook:", failure.exc_value, file=sys.stderr)
run(threading.Thread(target=in_thread))

value = Finalized()
del value
print("the main thread goes on")
