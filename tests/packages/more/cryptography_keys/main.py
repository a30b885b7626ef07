"""Certificates, signatures and symmetric encryption."""

import datetime

from cryptography import x509
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.x509.oid import NameOID

key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example.org")])
start = datetime.datetime(2024, 1, 1)
certificate = (
    x509.CertificateBuilder()
    .subject_name(name)
    .issuer_name(name)
    .public_key(key.public_key())
    .serial_number(1000)
    .not_valid_before(start)
    .not_valid_after(start + datetime.timedelta(days=10))
    .add_extension(x509.SubjectAlternativeName([x509.DNSName("example.org")]), critical=False)
    .sign(key, hashes.SHA256())
)
again = x509.load_pem_x509_certificate(certificate.public_bytes(serialization.Encoding.PEM))
print(again.subject.rfc4514_string(), again.serial_number, again.signature_hash_algorithm.name)
print(AESGCM(b"k" * 16).encrypt(b"n" * 12, b"text", None).hex())
print(PBKDF2HMAC(hashes.SHA256(), 32, b"salt", 1000).derive(b"password").hex())
fernet = Fernet(Fernet.generate_key())
print(fernet.decrypt(fernet.encrypt(b"secret")))
try:
    fernet.decrypt(b"wrong")
except InvalidToken as error:
    print(type(error).__module__, type(error).__name__)
private = ed25519.Ed25519PrivateKey.from_private_bytes(b"s" * 32)
print(private.sign(b"message").hex()[:32])
secret = rsa.generate_private_key(65537, 1024)
secret.public_key().verify(secret.sign(b"x", padding.PKCS1v15(), hashes.SHA1()), b"x", padding.PKCS1v15(), hashes.SHA1())
