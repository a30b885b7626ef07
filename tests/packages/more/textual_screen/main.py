"""A terminal application, driven without a terminal."""

import asyncio

from textual.app import App
from textual.widgets import Button, DataTable, Footer, Header, Input, Markdown, Static


class Counter(App):
    CSS_PATH = "look.tcss"
    BINDINGS = [("a", "add", "Add")]
    count = 0

    def compose(self):
        yield Header()
        yield Static("0", id="count")
        yield Input(placeholder="name")
        yield Button("Add", id="add")
        yield Markdown("# Title")
        yield DataTable()
        yield Footer()

    def action_add(self):
        self.count += 1
        self.query_one("#count", Static).update(str(self.count))

    def on_button_pressed(self):
        self.action_add()


async def main():
    app = Counter()
    async with app.run_test() as pilot:
        await pilot.click("#add")
        app.set_focus(None)
        await pilot.press("a")
        print(app.count, app.query_one("#count").styles.background.hex)


asyncio.run(main())
