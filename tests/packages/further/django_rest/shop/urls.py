from django.contrib import admin
from django.urls import include, path
from rest_framework import routers, serializers, viewsets
from .models import Item
class ItemSerializer(serializers.ModelSerializer):
    class Meta:
        model = Item
        fields = ["name"]
class Items(viewsets.ModelViewSet):
    queryset = Item.objects.order_by("id")
    serializer_class = ItemSerializer
    filterset_fields = ["name"]
router = routers.DefaultRouter()
router.register("items", Items)
urlpatterns = [path("admin/", admin.site.urls), path("api/", include(router.urls))]
