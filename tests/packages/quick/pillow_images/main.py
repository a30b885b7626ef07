"""Formats are plugins that Pillow imports by name."""

import io

from PIL import Image, ImageDraw, ImageFilter, ImageFont, features

image = Image.new("RGB", (64, 48), "navy")
draw = ImageDraw.Draw(image)
draw.ellipse((10, 5, 50, 40), fill=(200, 50, 25))
draw.text((5, 5), "Hi", font=ImageFont.load_default(), fill="white")
image = image.filter(ImageFilter.GaussianBlur(1)).rotate(90, expand=True)
for kind in ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "ICO", "PDF"]:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    if kind != "PDF":
        reopened = Image.open(io.BytesIO(buffer.getvalue()))
        print(kind, reopened.format, reopened.size)
print(features.check("freetype2"), features.check("webp"))
print(image.convert("L").histogram()[10:14], image.getpixel((20, 20)))
