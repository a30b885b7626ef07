import first

EARLY = hasattr(first, "VALUE")
try:
    from first import VALUE as value
except ImportError as error:
    REASON = str(error).partition(" (most likely")[0]
VALUE = "value of the second"
