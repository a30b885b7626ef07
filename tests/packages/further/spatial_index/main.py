"""Looks boxes up in an index, by a library that is found through the metadata of its distribution."""

from rtree import index

boxes = index.Index()
for number, box in enumerate([(0, 0, 1, 1), (2, 2, 3, 3), (0.5, 0.5, 2.5, 2.5)]):
    boxes.insert(number, box)
print(sorted(boxes.intersection((0, 0, 0.9, 0.9))), sorted(boxes.nearest((3, 3, 4, 4), 1)), boxes.bounds)
