"""Evaluates the example through OpenFeature's own OFREP provider and prints one JSON line a question."""

import json
import sys

from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext

api.set_provider(OFREPProvider(sys.argv[1]))
client = api.get_client()
for line in sys.stdin:
    question = json.loads(line)
    context = EvaluationContext(question["unit"], question["attributes"])
    kind = {"boolean": client.get_boolean_details, "string": client.get_string_details,
            "integer": client.get_integer_details, "object": client.get_object_details}[question["type"]]
    details = kind(question["flag"], question["fallback"], context)
    print(json.dumps({"value": details.value, "variant": details.variant, "reason": str(details.reason),
                      "error": details.error_code and str(details.error_code)}))
