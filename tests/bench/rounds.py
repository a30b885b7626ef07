"""Measuring several things side by side."""

from collections.abc import Callable

Measures = dict[str, Callable[[], float]]


def side_by_side(runs: int, measures: Measures) -> dict[str, list[float]]:
    """Takes every measure once in each round, so that whatever else the machine does meets all of them. The order moves
    on by one with each round, so that none always runs behind the same other one."""
    names = list(measures)
    results: dict[str, list[float]] = {name: [] for name in names}
    for number in range(runs):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            results[name].append(measures[name]())
    return results


def after_warm_up(runs: int, measures: Measures) -> dict[str, list[float]]:
    """The same behind a round that is not counted: it fills caches."""
    side_by_side(1, measures)
    return side_by_side(runs, measures)
