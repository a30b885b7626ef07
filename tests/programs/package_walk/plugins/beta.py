from . import Plugin


class Beta(Plugin):
    pass
