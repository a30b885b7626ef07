"""A folder that is run itself: `python FOLDER` runs its `__main__.py`, and finds the modules beside it."""

import sys

import beside

if __name__ == "__main__":
    print(__name__, len(sys.argv))
    print(beside.name_of_main())
    raise SystemExit(beside.STATUS)
