"""A command line with subcommands, written with argparse."""

import argparse
import sys
from pathlib import Path


def parser() -> argparse.ArgumentParser:
    # The name is given, because otherwise it is the file's: `main.py` here, and the executable's when packed.
    top = argparse.ArgumentParser(prog="tried", description="Counts things.", epilog="That is all.")
    top.add_argument("--version", action="version", version="%(prog)s 1.0")
    top.add_argument("-v", "--verbose", action="count", default=0, help="say more (repeatable)")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add = commands.add_parser("add", help="add numbers")
    add.add_argument("numbers", nargs="+", type=float, help="the numbers")
    add.add_argument("--format", choices=["plain", "hex"], default="plain", help="default: %(default)s")
    show = commands.add_parser("show", help="show a file's name")
    show.add_argument("file", type=Path)
    show.add_argument("--flag", action=argparse.BooleanOptionalAction, help="a switch")
    return top


options = parser().parse_args()
if options.command == "add":
    total = sum(options.numbers)
    print(total if options.format == "plain" else total.hex())
else:
    print(options.file.name, options.flag, file=sys.stderr)
print("verbose", options.verbose)
