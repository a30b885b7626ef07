import logging


class Shouting(logging.Formatter):
    def format(self, record):
        return super().format(record).upper()
