"""A figure in layers."""

import io, pandas as pd
from plotnine import ggplot, aes, geom_point, geom_smooth, facet_wrap, theme_bw
from plotnine.data import mtcars
plot = ggplot(mtcars, aes("wt", "mpg", color="factor(cyl)")) + geom_point() + facet_wrap("gear") + theme_bw()
out = io.BytesIO()
plot.save(out, format="png", verbose=False, dpi=50)
print(out.getvalue()[:4])
