"""Names of hosts, agents and mailboxes; types of records are modules."""

import tldextract
from user_agents import parse
import validators, email_validator, dns.message, dns.rdatatype, dns.zone, dns.name
print(tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)("https://forums.bbc.co.uk/x"))
agent = parse("Mozilla/5.0 (iPhone; CPU iPhone OS 5_1 like Mac OS X) AppleWebKit/534.46 (KHTML, like Gecko) Version/5.1 Mobile/9B179 Safari/7534.48.3")
print(agent.browser.family, agent.os.family, agent.device.family, agent.is_mobile)
print(bool(validators.url("https://example.com")), bool(validators.iban("GB33BUKB20201555555555")), validators.email("x") is True)
print(email_validator.validate_email("Me@Example.org", check_deliverability=False).normalized)
message = dns.message.make_query("example.com", "MX")
message.id = 1
print(message.to_text().splitlines()[-3:])
zone = dns.zone.from_text("@ 300 IN SOA ns1 host 1 2 3 4 5\n@ 300 IN NS ns1\nns1 300 IN A 1.2.3.4\nx 300 IN TXT \"hello\"\ny 300 IN CAA 0 issue \"ca.example\"\n", origin="example.com.")
print(sorted(name.to_text() for name in zone), zone["y"].rdatasets[0])
