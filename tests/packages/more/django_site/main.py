"""A project with an application, migrations, templates, translations and the admin."""

import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "site_project.settings"

import django
from django.core.management import call_command

django.setup()
call_command("migrate", verbosity=0)
call_command("check", stdout=sys.stdout)

from django.contrib.auth import get_user_model
from django.test import Client
from library.models import Author, Book

ann = Author.objects.create(name="Ann")
Book.objects.create(title="First", author=ann, pages=10)
Book.objects.create(title="Second", author=ann, pages=30)
client = Client()
print(client.get("/").content.decode().strip())
print(client.get("/", headers={"accept-language": "de"}).content.decode().strip())
get_user_model().objects.create_superuser("root", "root@example.org", "secret")
print(client.login(username="root", password="secret"))
response = client.get("/admin/library/book/")
print(response.status_code, "Second" in response.content.decode())
print(Book.objects.filter(pages__gt=20).values_list("title", "author__name").get())
call_command("library_report")
call_command("test", "library", verbosity=0)
