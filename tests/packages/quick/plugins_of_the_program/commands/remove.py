import colorsys

NAME = "remove" + str(colorsys.rgb_to_hsv(0, 0, 0)[0])
