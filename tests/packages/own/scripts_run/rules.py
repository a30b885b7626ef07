import bisect
def rule(x): return bisect.bisect([1, 2, 3], x)
