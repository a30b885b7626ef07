def run(a, b): return f"hello {a} {b}"
