"""Models, pipelines, and data sets that come with the library."""

import io

import joblib
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits, load_iris
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

iris = load_iris(as_frame=True)
train, test, expected, actual = train_test_split(iris.data, iris.target, random_state=0)
pipeline = make_pipeline(StandardScaler(), PCA(2), LogisticRegression())
print(round(pipeline.fit(train, expected).score(test, actual), 2), list(iris.target_names))
print(GridSearchCV(SVC(), {"C": [0.1, 1]}, cv=2).fit(train, expected).best_params_)
print(RandomForestClassifier(5, random_state=0).fit(train, expected).n_classes_, load_digits().data.shape)
print(len(KMeans(2, n_init=1, random_state=0).fit(train).cluster_centers_))
print(TfidfVectorizer(stop_words="english").fit(["the cat sat", "a dog ran"]).get_feature_names_out().tolist())
buffer = io.BytesIO()
joblib.dump(pipeline, buffer)
buffer.seek(0)
print(joblib.load(buffer).predict(test[:3]).tolist())
