"""A small server that records what it is sent and answers as a test says, for collectors and APIs on loopback."""
import json
import os
import struct
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "standin"))

import wire  # noqa: E402


class Recorder:
    """`answer(request, number)` gives a wire.Answer; the first request has number 0. Records have the moment."""

    def __init__(self, answer=lambda request, number: wire.Answer(200, b"{}")):
        self.requests, self._given = [], answer
        self.server = wire.Server(self._answer, "127.0.0.1", 0)

    url = property(lambda self: self.server.url)

    def close(self):
        self.server.close()

    def _answer(self, request):
        number = len(self.requests)
        self.requests.append((time.monotonic(), request))
        return self._given(request, number)


def fields(data):
    """The fields of a protobuf message as a list of (number, value): integers, 8 bytes, or bytes."""
    at, found = 0, []
    while at < len(data):
        tag, at = _varint(data, at)
        if tag & 7 == 0:
            value, at = _varint(data, at)
        elif tag & 7 == 1:
            value, at = data[at:at + 8], at + 8
        elif tag & 7 == 2:
            n, at = _varint(data, at)
            value, at = data[at:at + n], at + n
            if len(value) != n:
                raise ValueError("a field is cut off")
        else:
            raise ValueError("a field of wire type %d" % (tag & 7))
        found.append((tag >> 3, value))
    return found


def _varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            return value, at


def _all(message, number):
    return [value for n, value in fields(message) if n == number]


def _one(message, number, default=b""):
    return (_all(message, number) or [default])[0]


def _any(message):
    (kind, value), = fields(message)
    if kind == 5:
        return [_any(v) for v in _all(value, 1)]
    return {1: lambda: value.decode(), 2: lambda: bool(value), 3: lambda: value,
            4: lambda: struct.unpack("<d", value)[0]}[kind]()


def _attributes(message, number):
    return {_one(pair, 1).decode(): _any(_one(pair, 2)) for pair in _all(message, number)}


def spans_of_protobuf(body):
    """(attributes of the resource, list of spans) of an ExportTraceServiceRequest."""
    resource_spans = _one(body, 1)
    spans = [{"trace": _one(s, 1).hex(), "id": _one(s, 2).hex(), "parent": _one(s, 4).hex(),
              "name": _one(s, 5).decode(), "kind": _one(s, 6, 0), "start": struct.unpack("<Q", _one(s, 7))[0],
              "end": struct.unpack("<Q", _one(s, 8))[0], "attributes": _attributes(s, 9),
              "error": _one(_one(s, 15), 3, 0) == 2} for s in _all(_one(resource_spans, 2), 2)]
    return _attributes(_one(resource_spans, 1), 1), spans


def _json_any(value):
    (kind, inner), = value.items()
    if kind == "arrayValue":
        return [_json_any(v) for v in inner["values"]]
    return int(inner) if kind == "intValue" else inner


def _json_attributes(pairs):
    return {pair["key"]: _json_any(pair["value"]) for pair in pairs}


def spans_of_json(body):
    resource_spans = json.loads(body)["resourceSpans"][0]
    spans = [{"trace": s["traceId"], "id": s["spanId"], "parent": s.get("parentSpanId", ""), "name": s["name"],
              "kind": s["kind"], "start": int(s["startTimeUnixNano"]), "end": int(s["endTimeUnixNano"]),
              "attributes": _json_attributes(s["attributes"]), "error": s["status"].get("code") == 2}
             for s in resource_spans["scopeSpans"][0]["spans"]]
    return _json_attributes(resource_spans["resource"]["attributes"]), spans
