"""Hash functions that a registry imports by name, and tokens."""

import argon2
import bcrypt
import jwt
from passlib.context import CryptContext
from passlib.hash import pbkdf2_sha256, sha512_crypt

context = CryptContext(schemes=["pbkdf2_sha256", "sha256_crypt", "md5_crypt"], deprecated="auto")
print(context.verify("secret", context.hash("secret")), context.identify("$1$abc$def"))
print(pbkdf2_sha256.using(rounds=1000, salt=b"salt").hash("x"), sha512_crypt.verify("x", sha512_crypt.using(rounds=1000).hash("x")))
print(bcrypt.checkpw(b"x", bcrypt.hashpw(b"x", bcrypt.gensalt(4))), argon2.PasswordHasher(1, 8, 1).verify(argon2.PasswordHasher(1, 8, 1).hash("x"), "x"))
token = jwt.encode({"user": 1}, "k" * 32, algorithm="HS256")
print(jwt.decode(token, "k" * 32, algorithms=["HS256"]))
from cryptography.hazmat.primitives.asymmetric import ec

private = ec.generate_private_key(ec.SECP256R1())
print(jwt.decode(jwt.encode({"a": 2}, private, algorithm="ES256"), private.public_key(), algorithms=["ES256"]))
