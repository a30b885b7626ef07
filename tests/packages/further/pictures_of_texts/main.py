"""Fonts, codes and tables."""

import io, pyfiglet, art, qrcode, barcode, coloredlogs, tabulate, tqdm
import qrcode.image.svg
print(pyfiglet.figlet_format("hi", font="slant"))
print(art.text2art("ok", font="block")[:30], len(pyfiglet.FigletFont.getFonts()) > 100)
code = qrcode.QRCode()
code.add_data("x")
out = io.StringIO()
code.print_ascii(out)
print(len(out.getvalue()), qrcode.make("y", image_factory=qrcode.image.svg.SvgImage).to_string()[:4])
image = io.BytesIO()
barcode.get("ean13", "5901234123457").write(image)
print(image.getvalue()[:5])
from barcode.writer import ImageWriter
barcode.get("code128", "abc", writer=ImageWriter()).write(image)
print(tabulate.tabulate([[1, 2]], headers=["a", "b"], tablefmt="github"))
