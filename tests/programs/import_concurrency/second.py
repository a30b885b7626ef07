import first

EARLY = hasattr(first, "VALUE")
try:
    from first import VALUE as value
except ImportError as error:
    # What follows the name is advice, which differs from version to version.
    REASON = str(error).partition(" from ")[0]
VALUE = "value of the second"
