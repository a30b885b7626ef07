"""Clients of clouds in namespace packages."""

import json
from azure.core.pipeline.transport import RequestsTransport
from azure.storage.blob import BlobServiceClient, BlobSasPermissions, generate_blob_sas
from azure.identity import DefaultAzureCredential, ClientSecretCredential
from google.cloud import storage
from google.auth.credentials import AnonymousCredentials
from google.api_core import exceptions, retry
client = BlobServiceClient("https://x.blob.core.windows.net", credential="eA==")
print(client.get_container_client("c").url, len(BlobSasPermissions(read=True).__str__()))
bucket = storage.Client(project="p", credentials=AnonymousCredentials()).bucket("b")
print(bucket.blob("x/y").public_url)
try:
    raise exceptions.from_http_status(404, "none")
except exceptions.NotFound as error:
    print(error.code)
print(DefaultAzureCredential.__name__, ClientSecretCredential.__name__)
