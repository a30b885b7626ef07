"""An object of a class that only a pickle names."""

import pickle, shelve, tempfile, os
from pathlib import Path
print(pickle.loads((Path(__file__).parent / "state.pickle").read_bytes()).total)
with tempfile.TemporaryDirectory() as folder:
    with shelve.open(folder + "/x") as shelf:
        shelf["a"] = {1: 2}
    with shelve.open(folder + "/x") as shelf:
        print(shelf["a"])
