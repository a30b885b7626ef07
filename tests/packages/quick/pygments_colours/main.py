"""Lexers, formatters and styles are imported by names in tables."""

from pygments import highlight
from pygments.formatters import get_formatter_by_name
from pygments.lexers import get_all_lexers, get_lexer_by_name, guess_lexer_for_filename
from pygments.styles import get_all_styles, get_style_by_name

code = "def f(x):\n    return x + 1  # one\n"
for language in ["python", "rust", "yaml", "html+jinja"]:
    print(language, get_lexer_by_name(language).name)
print(highlight(code, get_lexer_by_name("python"), get_formatter_by_name("html", style="monokai")).strip())
print(repr(highlight(code, get_lexer_by_name("python"), get_formatter_by_name("terminal256"))))
print(guess_lexer_for_filename("x.rb", "puts 1").name, get_style_by_name("dracula").__name__)
print(len(list(get_all_lexers())) > 400, len(list(get_all_styles())) > 30)
