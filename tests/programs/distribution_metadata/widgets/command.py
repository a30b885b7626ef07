def main() -> int:
    print("command of", __name__)
    return 0
