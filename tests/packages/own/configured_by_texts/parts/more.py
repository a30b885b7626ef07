def add_one(value):
    return value + 1
