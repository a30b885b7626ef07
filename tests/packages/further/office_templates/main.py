"""Office files, made from templates of the libraries."""

import io
from pathlib import Path
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches
import docx, docxtpl, openpyxl, xlrd
deck = Presentation()
slide = deck.slides.add_slide(deck.slide_layouts[5])
slide.shapes.title.text = "Hello"
chart = CategoryChartData()
chart.categories = ["a", "b"]
chart.add_series("s", (1, 2))
slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(3), Inches(3), chart)
out = io.BytesIO()
deck.save(out)
print([shape.shape_type for shape in Presentation(out).slides[0].shapes])
letter = docx.Document()
letter.add_paragraph("Dear {{ name }}")
letter.add_table(1, 2)
buffer = io.BytesIO()
letter.save(buffer)
template = docxtpl.DocxTemplate(buffer)
template.render({"name": "you"})
result = io.BytesIO()
template.save(result)
print(docx.Document(result).paragraphs[0].text)
try:
    xlrd.open_workbook(file_contents=b"x" * 600)
except xlrd.XLRDError as error:
    print(str(error)[:40])
