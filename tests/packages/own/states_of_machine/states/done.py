def describe(): return "done"
