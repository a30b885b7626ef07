from . import Plugin


class Alpha(Plugin):
    pass
