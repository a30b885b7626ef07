# Gives the module `MODULE` another function that looks for a package: one that finds none below the bundle.
def outside(find_package):
    import os
    import sys

    def find(*arguments, **keywords):
        prefix, folder = find_package(*arguments, **keywords)
        return (None, os.getcwd()) if prefix == os.path.abspath(sys.prefix) else (prefix, folder)

    return find


if hasattr(MODULE, "find_package"):
    MODULE.find_package = outside(MODULE.find_package)
