import markdown
import traitlets


class Page(traitlets.HasTraits):
    text = traitlets.Unicode("# Title\n\n|a|b|\n|-|-|\n|1|2|\n")


print(markdown.markdown(Page().text, extensions=["tables", "fenced_code"]))
