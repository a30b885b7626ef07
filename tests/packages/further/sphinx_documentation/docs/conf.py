project = "Shop"
extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.mathjax"]
html_theme = "sphinx_rtd_theme"
language = "de"
