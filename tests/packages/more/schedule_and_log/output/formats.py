import logging


class Short(logging.Formatter):
    def format(self, record):
        return f"<{record.name}> {record.getMessage()}"
