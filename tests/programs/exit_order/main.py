"""Tells in which order things happen at the end: threads, callbacks, finalizers, buffers."""

import atexit
import io
import os
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor


class Global:
    def __del__(self) -> None:
        print("global object finalized")


class Referenced:
    pass


def last_registered(text: str, *, end: str) -> None:
    print("callback", text, end=end)
    atexit.register(print, "registered by a callback")


def outlive_main() -> None:
    threading.main_thread().join()
    print("thread after the main thread")


def wait_forever() -> None:
    threading.Event().wait()
    print("never")


atexit.register(print, "first registered")
atexit.register(print, "unregistered")
atexit.register(last_registered, "with arguments", end="!\n")
atexit.unregister(print)
atexit.register(print, "registered anew")

kept = Global()
referenced = Referenced()
weakref.finalize(referenced, print, "weakref callback")

threading.Thread(target=outlive_main).start()
threading.Thread(target=wait_forever, daemon=True).start()
pool = ThreadPoolExecutor(2)
results = [pool.submit(pow, base, 2) for base in range(5)]
print("pool", [result.result() for result in results])

# Nobody flushes or closes this file by hand.
duplicate = io.open(os.dup(2), "w", encoding="utf-8")
duplicate.write("written to a buffer\n")

sys.stdout.write("a line without its end: ")
if len(sys.argv) > 1:
    sys.exit(int(sys.argv[1]))
