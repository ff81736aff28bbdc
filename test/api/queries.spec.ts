import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { sql } from 'kysely';
import { DATABASE, type Database } from '../../src/database/database.js';
import { type Answer, type TestService, startTestService } from '../support/service.js';

/* Every query over HTTP, on one small hospital: a clock that runs, from a fixed beginning. */

const START = Date.parse('2026-03-10T12:00:00.000Z');
const begun = Date.now();
const clock = { now: () => new Date(START + Date.now() - begun) };
const TODAY = '2026-03-10';

let service: TestService;
let last: string;
/** After the first account's events, before the second's. */
let between: string;

beforeAll(async () => {
  service = await startTestService({ readModels: true, clock, env: { ARLEDGER_CLOCK_SKEW_MS: '20' } });
  await post('/v1/accounts', { accountId: 'A1', openedOn: '2026-01-01', entity: 'north' });
  await post(
    '/v1/accounts/A1/charges',
    charge('C1', '100.00', { effectiveOn: '2026-01-06', description: '=cmd|x' }),
  );
  await post(
    '/v1/accounts/A1/payments',
    {
      paymentId: 'P1',
      amount: '50.00',
      from: { party: 'payer', payerId: 'ACME' },
      method: 'eft',
      allocations: [{ chargeId: 'C1', amount: '40.00' }],
      effectiveOn: '2026-02-01',
    },
    { 'x-actor': '@lockbox' },
  );
  await post('/v1/accounts/A1/transfers', {
    transferId: 'T1',
    chargeId: 'C1',
    amount: '25.00',
    from: { party: 'payer', payerId: 'ACME', position: 'primary' },
    to: { party: 'patient' },
    effectiveOn: '2026-02-15',
  });
  await post('/v1/accounts/A1/denials', {
    denialId: 'D1',
    payerId: 'ACME',
    lines: [{ chargeId: 'C1', amount: '60.00', groupCode: 'CO', reasonCode: '197' }],
    effectiveOn: '2026-02-01',
  });
  await post('/v1/accounts/A1/notes', { noteId: 'N1', kind: 'call', text: 'asked' });
  between = await pause();
  await post('/v1/accounts', { accountId: 'B1', openedOn: '2026-03-01', currency: 'JPY' });
  await post(
    '/v1/accounts/B1/charges',
    charge('C1', '5000', { responsible: { party: 'patient' }, effectiveOn: '2026-04-01' }),
  );
  await get('/v1/accounts', { waitFor: last });
});
afterAll(() => service.remove());

const charge = (chargeId: string, amount: string, more: object) => ({
  chargeId,
  serviceDate: '2026-01-05',
  amount,
  code: { system: 'CPT', value: '99213' },
  responsible: { party: 'payer', payerId: 'ACME', position: 'primary' },
  ...more,
});

async function post(path: string, body: object, headers = {}): Promise<void> {
  const answer = await service.post(path, body, headers);
  expect(answer.status).toBe(201);
  last = answer.body.position as string;
}

const get = (path: string, parameters: Record<string, string> = {}, headers = {}): Promise<Answer> =>
  service.get(`${path}?${new URLSearchParams(parameters).toString()}`, headers);

async function pause(): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 5));
  const instant = clock.now().toISOString();
  await new Promise((resolve) => setTimeout(resolve, 5));
  return instant;
}

describe('an account', () => {
  test('has its balance by party and kind, as of today', async () => {
    const { status, body, headers } = await get('/v1/accounts/A1');
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        accountId: 'A1',
        currency: 'USD',
        entity: 'north',
        openedOn: '2026-01-01',
        balance: '50.00',
        unapplied: '10.00',
        shares: [
          { party: 'patient', balance: '25.00' },
          { party: 'payer', payerId: 'ACME', position: 'primary', balance: '35.00' },
        ],
        totals: { charges: '100.00', payments: '50.00', adjustments: '0.00', refunds: '0.00' },
        lastActivityOn: TODAY,
        trustworthy: true,
        revision: 5,
        position: expect.any(String),
        asOf: TODAY,
        knownAt: expect.stringMatching(/^2026-03-10T12:/),
      },
    });
    expect(headers['etag']).toBe('"5"');
  });

  test('leaves out what is effective later, or was recorded later', async () => {
    expect((await get('/v1/accounts/A1', { asOf: '2026-01-31' })).body).toMatchObject({
      balance: '100.00',
      shares: [{ party: 'payer', balance: '100.00' }],
      asOf: '2026-01-31',
    });
    expect((await get('/v1/accounts/B1')).body).toMatchObject({ balance: '0', currency: 'JPY' });
    expect((await get('/v1/accounts/B1', { asOf: '2026-04-01' })).body).toMatchObject({ balance: '5000' });
    expect((await get('/v1/accounts/B1', { knownAt: between })).status).toBe(404);
  });

  test('that does not exist is not found', async () => {
    for (const path of ['/v1/accounts/none', '/v1/accounts/none/open-items', '/v1/accounts/none/history']) {
      expect(await get(path)).toMatchObject({
        status: 404,
        body: { code: 'account_not_found', accountId: 'none' },
      });
    }
    const csv = await get('/v1/accounts/none/history', {}, { accept: 'text/csv' });
    expect(csv).toMatchObject({ status: 404, body: { code: 'account_not_found' } });
    expect((await get('/v1/accounts/%20')).body).toMatchObject({ errors: [{ field: 'accountId' }] });
  });

  test('lists come in pages', async () => {
    const first = await get('/v1/accounts', { limit: '1' });
    expect(first.body).toMatchObject({
      items: [{ accountId: 'A1', balance: '50.00', lastActivityOn: TODAY }],
      trustworthy: true,
    });
    const second = await get('/v1/accounts', { limit: '1', cursor: first.body.nextCursor });
    expect(second.body.items).toMatchObject([{ accountId: 'B1', currency: 'JPY', balance: '0' }]);
    expect(second.body).not.toHaveProperty('nextCursor');
    expect((await get('/v1/accounts', { entity: 'north' })).body.items).toHaveLength(1);
  });

  test('open items have their ages', async () => {
    const { body } = await get('/v1/accounts/A1/open-items');
    expect(body).toMatchObject({
      balance: '50.00',
      unapplied: '10.00',
      unappliedCredits: [{ paymentId: 'P1', party: 'payer', payerId: 'ACME', amount: '10.00' }],
    });
    expect(body.items).toMatchObject([
      {
        chargeId: 'C1',
        party: 'patient',
        amount: '25.00',
        responsibleSince: '2026-02-15',
        ages: { service: 64, posted: 63, responsible: 23 },
      },
      {
        chargeId: 'C1',
        party: 'payer',
        payerId: 'ACME',
        position: 'primary',
        amount: '35.00',
        ages: { responsible: 63 },
      },
    ]);
  });

  test('the history has every event with running balances, also of a past day', async () => {
    const { body } = await get('/v1/accounts/A1/history');
    expect(
      body.items.map((item: { type: string; amount: string; runningBalance: string }) => [
        item.type,
        item.amount,
        item.runningBalance,
      ]),
    ).toEqual([
      ['AccountOpened', '0.00', '0.00'],
      ['ChargePosted', '100.00', '100.00'],
      ['PaymentPosted', '-50.00', '50.00'],
      ['ResponsibilityTransferred', '0.00', '50.00'],
      ['DenialRecorded', '0.00', '50.00'],
      ['NoteRecorded', '0.00', '50.00'],
    ]);
    expect(body.items[2]).toMatchObject({
      actor: '@lockbox',
      entryId: 'P1',
      effectiveOn: '2026-02-01',
      data: { paymentId: 'P1' },
    });
    const past = await get('/v1/accounts/A1/history', { asOf: '2026-02-01' });
    expect(past.body.items.map((item: { entryId: string }) => item.entryId)).toEqual([
      'A1',
      'C1',
      'P1',
      'D1',
    ]);
  });

  test('the history comes as CSV that no spreadsheet runs', async () => {
    const { status, headers, body } = await get('/v1/accounts/A1/history', {}, { accept: 'text/csv' });
    expect({ status, type: headers['content-type'], file: headers['content-disposition'] }).toEqual({
      status: 200,
      type: 'text/csv; charset=utf-8; header=present',
      file: 'attachment; filename="history-A1.csv"',
    });
    const rows = parse<Record<string, string>>(body, { columns: true });
    expect(rows).toHaveLength(6);
    expect(rows[2]).toMatchObject({
      entryId: 'P1',
      actor: `'@lockbox`,
      amount: '-50.00',
      runningBalance: '50.00',
      trustworthy: 'true',
    });
    expect(JSON.parse(rows[1]!['data']!)).toMatchObject({ chargeId: 'C1', description: '=cmd|x' });
    const paged = await get('/v1/accounts/A1/history', { limit: '1' }, { accept: 'text/csv' });
    expect(paged.body.errors).toMatchObject([{ field: 'limit' }]);
  });
});

describe('reports', () => {
  test('aging ties, currency by currency', async () => {
    const { body } = await get('/v1/aging', { basis: 'responsible', groupBy: 'payer' });
    expect(body).toMatchObject({
      asOf: TODAY,
      basis: 'responsible',
      buckets: ['0-30', '31-60', '61-90', '91-120', '121+'],
      items: [
        {
          party: 'patient',
          payerId: null,
          currency: 'USD',
          amounts: ['25.00', '0.00', '0.00', '0.00', '0.00'],
          unapplied: '0.00',
          total: '25.00',
        },
        {
          party: 'payer',
          payerId: 'ACME',
          currency: 'USD',
          amounts: ['0.00', '0.00', '35.00', '0.00', '0.00'],
          unapplied: '10.00',
          total: '25.00',
        },
      ],
      totals: [
        { currency: 'JPY', total: '0' },
        { currency: 'USD', total: '50.00' },
      ],
      trustworthy: true,
    });
    const later = await get('/v1/aging', {
      asOf: '2026-05-01',
      buckets: '10,29',
      basis: 'posted',
      groupBy: 'account',
    });
    expect(later.body).toMatchObject({
      buckets: ['0-10', '11-29', '30+'],
      items: [{ accountId: 'A1' }, { accountId: 'B1', amounts: ['0', '0', '5000'] }],
    });
  });

  test('aging comes as CSV', async () => {
    const { headers, body } = await get(
      '/v1/aging',
      { groupBy: 'entity' },
      { accept: 'text/csv;q=0.9, application/json;q=0.1' },
    );
    expect(headers).toMatchObject({
      'arledger-as-of': TODAY,
      'arledger-trustworthy': 'true',
      'content-disposition': `attachment; filename="aging-${TODAY}.csv"`,
    });
    expect(parse(body, { columns: true })).toEqual([
      {
        entity: 'north',
        currency: 'USD',
        '0-30': '0.00',
        '31-60': '0.00',
        '61-90': '60.00',
        '91-120': '0.00',
        '121+': '0.00',
        notYetDue: '0.00',
        credits: '0.00',
        unapplied: '10.00',
        total: '50.00',
        trustworthy: 'true',
      },
    ]);
  });

  test('denials say what is still open of them', async () => {
    const { body } = await get('/v1/denials', { status: 'open,appealed', payer: 'ACME', reason: 'CO-197' });
    expect(body.items).toMatchObject([
      {
        accountId: 'A1',
        denialId: 'D1',
        status: 'open',
        level: 0,
        deniedAmount: '60.00',
        openAmount: '35.00',
        lines: [{ chargeId: 'C1', openAmount: '35.00' }],
      },
    ]);
    expect((await get('/v1/denials', { status: 'upheld' })).body.items).toEqual([]);
    expect((await get('/v1/denials', { asOf: '2026-01-31' })).body.items).toEqual([]);
  });

  test('the trial balance balances', async () => {
    const { body } = await get('/v1/trial-balance');
    expect(body.items).toEqual([
      { glAccount: 'Assets:Cash', currency: 'USD', debit: '50.00', credit: '0.00' },
      { glAccount: 'Assets:Receivable:Patient', currency: 'USD', debit: '25.00', credit: '0.00' },
      { glAccount: 'Assets:Receivable:Payer', currency: 'USD', debit: '35.00', credit: '0.00' },
      { glAccount: 'Income:Charges', currency: 'USD', debit: '0.00', credit: '100.00' },
      { glAccount: 'Liabilities:Unapplied', currency: 'USD', debit: '0.00', credit: '10.00' },
    ]);
    expect(body.totals).toEqual([{ currency: 'USD', debit: '110.00', credit: '110.00' }]);
    expect((await get('/v1/trial-balance', { entity: 'main', asOf: '2026-04-01' })).body.totals).toEqual([
      { currency: 'JPY', debit: '5000', credit: '5000' },
    ]);
  });

  test('the journal streams balanced entries as NDJSON and CSV', async () => {
    const { headers, body } = await get('/v1/journal', { to: '2026-02-01' });
    expect(headers['content-type']).toMatch('application/x-ndjson');
    const entries = String(body)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(entries.map((entry) => entry.entryId)).toEqual(['C1', 'P1']);
    expect(entries[1].lines).toEqual([
      { glAccount: 'Assets:Cash', debit: '50.00' },
      {
        glAccount: 'Assets:Receivable:Payer',
        credit: '40.00',
        chargeId: 'C1',
        party: 'payer',
        payerId: 'ACME',
        payerPosition: 'primary',
      },
      {
        glAccount: 'Liabilities:Unapplied',
        credit: '10.00',
        paymentId: 'P1',
        party: 'payer',
        payerId: 'ACME',
      },
    ]);
    const csv = await get('/v1/journal', { fromPosition: '0', toPosition: last }, { accept: 'text/csv' });
    const rows = parse<Record<string, string>>(csv.body, { columns: true });
    expect(rows).toHaveLength(9);
    expect((await get('/v1/journal', { from: '2026-02-02', to: '2026-02-01' })).body.errors).toMatchObject([
      { field: 'to' },
    ]);
  });

  test('a report that does not tie is refused with the difference, and the service stays up', async () => {
    const db = service.app.get<Database>(DATABASE);
    await sql`update ledger_read.accounts set balance = balance + 1.50 where account_id = 'A1'`.execute(db);
    const refused = await get('/v1/aging', { groupBy: 'account' });
    expect(refused).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      body: { code: 'report_does_not_tie', report: 'aging', currency: 'USD', difference: '-1.50' },
    });
    await sql`update ledger_read.accounts set balance = balance - 1.50 where account_id = 'A1'`.execute(db);
    expect((await get('/v1/aging', { groupBy: 'account' })).status).toBe(200);
  });
});

describe('the clocks', () => {
  test('of an answer give the answer again, for ever', async () => {
    const parameters = { asOf: TODAY, knownAt: between };
    const first = await get('/v1/aging', parameters);
    await service.post('/v1/accounts/A1/payments', {
      paymentId: 'P9',
      amount: '1.00',
      from: { party: 'patient' },
      method: 'cash',
      effectiveOn: '2026-01-01',
    });
    const { position: _, ...again } = (await get('/v1/aging', parameters)).body;
    expect(first.body).toMatchObject(again);
    expect(again.totals).toMatchObject([{ currency: 'USD', total: '50.00' }]);
    const whole = await get('/v1/accounts/A1');
    const { asOf, knownAt } = whole.body;
    expect((await get('/v1/accounts/A1', { asOf, knownAt })).body).toEqual(whole.body);
  });

  test('a young knownAt waits until nothing can be added to it', async () => {
    const knownAt = clock.now().toISOString();
    const before = Date.now();
    expect((await get('/v1/aging', { knownAt })).status).toBe(200);
    expect(Date.now() - before).toBeGreaterThanOrEqual(10);
  });

  test('a position that is not reached is refused with Retry-After', async () => {
    const answer = await get('/v1/aging', { waitFor: '99999999999' });
    expect(answer).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      body: { code: 'projections_behind', wanted: '99999999999' },
    });
  }, 30_000);
});

describe('a malformed question', () => {
  const PATHS = [
    '/v1/accounts',
    '/v1/accounts/A1',
    '/v1/accounts/A1/open-items',
    '/v1/accounts/A1/history',
    '/v1/aging',
    '/v1/denials',
    '/v1/trial-balance',
    '/v1/journal',
  ];

  test.each(PATHS)('%s names every parameter that is wrong', async (path) => {
    const { status, body } = await get(path, {
      asOf: '2026-02-30',
      knownAt: 'yesterday',
      waitFor: 'x',
      colour: 'red',
    });
    expect({
      status,
      code: body.code,
      fields: body.errors.map((error: { field: string }) => error.field).sort(),
    }).toEqual({
      status: 400,
      code: 'validation_failed',
      fields: ['asOf', 'colour', 'knownAt', 'waitFor'],
    });
    expect(await get(path, { knownAt: '2027-01-01T00:00:00.000Z' })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'knownAt' }] },
    });
    const twice = await service.get(`${path}?asOf=2026-01-01&asOf=2026-01-02`);
    expect(twice).toMatchObject({ status: 400, body: { errors: [{ field: 'asOf' }] } });
  });

  test.each([
    ['/v1/accounts', 'limit', '0'],
    ['/v1/accounts', 'limit', '1001'],
    ['/v1/accounts', 'limit', '1e2'],
    ['/v1/accounts', 'cursor', 'nonsense'],
    ['/v1/accounts', 'entity', `x' or 1=1`],
    ['/v1/aging', 'basis', 'whim'],
    ['/v1/aging', 'groupBy', 'colour'],
    ['/v1/aging', 'buckets', '30,30'],
    ['/v1/aging', 'buckets', '0,30'],
    ['/v1/aging', 'buckets', ''],
    ['/v1/denials', 'status', 'open,closed'],
    ['/v1/denials', 'reason', '\u0000'],
    ['/v1/journal', 'fromPosition', '-1'],
    ['/v1/journal', 'toPosition', '9'.repeat(30)],
  ])('%s refuses %s=%s', async (path, name, value) => {
    expect(await get(path, { [name]: value })).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ field: name }] },
    });
  });
});

test('an account with an event that was set aside shows it in every answer', async () => {
  const db = service.app.get<Database>(DATABASE);
  await sql`insert into ledger_internal.dead_letters (position, account_id, stream, revision, event_type, reason)
    values (-1, 'A1', 'account-A1', 99, 'Test', 'test')`.execute(db);
  for (const path of [
    '/v1/accounts/A1',
    '/v1/accounts/A1/open-items',
    '/v1/accounts/A1/history',
    '/v1/aging',
    '/v1/denials',
    '/v1/trial-balance',
    '/v1/accounts',
  ]) {
    expect((await get(path)).body.trustworthy).toBe(false);
  }
  expect(
    (await get('/v1/accounts')).body.items.map((item: { trustworthy: boolean }) => item.trustworthy),
  ).toEqual([false, true]);
  expect((await get('/v1/aging')).body.untrustworthyAccounts).toEqual(['A1']);
  const [first] = String((await get('/v1/journal')).body).split('\n');
  expect(JSON.parse(first!).trustworthy).toBe(false);
  expect((await get('/v1/aging', {}, { accept: 'text/csv' })).headers['arledger-trustworthy']).toBe('false');
});

test('OpenAPI describes every query with its parameters', async () => {
  const { body } = await service.get('/openapi.json');
  const names = (path: string): string[] =>
    body.paths[path].get.parameters.map((parameter: { name: string }) => parameter.name).sort();
  expect(names('/v1/aging')).toEqual(['asOf', 'basis', 'buckets', 'entity', 'groupBy', 'knownAt', 'waitFor']);
  expect(names('/v1/accounts/{accountId}/history')).toEqual([
    'accountId',
    'asOf',
    'cursor',
    'knownAt',
    'limit',
    'waitFor',
  ]);
  for (const path of [
    '/v1/accounts',
    '/v1/accounts/{accountId}',
    '/v1/accounts/{accountId}/open-items',
    '/v1/denials',
    '/v1/trial-balance',
    '/v1/journal',
  ]) {
    expect(Object.keys(body.paths[path].get.responses)).toContain('200');
    expect(names(path)).toContain('knownAt');
  }
});
