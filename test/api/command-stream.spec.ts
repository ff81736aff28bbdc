import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EVENT_STORE, type EventStore } from '../../src/event-store/event-store.js';
import { type TestService, startTestService } from '../support/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.remove());

const open = (accountId: string) => ({ type: 'OpenAccount', accountId, openedOn: '2026-01-01' });
const note = (accountId: string, noteId: string) => ({
  type: 'RecordNote',
  accountId,
  noteId,
  kind: 'call',
  text: 'x',
});

/** A request that is still being written, on a real connection. */
function begin(headers: Record<string, string> = {}): {
  sending: ClientRequest;
  answer: Promise<IncomingMessage>;
} {
  const sending = request(`${service.url}/v1/commands`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', ...headers },
  });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    sending.on('response', resolve);
    sending.on('error', reject);
  });
  return { sending, answer };
}

interface Line {
  line: number;
  status: number;
  [fact: string]: unknown;
}

async function* linesIn(message: IncomingMessage): AsyncGenerator<Line> {
  let rest = '';
  for await (const chunk of message.setEncoding('utf8')) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as Line;
  }
  expect(rest).toBe('');
}

async function run(body: string | Buffer, headers?: Record<string, string>): Promise<Line[]> {
  const { sending, answer } = begin(headers);
  sending.end(body);
  const lines: Line[] = [];
  for await (const line of linesIn(await answer)) lines.push(line);
  return lines;
}

describe('POST /v1/commands', () => {
  test('answers each line in order, and the wrong ones do not keep the others from going on', async () => {
    const lines = await run(
      [
        JSON.stringify(open('S1')),
        'not JSON',
        JSON.stringify(note('S1', 'N1')),
        '',
        JSON.stringify({ ...note('S1', 'N2'), more: 1 }),
        JSON.stringify(note('S1', 'N1')),
        JSON.stringify(note('NOBODY', 'N1')),
        JSON.stringify({ ...note('S1', 'N1'), text: 'y' }),
        'x'.repeat(1024 * 1024 + 1),
        JSON.stringify(note('S1', 'N3')),
      ].join('\n'),
    );
    expect(lines.map(({ line, status, code, revision }) => [line, status, code ?? revision])).toEqual([
      [1, 201, 0],
      [2, 400, 'validation_failed'],
      [3, 201, 1],
      [5, 400, 'validation_failed'],
      [6, 200, 1],
      [7, 404, 'account_not_found'],
      [8, 409, 'id_already_used'],
      [9, 413, 'body_too_large'],
      [10, 201, 2],
    ]);
    expect(lines[2]).toMatchObject({
      accountId: 'S1',
      events: [{ type: 'NoteRecorded' }],
      effectiveOn: '2026-03-10',
    });
    expect(lines[5]).toMatchObject({
      type: 'urn:arledger:problem:account_not_found',
      title: 'Account not found',
    });
  });

  test('keeps the order of each account over thousands of lines, many accounts side by side', async () => {
    const accounts = Array.from({ length: 40 }, (_, i) => `M${i}`);
    const commands = [
      ...accounts.map(open),
      ...Array.from({ length: 50 }, (_, i) => accounts.map((id) => note(id, `N${i}`))).flat(),
    ];
    const lines = await run(commands.map((command) => JSON.stringify(command)).join('\n') + '\n');
    expect(lines.map(({ line }) => line)).toEqual(commands.map((_, i) => i + 1));
    expect(new Set(lines.map(({ status }) => status))).toEqual(new Set([201]));
    const store = service.app.get<EventStore>(EVENT_STORE);
    const noted: string[] = [];
    for await (const { data } of store.readStream('account-M7', { from: 1 }))
      noted.push((data as { noteId: string }).noteId);
    expect(noted).toEqual(Array.from({ length: 50 }, (_, i) => `N${i}`));
  });

  test('answers while lines are still being sent', async () => {
    const { sending, answer } = begin();
    sending.write(`${JSON.stringify(open('L1'))}\n`);
    const lines = linesIn(await answer);
    expect((await lines.next()).value).toMatchObject({ line: 1, status: 201 });
    sending.write(`${JSON.stringify(note('L1', 'N1'))}\n{"half":`);
    expect((await lines.next()).value).toMatchObject({ line: 2, status: 201 });
    sending.end('1}');
    expect((await lines.next()).value).toMatchObject({ line: 3, status: 400 });
    expect((await lines.next()).done).toBe(true);
  });

  test('a client that goes away stops the reading; a line of which only half came is not carried out', async () => {
    const { sending, answer } = begin();
    answer.catch(() => undefined);
    sending.on('error', () => undefined);
    sending.write(`${JSON.stringify(open('G1'))}\n`);
    const message = await answer;
    message.on('error', () => undefined);
    sending.write(JSON.stringify(note('G1', 'N1')));
    await delay(20);
    sending.destroy();
    await delay(50);
    const next = await service.post('/v1/accounts/G1/notes', { noteId: 'N2', kind: 'call', text: 'x' });
    expect(next.body.revision).toBe(1);
  });

  test('sends no further than its answers are taken', async () => {
    const { sending, answer } = begin();
    sending.write(`${JSON.stringify(open('B1'))}\n`);
    const message = await answer;
    // Answers are long, so that the buffers on the way fill up soon; nobody reads them yet.
    const long = `${JSON.stringify({ type: 'OpenAccount', accountId: '-', openedOn: 'x'.repeat(100), ...Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`unknown${i}`, i])) })}\n`;
    let sent = 0;
    let blocked = false;
    while (!blocked && sent < 20_000) {
      blocked = !sending.write(long);
      sent += 1;
      if (blocked)
        blocked = !(await Promise.race([
          new Promise((drained) => sending.once('drain', () => drained(true))),
          delay(500, false),
        ]));
    }
    expect(blocked).toBe(true);
    let answered = 0;
    sending.end();
    for await (const line of linesIn(message)) answered = line.line;
    expect(answered).toBe(sent + 1);
  });

  test('who sends it counts for every line; a condition is for single commands', async () => {
    await run([open('W1'), note('W1', 'N1')].map((c) => JSON.stringify(c)).join('\n'), {
      'x-actor': 'batch',
    });
    const store = service.app.get<EventStore>(EVENT_STORE);
    for await (const { metadata } of store.readStream('account-W1')) expect(metadata.actor).toBe('batch');
    const refused = await service.send({
      method: 'POST',
      path: '/v1/commands',
      body: JSON.stringify(open('W2')),
      headers: { 'content-type': 'application/x-ndjson', 'if-match': '"1"' },
    });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: 'If-Match' }] } });
  });

  test('an empty body has no answers', async () => {
    expect(await run('')).toEqual([]);
  });
});

test('a service that is told to stop finishes what was begun', async () => {
  const other = await startTestService();
  await other.post('/v1/accounts', { accountId: 'A1', openedOn: '2026-01-01' });
  const under = Array.from({ length: 20 }, (_, i) =>
    fetch(`${other.url}/v1/accounts/A1/notes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ noteId: `N${i}`, kind: 'call', text: 'x' }),
    }).then(
      ({ status }) => status,
      () => 'refused',
    ),
  );
  await delay(5);
  const again = await other.restart();
  const kept = (await Promise.all(under)).filter((status) => status === 201).length;
  const next = await again.post('/v1/accounts/A1/notes', { noteId: 'last', kind: 'call', text: 'x' });
  expect(next.body.revision).toBe(kept + 1);
  await again.remove();
});

test('a service that is told to stop answers what was begun on a stream, then cuts it off', async () => {
  const other = await startTestService();
  const sending = request(`${other.url}/v1/commands`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
  });
  sending.on('error', () => undefined);
  sending.write(`${JSON.stringify(open('A1'))}\n`);
  const message = await new Promise<IncomingMessage>((resolve) => sending.on('response', resolve));
  const lines = linesIn(message);
  expect((await lines.next()).value).toMatchObject({ line: 1, status: 201 });
  const started = performance.now();
  const closed = other.remove();
  await expect(lines.next()).rejects.toThrow('aborted');
  await closed;
  expect(performance.now() - started).toBeLessThan(5000);
});
