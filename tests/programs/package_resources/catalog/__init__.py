from importlib.resources import files


def first_word() -> str:
    return files(__package__).joinpath("words.txt").read_text(encoding="utf-8").split()[0]


def of_the_caller():
    return files()
