import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type TestService, startTestService } from '../support/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.remove());

const JSON_TYPE = { 'content-type': 'application/json' };
const right = { accountId: 'A1', openedOn: '2026-01-01' };
const text = JSON.stringify(right);
const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

interface Case {
  what: string;
  body?: string | Buffer;
  headers?: Record<string, string>;
  method?: string;
  path?: string;
  status: number;
  code: string;
  /** What the first error says, or nothing in particular. */
  says?: string;
}

const malformed = { status: 400, code: 'validation_failed' };
const unsupported = { status: 415, code: 'unsupported_media_type' };

const CASES: Case[] = [
  { what: 'no body and no content type', ...malformed, says: 'must be a JSON object', headers: {} },
  { what: 'an empty body', body: '', ...malformed, says: 'is not JSON' },
  { what: 'blanks', body: '  ', ...malformed, says: 'is not JSON' },
  { what: 'no JSON', body: '{"accountId":', ...malformed, says: 'is not JSON' },
  { what: 'two values', body: `${text}${text}`, ...malformed, says: 'is not JSON' },
  { what: 'a list', body: `[${text}]`, ...malformed, says: 'must be a JSON object' },
  { what: 'null', body: 'null', ...malformed, says: 'must be a JSON object' },
  { what: 'a string', body: '"x"', ...malformed, says: 'must be a JSON object' },
  { what: 'a number', body: '7', ...malformed, says: 'must be a JSON object' },
  { what: 'false', body: 'false', ...malformed, says: 'must be a JSON object' },
  {
    what: 'broken UTF-8',
    body: Buffer.concat([Buffer.from('{"accountId":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
    ...malformed,
    says: 'is not well-formed UTF-8',
  },
  { what: 'UTF-16', body: Buffer.from(text, 'utf16le'), ...malformed },
  {
    what: 'a name twice',
    body: '{"accountId":"A1","openedOn":"2026-01-01","accountId":"A2"}',
    ...malformed,
    says: 'has the name "accountId" twice in one object',
  },
  {
    what: 'a name twice, once escaped',
    body: '{"accountId":"A1","\\u0061ccountId":"A2"}',
    ...malformed,
    says: 'has the name "accountId" twice in one object',
  },
  {
    what: '__proto__',
    body: '{"accountId":"A1","openedOn":"2026-01-01","__proto__":{"currency":"EUR"}}',
    ...malformed,
    says: 'is not a known field',
  },
  { what: 'constructor.prototype', body: '{"constructor":{"prototype":{}}}', ...malformed },
  { what: 'deep nesting', body: deep(17), ...malformed, says: 'is nested deeper than 16 levels' },
  { what: 'very deep nesting', body: deep(100_000), ...malformed },
  {
    what: 'a body of more than 1 MB',
    body: JSON.stringify({ ...right, patientRef: 'x'.repeat(1024 * 1024) }),
    status: 413,
    code: 'body_too_large',
  },
  { what: 'a body of 10 MB', body: ' '.repeat(10 * 1024 * 1024), status: 413, code: 'body_too_large' },
  {
    what: 'a form',
    body: 'a=b',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    ...unsupported,
  },
  { what: 'plain text', body: text, headers: { 'content-type': 'text/plain' }, ...unsupported },
  {
    what: 'a merge patch',
    body: text,
    headers: { 'content-type': 'application/merge-patch+json' },
    ...unsupported,
  },
  {
    what: 'NDJSON at the door for one',
    body: text,
    headers: { 'content-type': 'application/x-ndjson' },
    ...unsupported,
  },
  { what: 'a content type that is none', body: text, headers: { 'content-type': 'json' }, ...unsupported },
  { what: 'no content type', body: text, headers: {}, ...unsupported },
  {
    what: 'another charset',
    body: text,
    headers: { 'content-type': 'application/json; charset=iso-8859-1' },
    ...unsupported,
  },
  {
    what: 'packed',
    body: gzipSync(text),
    headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
    ...unsupported,
  },
  { what: 'JSON at the door for many', path: '/v1/commands', body: text, ...unsupported },
  { what: 'nothing at the door for many', path: '/v1/commands', headers: {}, ...unsupported },
  { what: 'an unknown path', path: '/v1/nothing', body: text, status: 404, code: 'route_not_found' },
  {
    what: 'an unknown path with a body of no kind',
    path: '/v2',
    body: 'x',
    headers: { 'content-type': 'a/b' },
    status: 404,
    code: 'route_not_found',
  },
  {
    what: 'another method',
    method: 'DELETE',
    path: '/v1/accounts/A1/charges',
    headers: {},
    status: 405,
    code: 'method_not_allowed',
  },
  { what: 'a path that is none', path: '/v1/accounts/%zz/charges', body: text, ...malformed },
  {
    what: 'an endless id',
    path: `/v1/accounts/${'x'.repeat(1001)}/charges`,
    body: text,
    status: 414,
    code: 'uri_too_long',
  },
];

describe('the edge refuses', () => {
  test.each(CASES)(
    '$what: $status $code',
    async ({ body, headers, method = 'POST', path = '/v1/accounts', status, code, says }) => {
      const answer = await service.send({
        method,
        path,
        headers: headers ?? JSON_TYPE,
        ...(body === undefined ? {} : { body }),
      });
      expect({ status: answer.status, type: answer.headers['content-type'], code: answer.body.code }).toEqual(
        {
          status,
          type: 'application/problem+json; charset=utf-8',
          code,
        },
      );
      expect(answer.body).toEqual({
        ...answer.body,
        type: `urn:arledger:problem:${code}`,
        title: expect.any(String),
        status,
        detail: expect.any(String),
      });
      expect(JSON.stringify(answer.body)).not.toMatch(/ at |node_modules|FST_|Error/);
      if (says !== undefined)
        expect(answer.body.errors.map((e: { message: string }) => e.message)).toContain(says);
    },
  );

  test('a wrong method with the right ones in Allow', async () => {
    const answer = await service.send({ method: 'PUT', path: '/v1/accounts?x=1' });
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  });

  test('what is no HTTP at all', async () => {
    const { port } = new URL(service.url);
    const answer = await new Promise<string>((resolve) => {
      let received = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('NONSENSE\r\n\r\n'));
      socket.on('data', (chunk) => (received += chunk.toString()));
      socket.on('close', () => resolve(received));
    });
    expect(answer).toContain('HTTP/1.1 400 ');
    expect(answer).toContain('"code":"validation_failed"');
  });

  test('and has appended nothing', async () => {
    expect((await service.get('/health/ready')).body.checks.store).toEqual({ ok: true });
  });
});

describe('the edge takes', () => {
  test.each([
    ['application/json; charset=UTF-8', text],
    ['application/json;charset="utf-8"', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)])],
    ['Application/JSON', ` ${text}\n`],
  ])('%s', async (type, body) => {
    const answer = await service.send({
      method: 'POST',
      path: '/v1/accounts',
      body,
      headers: { 'content-type': type },
    });
    expect([200, 201]).toContain(answer.status);
  });

  test('equal names in different objects, and names as values', async () => {
    const answer = await service.post('/v1/accounts/A1/adjustments', {
      adjustmentId: 'amount',
      amount: '2.00',
      category: 'charity',
      allocations: [
        { chargeId: 'amount', amount: '1.00' },
        { chargeId: 'amount', amount: '1.00' },
      ],
    });
    expect(answer.body.code).toBe('charge_not_found');
  });
});
