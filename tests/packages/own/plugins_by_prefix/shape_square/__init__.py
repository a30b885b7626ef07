"""A plugin that is a package."""

from .sides import area as area
