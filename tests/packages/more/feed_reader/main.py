"""Feeds and dates in many languages."""

import feedparser
import dateparser
import arrow
import pendulum
import humanize

feed = feedparser.parse('<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><item><title>One &amp; two</title><pubDate>Mon, 01 Jan 2024 10:00:00 GMT</pubDate></item></channel></rss>')
print(feed.feed.title, feed.entries[0].title, tuple(feed.entries[0].published_parsed)[:4])
print(dateparser.parse("12 février 2024 10:30"), dateparser.parse("3. März 2024", languages=["de"]))
moment = arrow.get("2024-02-29T12:00:00+01:00")
print(moment.format("dddd D MMMM YYYY", locale="ru"), moment.shift(years=1), moment.humanize(moment.shift(hours=2), locale="ja"))
first = pendulum.datetime(2024, 2, 29, tz="Europe/Paris")
print(first.add(months=1).format("dddd Do MMMM YYYY", locale="de"), first.diff_for_humans(first.add(days=3), locale="fr"))
print(pendulum.parse("2024-W05-1").to_date_string())
humanize.i18n.activate("it")
print(humanize.naturalsize(12345678), humanize.intword(1234567890), humanize.precisedelta(3725))
