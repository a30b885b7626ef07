"""Addresses of services that messages go to, each served by a plugin that a listing of a folder finds."""

import apprise

services = apprise.Apprise()
for address in ["json://localhost/x", "mailto://user:pass@example.org", "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"]:
    print(address.split(":")[0], services.add(address))
print([str(service.service_name) for service in services])
print(len(services.details()["schemas"]) > 80)
print(apprise.Apprise.instantiate("nothing://"))
