from django.core.management.base import BaseCommand
from library.models import Book


class Command(BaseCommand):
    def handle(self, *arguments, **options):
        self.stdout.write(f"{Book.objects.count()} books")
