import second

VALUE = "value of the first"


def use() -> str:
    return second.VALUE
