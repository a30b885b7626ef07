import heapq
def describe(): return heapq.nsmallest(1, [2, 1])
