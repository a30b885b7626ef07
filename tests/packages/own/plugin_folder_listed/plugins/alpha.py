import colorsys
NAME = "alpha" + str(colorsys.rgb_to_hsv(1, 0, 0))
