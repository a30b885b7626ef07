"""A site with applications, migrations, commands and a REST interface, all named in settings."""

import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_settings.development")
import django
django.setup()
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
call_command("seed", "3")
client = Client()
print(client.get("/api/items/?format=json").json())
print(client.get("/api/items/?name=item1&format=json").json())
page = client.get("/api/items/", HTTP_ACCEPT="text/html")
print(page.status_code, b"Django REST framework" in page.content)
print(client.get("/admin/login/").status_code, client.post("/api/items/", {"name": ""}, HTTP_ACCEPT_LANGUAGE="de").json())
call_command("check")
call_command("makemigrations", "--check", "--dry-run")
