import dns.rdata

for kind, text in [("MX", "10 mail.example."), ("TXT", '"one" "two"'), ("AAAA", "2001:db8::1")]:
    record = dns.rdata.from_text("IN", kind, text)
    print(type(record).__module__, record)
