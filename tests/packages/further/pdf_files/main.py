"""PDF files by seven libraries."""

import io
from fpdf import FPDF
from pdfminer.high_level import extract_text
import pdfplumber, pypdf, pikepdf, pymupdf
from xhtml2pdf import pisa
pdf = FPDF()
pdf.add_page()
pdf.set_font("Helvetica", size=12)
pdf.cell(text="Hello PDF")
data = bytes(pdf.output())
print(extract_text(io.BytesIO(data)).strip(), pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text())
with pdfplumber.open(io.BytesIO(data)) as file:
    print(file.pages[0].extract_words()[0]["text"])
with pikepdf.open(io.BytesIO(data)) as file:
    print(len(file.pages))
document = pymupdf.open(stream=data)
print(document[0].get_text().strip(), document[0].get_pixmap().width)
out = io.BytesIO()
print(pisa.CreatePDF("<h1>Title</h1><p>text &euro;</p>", dest=out).err, out.getvalue()[:4])
