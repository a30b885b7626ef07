print("running", __name__)
VALUE = __name__
