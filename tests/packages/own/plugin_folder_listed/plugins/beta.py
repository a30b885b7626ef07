import jinja2

NAME = jinja2.Template("beta{{ 1 + 1 }}").render()
