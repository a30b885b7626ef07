"""Every way of `multiprocessing` to start processes, with what they share and with what is sent to them."""

import concurrent.futures
import dataclasses
import multiprocessing
import multiprocessing.managers
import multiprocessing.shared_memory
import os
import signal
import sys
import threading

import beside

CALLED_AS = __name__


@dataclasses.dataclass
class Point:
    """A class of the main file, which is pickled by its name."""

    x: int
    y: int

    def doubled(self) -> "Point":
        return Point(self.x * 2, self.y * 2)


class Counter:
    def __init__(self) -> None:
        self.value = 0

    def add(self, number: int) -> int:
        self.value += number
        return self.value


class Counters(multiprocessing.managers.BaseManager):
    pass


Counters.register("Counter", Counter)


def square(number: int) -> int:
    return number * number


def describe(queue) -> None:
    """Says what a child sees of itself."""
    queue.put(("called as", CALLED_AS, __name__))
    queue.put(("arguments", sys.argv[1:], os.path.basename(sys.argv[0]) == os.path.basename(beside.first_argument())))
    main = sys.modules["__main__"]
    queue.put(("main", main.__name__, os.path.basename(getattr(main, "__file__", "none")), main.__spec__))
    queue.put(("process", multiprocessing.current_process().name, multiprocessing.parent_process() is not None))
    queue.put(("daemon", multiprocessing.current_process().daemon, os.getppid() != os.getpid()))


def double(connection) -> None:
    connection.send(connection.recv().doubled())
    connection.close()


def fill(name: str, event, lock, total) -> None:
    memory = multiprocessing.shared_memory.SharedMemory(name)
    memory.buf[:4] = b"done"
    memory.close()
    with lock:
        total.value += 1
    event.set()


def fail(kind: str) -> None:
    if kind == "exception":
        sys.stderr = open(os.devnull, "w")
        raise ValueError("in a child")
    if kind == "signal":
        os.kill(os.getpid(), signal.SIGKILL)
    sys.exit(7)


def children(context) -> None:
    queue = context.Queue()
    child = context.Process(target=describe, args=(queue,), name="the describer")
    child.start()
    for _ in range(5):
        print(queue.get())
    child.join()
    print("ended", child.exitcode)

    here, there = context.Pipe()
    child = context.Process(target=double, args=(there,))
    child.start()
    here.send(Point(1, 2))
    print(here.recv())
    child.join()

    memory = multiprocessing.shared_memory.SharedMemory(create=True, size=64)
    event, lock, total = context.Event(), context.Lock(), context.Value("i", 41)
    child = context.Process(target=fill, args=(memory.name, event, lock, total), daemon=True)
    child.start()
    print("event", event.wait(60))
    child.join()
    print(bytes(memory.buf[:4]), total.value)
    memory.close()
    memory.unlink()

    for kind in ("exit", "exception", "signal"):
        child = context.Process(target=fail, args=(kind,))
        child.start()
        child.join()
        print(kind, child.exitcode)


def pools(context) -> None:
    with context.Pool(2) as pool:
        print(pool.map(square, range(5)), pool.apply(Point(3, 4).doubled), pool.map(beside.negate, [1, 2]))
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as executor:
        print(list(executor.map(square, range(5))), executor.submit(beside.negate, 5).result())
        try:
            executor.submit(square, "text").result()
        except TypeError as error:
            print(error)


def managers(context) -> None:
    with context.Manager() as manager:
        shared = manager.dict(a=1)
        with context.Pool(1) as pool:
            pool.apply(shared.update, [{"b": 2}])
        print(dict(shared), list(manager.list([3])))
    with Counters(ctx=context) as counters:
        counter = counters.Counter()
        print(counter.add(2), counter.add(3))


def main() -> None:
    method, part = sys.argv[1:3]
    if "supported" in sys.argv:
        multiprocessing.freeze_support()
    if "named" in sys.argv:
        multiprocessing.set_executable(sys.executable)
    context = multiprocessing.get_context(method)
    if "preloaded" in sys.argv:
        context.set_forkserver_preload(["beside", "__main__", "it's \"absent\""])
    {"children": children, "pools": pools, "managers": managers}[part](context)
    print("left", multiprocessing.active_children(), threading.active_count())


if __name__ == "__main__":
    main()
