SEEN = []


class Store:
    def process_item(self, item, spider=None):
        SEEN.append(item["title"])
        return item
