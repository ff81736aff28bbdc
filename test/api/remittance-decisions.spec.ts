import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { encode } from '../../src/event-store/codec.js';
import type { RemittanceEvent } from '../../src/ledger/remittance-events.js';
import { claimOf, fileOf, reversalOf, unbalancedClaimOf } from '../remittances/posting/import-on-a-log.js';
import { type Answer, NOW, startTestService } from '../support/service.js';
import { PAYER, PROVIDER, RemittanceDoor, fields, refusal } from './remittance-door.js';

/* What is asked about a remittance, and decided on it, after it was posted. The tests build on each other. */

let door: RemittanceDoor;

beforeAll(async () => {
  door = new RemittanceDoor(await startTestService({ readModels: true }));
});
afterAll(() => door.service.remove());

describe('a remittance that is posted in part', () => {
  let remittanceId: string;
  let position: string;
  const FILE = fileOf({
    paid: '365',
    trace: 'AFTER',
    claims: [...claimOf('AFTER-1'), ...claimOf('AFTER-2'), ...unbalancedClaimOf('AFTER-3')],
    plb: [`PLB*${PROVIDER}*20261231*WO:AFTER-1*5`],
  });
  const claim = (n: number): string => `/v1/remittances/${remittanceId}/claims/${n}`;
  const resolve = (n: number, decision: Record<string, unknown>): Promise<Answer> =>
    door.service.post(`${claim(n)}/resolution`, decision);

  beforeAll(async () => {
    await door.accountWith('AFTER', 'AFTER-1');
    const { body } = await door.send(FILE);
    ({ position } = body);
    [{ remittanceId }] = body.remittances;
    expect(body.remittances).toMatchObject([
      {
        claims: { total: 3, posted: 1, suspended: 2 },
        paid: { posted: '120.00', inClearing: '250.00' },
        providerAdjustments: { count: 1, amount: '5.00' },
        needs: [
          { claim: 2, code: 'account_not_found' },
          { claim: 3, code: 'does_not_balance' },
        ],
      },
    ]);
  });

  test('the remittance, its claims and its control account answer', async () => {
    const money = { posted: '120.00', inClearing: '250.00', toControlAccounts: '5.00' };
    const list = await door.get('/v1/remittances?traceNumber=AFTER', undefined);
    expect((await door.get(`/v1/remittances/${remittanceId}`, position)).body).toMatchObject({
      status: 'completed',
      money,
      providerAdjustments: [
        { controlAccountId: `${PAYER}.${PROVIDER}`, reason: 'WO', amount: '5.00', claim: 1 },
      ],
      deposits: [],
    });
    expect(list.body.items).toMatchObject([{ remittanceId, money }]);
    expect((await door.get(`/v1/control-accounts/${PAYER}.${PROVIDER}`, position)).body.items).toContainEqual(
      expect.objectContaining({ remittanceId, amount: '5.00' }),
    );
    expect((await door.get(`/v1/remittances/${remittanceId}/claims`)).body.items).toMatchObject([
      { claim: 1, status: 'posted', accountId: 'AFTER' },
      { claim: 2, status: 'suspended', suspension: { reason: 'account_not_found' } },
      { claim: 3, status: 'suspended', suspension: { reason: 'does_not_balance' } },
    ]);
  });

  test('what is to be done stands in the list of work', async () => {
    const { body } = await door.get(`/v1/work-items?kind=claim_suspended&payerId=${PAYER}`);
    expect(body.items).toContainEqual(
      expect.objectContaining({ remittanceId, claim: 3, code: 'does_not_balance', amount: '130.00' }),
    );
  });

  test('a line of the account’s history leads to claim, line and segment, and to their text', async () => {
    const { body: history } = await door.get('/v1/accounts/AFTER/history', position);
    const paid = history.items.find(({ type }: { type: string }) => type === 'PaymentPosted');
    expect(paid.data.remittance).toEqual({
      id: remittanceId,
      claim: 1,
      segment: expect.any(Number),
    });
    const adjusted = history.items.find(({ type }: { type: string }) => type === 'AdjustmentPosted');
    const { line, segment } = adjusted.data.remittance as { line: number; segment: number };
    const { body } = await door.get(claim(1));
    expect(body.events).toContainEqual(
      expect.objectContaining({ revision: paid.revision, entryId: paid.entryId }),
    );
    const { body: text } = await door.get(`${claim(1)}/text`);
    expect(text.segments[0]).toMatchObject({ text: expect.stringMatching(/^CLP\*AFTER-1\*/) });
    const { lines } = (await door.get(claim(1))).body as { lines: { line: number; segment: number }[] };
    expect(lines.find((one) => one.line === line)).toMatchObject({ segment });
    expect(text.segments).toContainEqual({ segment, text: 'SVC*HC:99213*200*120**1' });
    expect(text.segments).toHaveLength(claimOf('AFTER-1').length);
    const [suspended] = (await door.get(`${claim(3)}/text`)).body.segments;
    expect(suspended.text).toMatch(/^CLP\*AFTER-3\*/);
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    ['nothing', {}, ['reason', 'resolution', 'resolutionId']],
    ['no known decision', { resolution: 'forget' }, ['resolution']],
    ['no reason', { reason: '' }, ['reason']],
    ['an account without a decision for it', { resolution: 'reject', accountId: 'AFTER' }, ['accountId']],
    ['no account to assign to', { resolution: 'assign' }, ['accountId']],
    ['more than is known', { amount: '1.00' }, ['amount']],
  ])('a decision with %s is malformed', async (what, given, named) => {
    const decision = { resolutionId: 'BAD', resolution: 'reject', reason: 'x' };
    const answer = await resolve(3, what === 'nothing' ? {} : { ...decision, ...given });
    expect(answer).toMatchObject(refusal(400, 'validation_failed'));
    expect(fields(answer)).toEqual(named);
  });

  test('a decision on what is not there, or needs none, is refused', async () => {
    const decision = { resolutionId: 'BAD', resolution: 'reject', reason: 'x' };
    for (const [path, status, code] of [
      [`/v1/remittances/none/claims/1`, 404, 'remittance_not_found'],
      [claim(4), 404, 'claim_not_found'],
      [claim(0), 400, 'validation_failed'],
      ['/v1/remittances/%20/claims/x', 400, 'validation_failed'],
      [claim(1), 422, 'claim_not_suspended'],
    ] as const) {
      expect(await door.service.post(`${path}/resolution`, decision)).toMatchObject(refusal(status, code));
    }
    expect(await resolve(2, { ...decision, resolution: 'assign', accountId: 'NOBODY' })).toMatchObject({
      status: 422,
      body: { code: 'resolution_not_possible', reason: 'account_not_found' },
    });
    const typed = {
      method: 'POST',
      path: `${claim(3)}/resolution`,
      body: 'x',
      headers: { 'content-type': 'text/plain' },
    };
    expect(await door.service.send(typed)).toMatchObject(refusal(415, 'unsupported_media_type'));
    const conditional = await door.service.post(`${claim(3)}/resolution`, decision, { 'if-match': '"1"' });
    expect(fields(conditional)).toEqual(['If-Match']);
  });

  test('a decision is carried out once, whoever repeats it', async () => {
    await door.accountWith('ASSIGNED', 'ANOTHER');
    const decision = {
      resolutionId: 'R-2',
      resolution: 'assign',
      accountId: 'ASSIGNED',
      reason: 'it is theirs',
    };
    const first = await resolve(2, decision);
    expect(first).toMatchObject({
      status: 201,
      body: { remittanceId, claim: 2, status: 'posted', accountId: 'ASSIGNED', appended: true },
    });
    const after = first.body.position as string;
    expect((await door.get('/v1/accounts/ASSIGNED', after)).body).toMatchObject({ balance: '30.00' });
    const before = await door.events();
    expect(await resolve(2, decision)).toMatchObject({
      status: 200,
      body: { status: 'posted', accountId: 'ASSIGNED', appended: false },
    });
    expect(await resolve(2, { ...decision, reason: 'another' })).toMatchObject({
      status: 409,
      body: { code: 'id_already_used', id: 'R-2', differs: ['reason'] },
    });
    expect(await door.events()).toEqual(before);
  });

  test('as it is, posted with a reason; or rejected, which leaves nothing in clearing', async () => {
    const rejected = await door.service.post(
      `${claim(3)}/resolution`,
      { resolutionId: 'R-3', resolution: 'reject', reason: 'the payer will send another' },
      { 'x-actor': 'claims desk' },
    );
    expect(rejected).toMatchObject({ status: 201, body: { status: 'rejected', appended: true } });
    const { body } = await door.get(`/v1/remittances/${remittanceId}`, rejected.body.position as string);
    expect(body).toMatchObject({
      claims: { posted: 2, suspended: 0, rejected: 1 },
      money: { posted: '240.00', inClearing: '0.00', toControlAccounts: '-125.00' },
    });
    const decided = (await door.events(`remittance-${remittanceId}`)).filter(
      ({ type, metadata }) => type === 'RemittanceClaimResolved' && metadata['actor'] === 'claims desk',
    );
    expect(decided).toMatchObject([{ data: { resolutionId: 'R-3', reason: 'the payer will send another' } }]);

    await door.accountWith('AS-IS', 'AS-IS-1');
    const sent = await door.send(
      fileOf({ paid: '130', trace: 'AS-IS', claims: unbalancedClaimOf('AS-IS-1') }),
    );
    const [{ remittanceId: other }] = sent.body.remittances;
    const posted = await door.service.post(`/v1/remittances/${other}/claims/1/resolution`, {
      resolutionId: 'R-4',
      resolution: 'post',
      reason: 'the payer says it is right',
    });
    expect(posted).toMatchObject({ status: 201, body: { status: 'posted', accountId: 'AS-IS' } });
    const account = await door.get('/v1/accounts/AS-IS', posted.body.position as string);
    expect(account.body.totals).toMatchObject({ payments: '130.00' });
  });

  test('a reversal that waits can be rejected: it is no work any more, and nothing stays in clearing', async () => {
    await door.accountWith('WAITS', 'WAITS-1');
    const sent = await door.send(fileOf({ paid: '-120', trace: 'WAITS', claims: reversalOf('WAITS-1') }));
    const [{ remittanceId: waiting }] = sent.body.remittances;
    expect(sent.body.remittances).toMatchObject([
      { claims: { waiting: 1 }, needs: [{ code: 'waits_for_original' }] },
    ]);
    const work = async (position: string): Promise<unknown[]> =>
      (await door.get(`/v1/work-items?kind=reversal_waits&waitFor=${position}`)).body.items as unknown[];
    expect(await work(sent.body.position as string)).toMatchObject([{ remittanceId: waiting, claim: 1 }]);
    const rejected = await door.service.post(`/v1/remittances/${waiting}/claims/1/resolution`, {
      resolutionId: 'R-5',
      resolution: 'reject',
      reason: 'it was posted by hand before',
    });
    expect(rejected).toMatchObject({
      status: 201,
      body: { status: 'rejected', accountId: 'WAITS', appended: true },
    });
    const after = rejected.body.position as string;
    expect(await work(after)).toEqual([]);
    expect((await door.get(`/v1/remittances/${waiting}`, after)).body).toMatchObject({
      claims: { total: 1, posted: 0, waiting: 0, movesNothing: 0, suspended: 0, rejected: 1 },
      money: { posted: '0.00', inClearing: '0.00', toControlAccounts: '120.00' },
    });
    expect((await door.get(`/v1/remittances/${waiting}/claims?status=rejected`)).body.items).toMatchObject([
      { claim: 1, status: 'rejected', accountId: 'WAITS', suspension: null },
    ]);
  });

  test('a deposit reconciles it', async () => {
    const deposited = await door.service.post('/v1/deposits', {
      depositId: 'D-AFTER',
      traceNumber: 'AFTER',
      payerId: PAYER,
      amount: '365.00',
      depositedOn: '2026-01-16',
    });
    expect(deposited.status).toBe(201);
    const head = (await door.store.head())!;
    expect((await door.get(`/v1/remittances/${remittanceId}`, head)).body).toMatchObject({
      reconciledOn: '2026-01-16',
      deposits: [{ depositId: 'D-AFTER', amount: '365.00', effectiveOn: '2026-01-16' }],
    });
  });

  test('its file can be erased, for good; what it came to stays', async () => {
    const before = await door.events();
    const path = `/v1/remittances/${remittanceId}/text`;
    const erase = (): Promise<Answer> => door.service.send({ method: 'DELETE', path });
    const { sha256 } = (await door.get(`/v1/remittances/${remittanceId}`)).body.document as {
      sha256: string;
    };
    expect(door.documents()).toContain(sha256);
    expect(await erase()).toMatchObject({ status: 204, body: '' });
    expect(door.documents()).not.toContain(sha256);
    expect(await erase()).toMatchObject({ status: 204 });
    expect(await door.get(`${claim(1)}/text`)).toMatchObject(refusal(410, 'text_erased'));
    expect(await door.events()).toEqual(before);
    expect((await door.get(claim(1))).body).toMatchObject({ status: 'posted', accountId: 'AFTER' });
    // Who sends it again has it kept again; it posts nothing.
    expect(await door.send(FILE)).toMatchObject({ status: 200 });
    expect(await door.events()).toEqual(before);
    expect(door.documents()).toContain(sha256);
  });

  test('there is no text of what is not there, and none is erased that is needed still', async () => {
    for (const [path, status, code] of [
      ['/v1/remittances/none/claims/1', 404, 'remittance_not_found'],
      [claim(9), 404, 'claim_not_found'],
      [claim(0), 400, 'validation_failed'],
    ] as const) {
      expect(await door.get(`${path}/text`)).toMatchObject(refusal(status, code));
    }
    const erase = (id: string): Promise<Answer> =>
      door.service.send({ method: 'DELETE', path: `/v1/remittances/${id}/text` });
    expect(await erase('none')).toMatchObject(refusal(404, 'remittance_not_found'));
    expect(await erase('%20')).toMatchObject(refusal(400, 'validation_failed'));

    const [received] = await door.events(`remittance-${remittanceId}`);
    const underway = { ...(received!.data as object), remittanceId: 'UNDERWAY' };
    const { type, data } = encode({ type: 'RemittanceReceived', data: underway } as RemittanceEvent);
    const id = '2c1b6a52-0f8e-4a52-9a5e-3a9d6f2d8c11';
    await door.store.append('remittance-UNDERWAY', 'no_stream', [
      { id, type, data, metadata: { recordedAt: NOW } },
    ]);
    expect(await erase('UNDERWAY')).toMatchObject(refusal(422, 'remittance_not_completed'));
  });
});
