class State:
    def __init__(self): self.total = 3
