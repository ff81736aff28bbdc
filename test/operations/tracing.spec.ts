import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EVENT_STORE, type EventStore } from '../../src/event-store/event-store.js';
import { startCollector, type CollectedSpan, type Collector } from '../support/otlp-collector.js';
import { type TestService, startTestService } from '../support/service.js';

/* All requests are made, and everything is sent, before anything is looked at: spans are sent late and in batches. */

const CALLER = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const traceparent = `00-${CALLER.traceId}-${CALLER.spanId}-01`;
/** So many that their answers back up, and reading goes on when the connection has taken some. */
const LINES = 300;
const account = { accountId: 'Secret-1', openedOn: '2026-01-01' };
const note = (noteId: string) => ({ noteId, kind: 'call', text: 'Jane Doe called' });

let collector: Collector;
let service: TestService;
let correlationIds: (string | undefined)[];

const post = async (path: string, body: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(service.url + path, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
  return { status: answer.status, text: await answer.text() };
};

beforeAll(async () => {
  collector = await startCollector();
  process.env['OTEL_RESOURCE_ATTRIBUTES'] = 'deployment.environment.name=test';
  process.env['OTEL_EXPORTER_OTLP_HEADERS'] = 'x-tenant=hospital';
  service = await startTestService({
    readModels: true,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
  });
  const statuses = [
    await post('/v1/accounts', JSON.stringify(account), { traceparent }),
    await post('/v1/accounts/Secret-1/notes', JSON.stringify(note('N1'))),
    await post('/v1/accounts/Secret-1/notes', JSON.stringify({ ...note('N1'), text: 'other' })),
    await post(
      '/v1/commands',
      Array.from({ length: LINES }, (_, i) =>
        JSON.stringify({ type: 'RecordNote', accountId: 'Secret-1', ...note(`L${i}`) }),
      ).join('\n'),
      { 'content-type': 'application/x-ndjson' },
    ),
  ].map(({ status }) => status);
  expect(statuses).toEqual([201, 201, 409, 200]);
  expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
  const last = (await post('/v1/accounts/Secret-1/notes', JSON.stringify(note('N4')), { traceparent: 'odd' }))
    .text;
  const { position } = JSON.parse(last);
  expect((await fetch(`${service.url}/v1/accounts/Secret-1?waitFor=${position}`)).status).toBe(200);

  const store = service.app.get<EventStore>(EVENT_STORE);
  correlationIds = [];
  for await (const { metadata } of store.readAll()) correlationIds.push(metadata.$correlationId);
  await service.remove();
}, 120_000);
afterAll(() => collector.close());

const named = (name: string): CollectedSpan[] => collector.spans.filter((span) => span.name === name);
const below = (parent: CollectedSpan): string[] =>
  collector.spans
    .filter((span) => span.traceId === parent.traceId && span.parentSpanId === parent.spanId)
    .map(({ name }) => name);

describe('traces', () => {
  it('lead from the caller over the request and the command to the event store', () => {
    const [request] = named('POST /v1/accounts');
    expect(request).toMatchObject({
      traceId: CALLER.traceId,
      parentSpanId: CALLER.spanId,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/v1/accounts',
        'http.response.status_code': 201,
      },
      resource: { 'service.name': 'arledger', 'deployment.environment.name': 'test' },
    });
    expect(below(request!)).toEqual(['transact OpenAccount']);
    const [command] = named('transact OpenAccount');
    expect(below(command!).sort()).toEqual(['append', 'load']);
    expect(named('append')[0]).toMatchObject({
      traceId: CALLER.traceId,
      attributes: { 'arledger.events': 1 },
    });
    expect(collector.headers).toMatchObject({ 'x-tenant': 'hospital' });
  });

  it('begin here when the caller has none; the events name them', () => {
    const requests = named('POST /v1/accounts/:accountId/notes');
    expect(requests.map(({ parentSpanId }) => parentSpanId)).toEqual(['', '', '']);
    const [stream] = named('POST /v1/commands');
    const [first, , last] = requests;
    expect(new Set([CALLER.traceId, first!.traceId, stream!.traceId, last!.traceId]).size).toBe(4);
    expect(correlationIds).toEqual([
      CALLER.traceId,
      first!.traceId,
      ...Array.from({ length: LINES }, () => stream!.traceId),
      last!.traceId,
    ]);
    expect(below(stream!)).toEqual(Array.from({ length: LINES }, () => 'transact RecordNote'));
  });

  it('name a refusal, and do not take it for a fault', () => {
    const refused = collector.spans.filter(({ attributes }) => 'error.type' in attributes);
    expect(refused).toMatchObject([
      { name: 'transact RecordNote', attributes: { 'error.type': 'id_already_used' }, failed: false },
    ]);
  });

  it('of batches of the projections are linked to those of their events', () => {
    const batches = named('project');
    expect(batches.map(({ parentSpanId }) => parentSpanId)).toEqual(batches.map(() => ''));
    expect(
      batches.map(({ attributes }) => Number(attributes['arledger.events'])).reduce((a, b) => a + b),
    ).toBe(LINES + 3);
    expect(new Set(batches.flatMap(({ links }) => links))).toEqual(new Set(correlationIds));
  });

  it('hold no account, no person, no path, and nothing of probes', () => {
    expect(JSON.stringify(collector.spans)).not.toMatch(/Secret|Jane|health/);
    expect(named('GET /v1/accounts/:accountId')).toHaveLength(1);
  });
});
