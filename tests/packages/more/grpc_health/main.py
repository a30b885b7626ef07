"""A server with health checks and reflection, asked by a client."""

from concurrent import futures

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2, reflection_pb2_grpc

server = grpc.server(futures.ThreadPoolExecutor(2))
servicer = health.HealthServicer()
health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
servicer.set("shop", health_pb2.HealthCheckResponse.SERVING)
reflection.enable_server_reflection([health.SERVICE_NAME, reflection.SERVICE_NAME], server)
port = server.add_insecure_port("127.0.0.1:0")
server.start()
with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
    stub = health_pb2_grpc.HealthStub(channel)
    print(stub.Check(health_pb2.HealthCheckRequest(service="shop")).status)
    try:
        stub.Check(health_pb2.HealthCheckRequest(service="none"))
    except grpc.RpcError as error:
        print(error.code())
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    for answer in reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(iter([request])):
        print(sorted(service.name for service in answer.list_services_response.service))
server.stop(None).wait()
