import logging
class Shout(logging.Formatter):
    def format(self, record): return super().format(record).upper()
