from django.test import TestCase
from library.models import Author, Book


class Books(TestCase):
    def test_a_book_has_an_author(self):
        ann = Author.objects.create(name="Ann")
        print("tested", Book.objects.create(title="Third", author=ann, pages=5).author.name)
