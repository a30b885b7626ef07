import gate

gate.both.wait()
from slow import right

NAME = __name__
