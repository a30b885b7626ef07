"""Tracebacks with lines of source, and from 3.11 on with signs below the part of a line that failed: those of the program, of its
modules, and of the standard library."""

import json
import sys
import traceback
import warnings

import part


def divide(numbers):
    return sum(numbers) + numbers[0] / numbers[1] + len(numbers)


def look_up(table):
    return table["a"]["b"]["c"], table["a"]["x"]["c"]


def show(act, *arguments):
    try:
        act(*arguments)
    except Exception:
        traceback.print_exc()


def chained():
    try:
        divide([1, 0])
    except ZeroDivisionError as error:
        raise ValueError("größer als ☃", [error]) from error


def during():
    try:
        part.attribute()
    finally:
        part.call(1, 2, more=3)


show(divide, [1, 0])
show(look_up, {"a": {"b": {"c": 1}}})
show(chained)
show(during)
show(json.loads, "{")
show(part.over_several_lines)
show(part.deep, 30)
show(lambda: (part.wide("ä" * 3), 1)[0].x.y)
show(compile, "one two", "<given>", "exec")
show(exec, "x = 1\nx.y")
warnings.warn("shown with its line")
print(traceback.format_list(traceback.extract_stack()), file=sys.stderr)
part.last(look_up, {"a": {}})
