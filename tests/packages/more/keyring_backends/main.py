"""Backends of the key ring are found through entry points and by scanning a package."""

import keyring
import keyring.backend
from keyring.backends import chainer, fail, null
from keyring.errors import NoKeyringError

print(sorted(type(backend).__module__ for backend in keyring.backend.get_all_keyring()))
keyring.set_keyring(null.Keyring())
keyring.set_password("service", "user", "word")
print(keyring.get_password("service", "user"), type(keyring.get_keyring()).__module__)
keyring.set_keyring(fail.Keyring())
try:
    keyring.get_password("service", "user")
except NoKeyringError as error:
    print(type(error).__name__)
print(chainer.ChainerBackend.__name__)
