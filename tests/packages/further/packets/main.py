"""Packets, services and a serial line whose protocol is a module."""

from scapy.all import IP, TCP, Ether, DNS, DNSQR, UDP, Raw, rdpcap, wrpcap, conf
packet = Ether() / IP(dst="1.2.3.4", src="4.3.2.1") / TCP(dport=80) / Raw(b"GET /")
again = Ether(bytes(packet))
print(again[TCP].dport, again[Raw].load, IP(dst="1.1.1.1", src="2.2.2.2") / UDP() / DNS(qd=DNSQR(qname="example.com")))
from zeroconf import ServiceInfo, Zeroconf
print(ServiceInfo("_http._tcp.local.", "x._http._tcp.local.", addresses=[b"\x7f\0\0\1"], port=80).parsed_addresses())
import serial, serial.tools.list_ports
loop = serial.serial_for_url("loop://", timeout=1)
loop.write(b"hello")
print(loop.read(5))
from watchdog.observers import Observer
print(Observer.__name__)
