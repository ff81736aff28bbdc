import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EVENT_STORE, type EventStore } from '../../src/event-store/event-store.js';
import { type TestService, startTestService } from '../support/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  await service.post('/v1/accounts', { accountId: 'A1', openedOn: '2026-01-01' });
});
afterAll(() => service.remove());

let last = 0;
async function note(headers: Record<string, string>, accountId = 'A1') {
  last += 1;
  return service.post(
    `/v1/accounts/${accountId}/notes`,
    { noteId: `N${last}`, kind: 'call', text: 'x' },
    headers,
  );
}

async function metadataOf(revision: number): Promise<unknown> {
  const store = service.app.get<EventStore>(EVENT_STORE);
  for await (const event of store.readStream('account-A1', { from: revision, limit: 1 }))
    return event.metadata;
  return undefined;
}

describe('If-Match', () => {
  test('is met by the ETag of the answer before', async () => {
    const before = await note({});
    const after = await note({ 'if-match': String(before.headers.etag) });
    expect(after).toMatchObject({ status: 201, headers: { etag: `"${Number(before.body.revision) + 1}"` } });
  });

  test('that is not met is 412 with the revision, and appends nothing', async () => {
    const before = await note({});
    const refused = await note({ 'if-match': '"0"' });
    expect(refused).toMatchObject({
      status: 412,
      headers: { etag: `"${before.body.revision}"` },
      body: { code: 'revision_mismatch', accountId: 'A1', revision: before.body.revision },
    });
    expect((await note({})).body.revision).toBe(Number(before.body.revision) + 1);
  });

  test('* is met by any account that exists', async () => {
    expect((await note({ 'if-match': '*' })).status).toBe(201);
    expect((await note({ 'if-match': '*' }, 'NOBODY')).status).toBe(404);
    const opening = await service.post(
      '/v1/accounts',
      { accountId: 'A2', openedOn: '2026-01-01' },
      { 'if-match': '*' },
    );
    expect(opening.status).toBe(412);
  });

  test.each(['7', 'W/"7"', '"7", "8"', '"-1"', '"x"', '""'])('%s is malformed', async (condition) => {
    const { status, body } = await note({ 'if-match': condition });
    expect({ status, errors: body.errors }).toEqual({
      status: 400,
      errors: [{ field: 'If-Match', message: 'must be one quoted revision such as "7", or *' }],
    });
  });
});

describe('metadata', () => {
  test('hold who sent it and the trace it is part of', async () => {
    const { body } = await note({
      'x-actor': Buffer.from('josé').toString('latin1'),
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    });
    expect(await metadataOf(body.revision)).toEqual({
      recordedAt: '2026-03-10T12:00:00.000Z',
      actor: 'josé',
      $correlationId: '4bf92f3577b34da6a3ce929d0e0e4736',
    });
  });

  test.each([
    '',
    'nonsense',
    '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
    'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  ])('a traceparent that is none (%s) counts as not sent', async (traceparent) => {
    const { body } = await note({ traceparent });
    expect(await metadataOf(body.revision)).toEqual({ recordedAt: '2026-03-10T12:00:00.000Z' });
  });

  test.each(['', ' ', 'x'.repeat(129), '\u00ff'])('an actor that is none (%s) is refused', async (actor) => {
    const { status, body } = await note({ 'x-actor': actor });
    expect({ status, field: body.errors?.[0].field }).toEqual({ status: 400, field: 'X-Actor' });
  });
});
