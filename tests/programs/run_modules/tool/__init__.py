print("initialized", __name__)
