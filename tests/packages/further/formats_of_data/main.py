"""Formats and compressions of data."""

import io, cbor2, fastavro, lz4.frame, zstandard, brotli, snappy, blosc2, dill, cloudpickle
from ruamel.yaml import YAML
import avro.schema
print(cbor2.loads(cbor2.dumps({"a": [1, 2.5, None]})), lz4.frame.decompress(lz4.frame.compress(b"x")), zstandard.decompress(zstandard.compress(b"y")), brotli.decompress(brotli.compress(b"z")), snappy.decompress(snappy.compress(b"w")))
schema = {"type": "record", "name": "R", "fields": [{"name": "a", "type": "int"}]}
out = io.BytesIO()
fastavro.writer(out, fastavro.parse_schema(schema), [{"a": 1}], codec="zstandard")
out.seek(0)
print(list(fastavro.reader(out)), avro.schema.parse('"int"').type)
yaml = YAML()
text = io.StringIO()
yaml.dump(yaml.load("# c\na: &x [1, 2]\nb: *x\n"), text)
print(text.getvalue())
print(dill.loads(dill.dumps(lambda x: x + 1))(1), cloudpickle.loads(cloudpickle.dumps(lambda x: x * 2))(4))
