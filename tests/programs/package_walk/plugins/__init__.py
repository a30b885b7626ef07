class Plugin:
    def greet(self) -> str:
        return f"{type(self).__name__} from {type(self).__module__}"
