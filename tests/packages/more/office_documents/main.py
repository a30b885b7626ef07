"""Spreadsheets, text documents and PDF."""

import io

import docx
import openpyxl
import pypdf
import xlsxwriter
from openpyxl.chart import BarChart, Reference
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen import canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

workbook = openpyxl.Workbook()
workbook.active.append(["name", 1])
chart = BarChart()
chart.add_data(Reference(workbook.active, 2, 1, 2, 1))
workbook.active.add_chart(chart, "D1")
buffer = io.BytesIO()
workbook.save(buffer)
print(openpyxl.load_workbook(buffer).active["A1"].value)

buffer = io.BytesIO()
with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
    workbook.add_worksheet("data").write_row(0, 0, [1, 2, "=A1+B1"])
print(openpyxl.load_workbook(buffer)["data"]["C1"].value)

document = docx.Document()
document.add_heading("Title", 1)
document.add_table(1, 2).style = "Table Grid"
document.add_picture if False else document.add_paragraph("text", style="List Bullet")
buffer = io.BytesIO()
document.save(buffer)
print([paragraph.text for paragraph in docx.Document(buffer).paragraphs])

buffer = io.BytesIO()
page = canvas.Canvas(buffer, pagesize=A4)
page.setFont("Times-Roman", 12)
page.drawString(100, 100, "Hello PDF")
page.save()
reader = pypdf.PdfReader(buffer)
print(reader.pages[0].extract_text().strip(), len(reader.pages))
writer = pypdf.PdfWriter(clone_from=reader)
writer.encrypt("secret", algorithm="AES-256")
buffer = io.BytesIO()
writer.write(buffer)
print(pypdf.PdfReader(buffer, password="secret").is_encrypted)
buffer = io.BytesIO()
SimpleDocTemplate(buffer).build([Paragraph("styled <b>text</b>", getSampleStyleSheet()["Heading1"]), Table([[1, 2]])])
print(buffer.getvalue()[:4])
