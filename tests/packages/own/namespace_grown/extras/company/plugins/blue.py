from company.core import colours


def name():
    return f"not {colours.RED}"
