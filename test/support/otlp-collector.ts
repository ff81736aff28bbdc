import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A span as a collector gets it; ids in hexadecimal. */
export interface CollectedSpan {
  traceId: string;
  spanId: string;
  /** Empty for the root of a trace. */
  parentSpanId: string;
  name: string;
  attributes: Record<string, unknown>;
  /** Trace ids of what it is linked to. */
  links: string[];
  failed: boolean;
  /** Of the service that made it. */
  resource: Record<string, unknown>;
}

export interface Collector {
  url: string;
  spans: CollectedSpan[];
  /** Headers of the last request. */
  headers: Record<string, unknown>;
  close(): Promise<void>;
}

/** An OTLP collector (http/protobuf) that keeps the spans it is sent. */
export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  const collector: Collector = {
    url: '',
    spans,
    headers: {},
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      collector.headers = request.headers;
      const isTraces = request.url === '/v1/traces' && request.method === 'POST';
      if (isTraces) spans.push(...spansIn(body));
      response.writeHead(isTraces ? 200 : 404).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  collector.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return collector;
}

/*
 * Just as much of protobuf's wire format as opentelemetry/proto/trace/v1/trace.proto needs: a message is fields of a
 * number and a value, and the value is a number, eight or four bytes, or bytes that may be a message again.
 */

type Fields = { number: number; value: bigint | Buffer }[];

function fieldsOf(message: Buffer): Fields {
  const fields: Fields = [];
  let at = 0;
  const varint = (): bigint => {
    for (let value = 0n, shift = 0n; ; shift += 7n) {
      const byte = message[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const bytes = (length: number): Buffer => message.subarray(at, (at += length));
  while (at < message.length) {
    const tag = Number(varint());
    const number = tag >> 3;
    const wireType = tag & 7;
    if (wireType === 0) fields.push({ number, value: varint() });
    else if (wireType === 1) fields.push({ number, value: bytes(8) });
    else if (wireType === 2) fields.push({ number, value: bytes(Number(varint())) });
    else if (wireType === 5) fields.push({ number, value: bytes(4) });
    else throw new Error(`wire type ${wireType} is none of protobuf 3`);
  }
  return fields;
}

const all = (fields: Fields, number: number): Buffer[] =>
  fields.filter((field) => field.number === number).map(({ value }) => value as Buffer);
const one = (fields: Fields, number: number): Buffer => all(fields, number)[0] ?? Buffer.alloc(0);

function spansIn(request: Buffer): CollectedSpan[] {
  return all(fieldsOf(request), 1).flatMap((resourceSpans) => {
    const fields = fieldsOf(resourceSpans);
    const resource = attributesIn(fieldsOf(one(fields, 1)), 1);
    return all(fields, 2).flatMap((scopeSpans) =>
      all(fieldsOf(scopeSpans), 2).map((span) => ({ ...spanOf(fieldsOf(span)), resource })),
    );
  });
}

function spanOf(fields: Fields): Omit<CollectedSpan, 'resource'> {
  return {
    traceId: one(fields, 1).toString('hex'),
    spanId: one(fields, 2).toString('hex'),
    parentSpanId: one(fields, 4).toString('hex'),
    name: one(fields, 5).toString(),
    attributes: attributesIn(fields, 9),
    links: all(fields, 13).map((link) => one(fieldsOf(link), 1).toString('hex')),
    failed: fieldsOf(one(fields, 15)).some(({ number, value }) => number === 3 && value === 2n),
  };
}

function attributesIn(fields: Fields, number: number): Record<string, unknown> {
  return Object.fromEntries(
    all(fields, number).map((keyValue) => {
      const attribute = fieldsOf(keyValue);
      const [value] = fieldsOf(one(attribute, 2));
      return [
        one(attribute, 1).toString(),
        Buffer.isBuffer(value?.value) ? value.value.toString() : Number(value?.value),
      ];
    }),
  );
}
