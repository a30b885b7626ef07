numbers: list[int] = []
