from django.core.management.base import BaseCommand
from shop.models import Item
class Command(BaseCommand):
    def add_arguments(self, parser):
        parser.add_argument("count", type=int)
    def handle(self, count, **options):
        Item.objects.bulk_create([Item(name=f"item{n}") for n in range(count)])
