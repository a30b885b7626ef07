import logging
class Print(logging.Handler):
    def emit(self, record): print(self.format(record))
