"""Named by nothing but the settings."""


def summary(numbers):
    return f"{len(numbers)} numbers, {sum(numbers)} together"
