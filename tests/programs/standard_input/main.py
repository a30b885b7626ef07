"""Reads standard input in the way that its argument names."""

import sys


def lines() -> None:
    for number, line in enumerate(sys.stdin, 1):
        print(number, repr(line))


def whole() -> None:
    print(repr(sys.stdin.read()))


def binary() -> None:
    data = sys.stdin.buffer.read()
    print(len(data), data.hex())


def prompt() -> None:
    name = input("Name? ")
    print(f"Hello {name}")
    print(input())


{"lines": lines, "whole": whole, "binary": binary, "prompt": prompt}[sys.argv[1]]()
