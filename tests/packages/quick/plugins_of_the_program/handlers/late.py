import statistics


def handle():
    return statistics.mean([1, 2, 3])
