"""Readers, parsers and writers are named in texts; the writers read style sheets and templates."""

from docutils.core import publish_parts, publish_string

source = """
Title
=====

A *paragraph* with ``code`` and a list:

- one
- two

.. note:: Careful.

.. code:: python

   print(1)

.. math:: a^2
"""
for writer in ["html5", "html4", "latex", "xml", "pseudoxml", "manpage"]:
    try:
        output = publish_string(source, writer_name=writer, settings_overrides={"output_encoding": "unicode", "input_encoding": "unicode", "_disable_config": True})
        print(writer, len(output) > 200, "Careful" in output)
    except Exception as error:
        print(writer, type(error).__name__, error)
print(publish_parts("*x*", writer_name="html5")["body"].strip())
print(publish_string("*x*", writer_name="pseudoxml", settings_overrides={"language_code": "de"}).decode())
