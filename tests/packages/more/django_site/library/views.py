from django.shortcuts import render

from .models import Book


def index(request):
    return render(request, "library/index.html", {"books": Book.objects.order_by("title")})
