from django.apps import AppConfig
class ShopConfig(AppConfig):
    name = "shop"
    def ready(self):
        from . import signals
