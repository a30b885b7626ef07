"""A module that is no longer to be used."""

import warnings


def function() -> None:
    warnings.warn("deprecated in a module is hidden", DeprecationWarning)


def blames_its_caller() -> None:
    warnings.warn("deprecated, blamed on the caller", DeprecationWarning, stacklevel=2)
