"""Starts a process where the main file is not guarded by `if __name__ == "__main__"`: the child runs the file again, and
must refuse to start a process of its own."""

import multiprocessing
import sys

print("running", __name__, flush=True)


def work() -> None:
    print("worked", flush=True)


multiprocessing.set_start_method(sys.argv[1], force=True)
process = multiprocessing.Process(target=work)
process.start()
process.join()
print("ended", process.exitcode)
