import gate

gate.both.wait()
from slow import left

NAME = __name__
