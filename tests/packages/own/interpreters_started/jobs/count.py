import statistics
import sys

if __name__ == "__main__":
    print(__name__, statistics.mean(range(int(sys.argv[1]))))
