import os
import subprocess
import sys

from opentelemetry import trace
from opentelemetry.propagators._envcarrier import EnvironmentGetter
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator


def main(params, context):
    """What OpenTelemetry takes from the environment, here and in a program that is started here."""
    place = TraceContextTextMapPropagator().extract(os.environ, getter=EnvironmentGetter())
    span = trace.get_current_span(place).get_span_context()
    program = "import os; print(os.environ.get('TRACEPARENT', ''))"
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {
        "told": {
            "traceId": trace.format_trace_id(span.trace_id),
            "spanId": trace.format_span_id(span.span_id),
            "state": span.trace_state.to_header(),
            "isRemote": span.is_remote,
            "child": child.stdout.strip(),
            "parent": os.getppid(),
        }
    }
