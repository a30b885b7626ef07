"""Clients are made from service descriptions in JSON, which the library loads by name."""

import datetime

import boto3
from botocore.stub import Stubber

session = boto3.Session("key", "secret", region_name="eu-west-1")
s3 = session.client("s3")
with Stubber(s3) as stubber:
    created = datetime.datetime(2024, 1, 1)
    stubber.add_response("list_buckets", {"Buckets": [{"Name": "one", "CreationDate": created}]})
    print([bucket["Name"] for bucket in s3.list_buckets()["Buckets"]])
print(s3.generate_presigned_url("get_object", {"Bucket": "b", "Key": "k"}).split("?")[0])
print(session.resource("dynamodb").Table("t").name)
print(session.client("sqs").meta.endpoint_url, len(session.get_available_services()) > 200)
print(s3.get_waiter("bucket_exists").name, s3.get_paginator("list_objects_v2").__class__.__name__)
