"""What schemathesis is taught: a zip is sent as the bytes that it is."""

import schemathesis

schemathesis.serializer.alias("application/zip", "application/octet-stream")
