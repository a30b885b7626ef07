"""Secrets and tokens; handlers of passwords are imported by name."""

import nacl.secret, nacl.utils, argon2, msal, gnupg
from authlib.jose import jwt, JsonWebKey
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from oauthlib.oauth2 import WebApplicationClient
from passlib.context import CryptContext
box = nacl.secret.SecretBox(b"k" * 32)
print(box.decrypt(box.encrypt(b"x")))
key = JsonWebKey.generate_key("RSA", 2048, is_private=True)
print(jwt.decode(jwt.encode({"alg": "RS256"}, {"a": 1}, key), key)["a"], create_s256_code_challenge("x" * 43)[:4])
print(WebApplicationClient("id").prepare_request_uri("https://x/auth", redirect_uri="https://y")[:30])
context = CryptContext(schemes=["pbkdf2_sha256", "sha512_crypt", "argon2", "md5_crypt"])
print(context.identify(context.hash("x")), [context.verify("x", context.handler(name).hash("x")) for name in ["sha512_crypt", "argon2", "md5_crypt"]])
print(argon2.PasswordHasher(time_cost=1).hash("x")[:9], msal.__name__)
from fabric import Connection, Config
print(Connection("user@host:22").port, Config().run.echo)
