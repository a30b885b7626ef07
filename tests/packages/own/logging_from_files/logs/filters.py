class Only:
    def __init__(self, word): self.word = word
    def filter(self, record): return self.word in record.getMessage()
