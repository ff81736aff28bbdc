import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { contradictions } from '../../src/command-line/log-invariants.js';
import { DATABASE, type Database } from '../../src/database/database.js';
import { INVARIANTS } from '../../src/read-models/projector/invariants.js';
import { REMITTANCE_INVARIANTS } from '../../src/read-models/projector/remittance-invariants.js';
import { claimOf, fileOf } from '../remittances/posting/import-on-a-log.js';
import { type Answer, TODAY, startTestService } from '../support/service.js';
import { PAYER, PROVIDER, RemittanceDoor, fields, refusal } from './remittance-door.js';

/* Money that people book between control accounts and where it belongs. The tests build on each other. */

const CONTROL = `${PAYER}.${PROVIDER}`;
const PATH = `/v1/control-accounts/${CONTROL}`;
/** 5.50 of interest that the payer gave, and 20.00 that it took back for an earlier payment. */
const INTEREST = {
  entryId: 'interest-1',
  amount: '5.50',
  against: { place: 'interest' },
  reason: 'late payment interest',
};

let door: RemittanceDoor;
let earlier: string;

const book = (body: object, path = PATH): Promise<Answer> => door.service.post(`${path}/entries`, body);

beforeAll(async () => {
  door = new RemittanceDoor(await startTestService({ readModels: true }));
  const { body } = await door.load(fileOf({ paid: '120', trace: 'OLD', claims: claimOf('OLD') }));
  expect(body).toMatchObject({ remittances: [{ outcome: 'posted' }] });
  earlier = body.remittances[0].remittanceId;
  const plb = [`PLB*${PROVIDER}*20261231*L6:INT*-5.5*WO:OLD*20`];
  await door.load(fileOf({ paid: '105.50', trace: 'NEW', claims: claimOf('NEW'), plb }));
});
afterAll(() => door.service.remove());

describe('entries of a control account, through their door', () => {
  test('an entry is booked, and answered as the first time when it is repeated', async () => {
    const first = await book(INTEREST);
    expect(first).toMatchObject({ status: 201, headers: { etag: '"2"' } });
    const stored = (await door.events(`control-${CONTROL}`)).at(-1)!;
    expect(first.body).toEqual({
      controlAccountId: CONTROL,
      entryId: 'interest-1',
      revision: 2,
      position: stored.position,
      events: [{ id: stored.id, type: 'ControlEntryBooked' }],
      currency: 'USD',
      effectiveOn: TODAY,
    });
    expect(await book(INTEREST)).toMatchObject({ status: 200, body: first.body });
    expect(await book({ ...INTEREST, amount: '5.51' })).toMatchObject({
      ...refusal(409, 'id_already_used'),
      body: { id: 'interest-1', differs: ['amount'] },
    });
    expect((await door.events(`control-${CONTROL}`)).at(-1)).toEqual(stored);
  });

  test('it stands in its control account and in the trial balance', async () => {
    const { body } = await book({
      ...INTEREST,
      entryId: 'interest-2',
      amount: '-0.50',
      reference: 'LETTER-1',
    });
    const account = await door.get(PATH, body.position);
    expect(account.body).toMatchObject({
      balances: [{ currency: 'USD', balance: '19.50' }],
      items: [
        { amount: '-5.50', against: 'remittance', byHand: false, reason: 'L6', number: 1 },
        { amount: '20.00', against: 'remittance', byHand: false, reason: 'WO', number: 2 },
        { entryId: 'interest-1', amount: '5.50', against: 'interest', byHand: true, reference: '' },
        {
          entryId: 'interest-2',
          amount: '-0.50',
          against: 'interest',
          byHand: true,
          reason: 'late payment interest',
          reference: 'LETTER-1',
          remittanceId: null,
          claim: null,
          segment: null,
          number: null,
        },
      ],
    });
    expect((await door.get('/v1/trial-balance')).body.items).toEqual(
      expect.arrayContaining([
        { glAccount: 'Assets:PayerControl', currency: 'USD', debit: '19.50', credit: '0.00' },
        { glAccount: 'Income:Interest', currency: 'USD', debit: '0.00', credit: '5.00' },
      ]),
    );
  });

  test('a takeback meets a payment that was reversed by hand', async () => {
    const reversed = await door.service.post('/v1/accounts/OLD/reversals', {
      reversalId: 'by-hand',
      reverses: `835.${earlier}.1.1`,
      reason: 'takeback',
      allocations: [{ chargeId: `835.${earlier}.1.l1`, amount: '20.00' }],
    });
    expect(reversed.status).toBe(201);
    const waiting = await door.get(`/v1/remittances/${earlier}`, reversed.body.position);
    expect(waiting.body.money).toEqual({ posted: '100.00', inClearing: '20.00', toControlAccounts: '0.00' });
    const against = { place: 'remittance', remittanceId: earlier, claim: 1 };
    const { status, body } = await book({ ...INTEREST, entryId: 'wo-1', amount: '-20.00', against });
    expect(status).toBe(201);
    const { body: remittance } = await door.get(`/v1/remittances/${earlier}`, body.position);
    expect(remittance.money).toEqual({ posted: '100.00', inClearing: '0.00', toControlAccounts: '-20.00' });
    expect((await door.get(PATH)).body.items.at(-1)).toMatchObject({
      against: 'remittance',
      byHand: true,
      remittanceId: earlier,
      claim: 1,
    });
    const { body: books } = await door.get('/v1/trial-balance');
    expect(books.items.map(({ glAccount }: { glAccount: string }) => glAccount)).not.toContain(
      'Assets:RemittanceClearing',
    );
  });

  test('nothing is left to verify, in the read models or in the log', async () => {
    const database = door.service.app.get<Database>(DATABASE);
    for (const { check, query } of [...INVARIANTS, ...REMITTANCE_INVARIANTS]) {
      expect({ check, broken: (await query.execute(database)).rows }).toEqual({ check, broken: [] });
    }
    expect(await Array.fromAsync(contradictions(door.store, () => undefined))).toEqual([]);
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    ['nothing', {}, ['entryId', 'amount', 'against', 'reason']],
    ['a number for money', { ...INTEREST, amount: 5.5 }, ['amount']],
    ['no money', { ...INTEREST, amount: '-0.00' }, ['amount']],
    ['too many digits', { ...INTEREST, entryId: 'E', amount: '5.500' }, ['amount']],
    ['another place', { ...INTEREST, against: { place: 'elsewhere' } }, ['against.place']],
    ['no remittance', { ...INTEREST, against: { place: 'remittance' } }, ['against.remittanceId']],
    [
      'a remittance for another place',
      { ...INTEREST, against: { place: 'cash', remittanceId: 'R' } },
      ['against.remittanceId'],
    ],
    ['an id as remittances give', { ...INTEREST, entryId: 'r.plb.1' }, ['entryId']],
    ['a name and null', { ...INTEREST, name: 'DOE', reference: null }, ['name', 'reference']],
  ])('%s is malformed, and every field is named', async (_, body, named) => {
    const answer = await book(body);
    expect(answer).toMatchObject(refusal(400, 'validation_failed'));
    expect(fields(answer)).toEqual([...named].sort());
  });

  test('what is not there, or not of this payer, is refused', async () => {
    const other = { ...INTEREST, entryId: 'other' };
    const unknown = { place: 'remittance', remittanceId: '0'.repeat(32) };
    expect(await book(other, '/v1/control-accounts/nobody')).toMatchObject(
      refusal(404, 'control_account_not_found'),
    );
    expect(await book({ ...other, against: unknown })).toMatchObject(refusal(422, 'remittance_not_found'));
    expect(await book({ ...other, currency: 'EUR' })).toMatchObject(
      refusal(422, 'currency_not_on_control_account'),
    );
    expect(await book(other, '/v1/control-accounts/%20')).toMatchObject(refusal(400, 'validation_failed'));
    const conditional = await door.service.post(`${PATH}/entries`, other, { 'if-match': '"3"' });
    expect(fields(conditional)).toEqual(['If-Match']);
    const lines = await door.service.send({
      method: 'POST',
      path: `${PATH}/entries`,
      body: JSON.stringify(other),
      headers: { 'content-type': 'application/x-ndjson' },
    });
    expect(lines.status).toBe(415);
  });

  test('OpenAPI describes it, with examples that are taken', async () => {
    const { body } = await door.service.get('/openapi.json');
    const { post } = body.paths['/v1/control-accounts/{controlAccountId}/entries'];
    const { schema, examples } = post.requestBody.content['application/json'];
    expect(post.operationId).toBe('BookControlEntry');
    expect(schema).toEqual({ $ref: '#/components/schemas/BookControlEntryFields' });
    expect(await book(examples.interest.value)).toMatchObject({ status: 201 });
    const takeback = examples.takeback.value;
    const against = { ...takeback.against, remittanceId: earlier };
    expect(await book({ ...takeback, against })).toMatchObject({ status: 201 });
  });
});
