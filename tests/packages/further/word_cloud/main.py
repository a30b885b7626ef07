"""A picture with the library's own font."""

from wordcloud import WordCloud, STOPWORDS
cloud = WordCloud(width=200, height=100, random_state=1).generate("one two two three three three the the")
print(cloud.words_, len(STOPWORDS) > 100, cloud.to_array().shape)
