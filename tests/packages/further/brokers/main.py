"""Clients of brokers without a broker."""

import kafka, pika, redis
from kafka.errors import KafkaError
for ask in [lambda: pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", 1, connection_attempts=1)), lambda: redis.Redis(port=1, socket_connect_timeout=1).ping()]:
    try:
        ask()
    except Exception as error:
        print(type(error).__module__.split(".")[0], type(error).__name__)
import paho.mqtt.client as mqtt, zmq
client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
print(mqtt.topic_matches_sub("a/+", "a/b"), KafkaError.__name__)
context = zmq.Context()
one, two = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
one.bind("inproc://x"); two.connect("inproc://x")
two.send_json({"a": 1})
print(one.recv_json())
context.destroy()
