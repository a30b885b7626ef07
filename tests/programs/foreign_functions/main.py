"""Calls C functions through ctypes."""

import ctypes
import ctypes.util
import sys

libc = ctypes.CDLL(None, use_errno=True)
libc.strlen.argtypes, libc.strlen.restype = [ctypes.c_char_p], ctypes.c_size_t
print(libc.strlen("grüße".encode()))

numbers = (ctypes.c_int * 5)(5, 3, 1, 4, 2)
Compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
libc.qsort(numbers, len(numbers), ctypes.sizeof(ctypes.c_int), Compare(lambda a, b: a[0] - b[0]))
print(list(numbers))


class Point(ctypes.Structure):
    _fields_ = [("x", ctypes.c_short), ("y", ctypes.c_double), ("flag", ctypes.c_uint, 3)]


point = Point(1, 2.5, 5)
print(point.x, point.y, point.flag, ctypes.sizeof(Point), Point.y.offset, bytes(point)[:2])

ctypes.set_errno(0)
print(libc.open(b"/no/such/file", 0), ctypes.get_errno())
print(ctypes.string_at(ctypes.create_string_buffer(b"text\0rest")))
# The interpreter's own functions are found in the process, and not only in an executable.
ctypes.pythonapi.Py_GetVersion.restype = ctypes.c_char_p
print(ctypes.pythonapi.Py_GetVersion().decode() == sys.version)
print(ctypes.CDLL("libm.so.6").abs(-3), ctypes.util.find_library("m") is not None, ctypes.util.find_library("no such"))
try:
    ctypes.CDLL("libno_such_library.so")
except OSError as error:
    print(error)
