def describe(): return "idle"
