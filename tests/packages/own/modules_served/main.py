"""Modules that no file has: a finder of the program's own makes them, and so does a line of code."""

import serving, sys, types

serving.install()
import remote_settings
from generated.tables import SIZES

print(remote_settings.answer, SIZES)
made = types.ModuleType("made_up")
made.answer = 43
sys.modules["made_up"] = made


def ask():
    import made_up

    return made_up.answer


print(ask())
