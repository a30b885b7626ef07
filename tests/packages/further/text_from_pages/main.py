"""Text out of HTML."""

import bleach, nh3, html2text, trafilatura
page = "<html><body><article><h1>Title</h1>" + "<p>A long paragraph of text that is content, with many words in it.</p>" * 5 + "</article></body></html>"
print(bleach.clean("<script>x</script><b>y</b>"), bleach.linkify("see http://example.com"), nh3.clean("<a onclick=x>y</a>"))
print(html2text.html2text("<h1>a</h1><ul><li>b</ul>").split())
print(trafilatura.extract(page)[:40])
