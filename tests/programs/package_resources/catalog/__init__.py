from importlib.resources import files


def first_word() -> str:
    return files(__package__).joinpath("words.txt").read_text(encoding="utf-8").split()[0]
