"""Four libraries for images; plugins are found by name, submodules on use."""

import io

import cv2
import imageio.v3 as iio
import numpy as np
import shapely
import skimage
from shapely.geometry import Point
from shapely.ops import unary_union

image = (np.indices((32, 32)).sum(0) % 16 * 16).astype(np.uint8)
print(skimage.filters.threshold_otsu(image), skimage.measure.label(image > 100).max(), skimage.data.camera().shape)
print(skimage.transform.resize(image, (8, 8)).shape, skimage.feature.canny(image / 255).sum() > 0)
buffer = iio.imwrite("<bytes>", image, extension=".png")
print(iio.imread(buffer).shape, iio.improps(buffer).shape)
print(cv2.GaussianBlur(image, (3, 3), 0).shape, cv2.imencode(".png", image)[0], cv2.cvtColor(image, cv2.COLOR_GRAY2BGR).shape)
print(round(unary_union([Point(0, 0).buffer(1), Point(1, 0).buffer(1)]).area, 3), shapely.to_wkt(Point(1, 2)), io.__name__)
