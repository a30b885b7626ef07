import logging, sys


class Loud(logging.StreamHandler):
    def __init__(self):
        super().__init__(sys.stdout)
