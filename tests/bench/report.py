"""The result as Markdown."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """What one measure gave for each contender that took part, round by round."""

    title: str
    text: Callable[[float], str]
    results: dict[str, list[float]]


def print_report(contenders: list[str], rows: list[Row], circumstances: dict[str, str]) -> None:
    print("| | " + " | ".join(contenders) + " |")
    print("|---" * (len(contenders) + 1) + "|")
    for row in rows:
        # Plain Python is the measure of all that it can do, and rpack of the rest.
        reference = next(row.results[name] for name in contenders if name in row.results)
        cells = [cell(row, row.results.get(name), reference) for name in contenders]
        print("| " + " | ".join([row.title, *cells]) + " |")
    print()
    print("Medians; in parentheses the median of the ratios to the first column that has a figure, round by round.")
    print()
    for name, value in circumstances.items():
        print(f"- {name}: {value}")


def cell(row: Row, results: list[float] | None, reference: list[float]) -> str:
    if results is None:
        return "–"
    ratio = median(result / first for result, first in zip(results, reference, strict=True))
    return f"{row.text(median(results))} ({ratio:.2f})"


def milliseconds(value: float) -> str:
    return f"{value * 1000:.1f} ms"


def seconds(value: float) -> str:
    return f"{value:.2f} s"


def megabytes(value: float) -> str:
    return f"{value / 1e6:.1f} MB"
