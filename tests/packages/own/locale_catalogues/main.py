"""Catalogues of translations in the program's folder."""

import gettext, os
here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "locale")
for language in ["de", "fr"]:
    print(gettext.translation("shop", here, languages=[language], fallback=True).gettext("cheese"))
gettext.install("shop", here)
print(_("cheese"))
