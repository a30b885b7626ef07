"""Says `ready`, and then waits for the signal that the test sends."""

import asyncio
import os
import signal
import sys
import threading


def ready() -> None:
    print("ready", flush=True)


def default() -> None:
    ready()
    while True:
        signal.pause()


def hide_traceback() -> None:
    """Where exactly a signal from outside interrupts the program is not the same each time."""
    sys.excepthook = lambda kind, value, traceback: print("uncaught", kind.__name__)


def interrupted() -> None:
    hide_traceback()
    default()


def interrupted_at_one_place() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    ready()
    signal.sigwait([signal.SIGINT])
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    signal.raise_signal(signal.SIGINT)


def handler() -> None:
    def handle(number: int, frame: object) -> None:
        print("handled", signal.Signals(number).name, frame is not None)
        sys.exit(5)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, handle)
    default()


def interrupt_caught() -> None:
    try:
        default()
    except KeyboardInterrupt:
        print("interrupted")


def in_event_loop() -> None:
    async def main() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        ready()
        await stop.wait()
        print("stopped")

    asyncio.run(main())


def event_loop_interrupted() -> None:
    async def main() -> None:
        try:
            ready()
            await asyncio.Event().wait()
        finally:
            print("cleaned up")

    hide_traceback()
    asyncio.run(main())


def with_thread() -> None:
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    handler()


def waited_for() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    ready()
    print("waited for", signal.sigwait([signal.SIGUSR1]).name)


def to_itself() -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    print("never")


globals()[sys.argv[1]]()
