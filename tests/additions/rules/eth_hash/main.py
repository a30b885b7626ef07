from eth_hash.auto import keccak

print(keccak(b"").hex())
