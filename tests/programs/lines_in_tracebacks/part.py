def attribute():
    return first().second.third


def first():
    return [value for value in range(3) if value.bit_length() > 0]


def call(*arguments, **named):
    return first(*arguments, **named)


def over_several_lines():
    return (
        first()[0]
        + first()["one"]
        + first()[1]
    )


def deep(count):
    return deep(count - 1) if count else 1 / count


def wide(text):
    return "ß" + text + "中文", text.encode("ascii"), text


def last(function, *arguments):
    # The last line of the program, which nothing catches.
    with open("/dev/null"):
        function(*arguments)
