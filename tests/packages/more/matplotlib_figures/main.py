"""Draws without a display, into three formats whose backends are found by name."""

import io

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

plt.style.use("ggplot")
figure, (left, right) = plt.subplots(1, 2, figsize=(4, 2))
left.plot([0, 1, 2], [0, 1, 4], label="squares")
left.set_title(r"$\alpha^2 + \sqrt{x}$")
left.legend()
right.imshow([[0, 1], [1, 0]], cmap="viridis")
for kind, start in [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")]:
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind)
    print(kind, buffer.getvalue().startswith(start), len(buffer.getvalue()) > 1000)
from mpl_toolkits.mplot3d import Axes3D

axes = plt.figure().add_subplot(projection="3d")
print(type(axes) is Axes3D, matplotlib.colormaps["plasma"].N)
