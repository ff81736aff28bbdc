import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { remittances } from '../../../projections/remittances.js';
import { adjudicationIdOf } from '../../../src/ledger/adjudication-id.js';
import type { Database } from '../../../src/database/database.js';
import type { AccountEvent, EventOf, Place } from '../../../src/ledger/events.js';
import type { AnyRecordedEvent } from '../../../src/ledger/recorded-event.js';
import { pointViews } from '../../../src/read-models/projector/tables.js';
import { ControlAccountsQuery } from '../../../src/read-models/queries/control-accounts.js';
import {
  ClaimUnknown,
  ControlAccountUnknown,
  QuestionMalformed,
  RemittanceUnknown,
} from '../../../src/read-models/queries/refusals.js';
import { RemittanceClaimsQuery } from '../../../src/read-models/queries/remittance-claims.js';
import { RemittanceListQuery } from '../../../src/read-models/queries/remittance-list.js';
import { RemittanceQuery } from '../../../src/read-models/queries/remittance.js';
import { WORK_ITEMS, WORK_ITEM_KINDS } from '../../../src/read-models/queries/work-items-sql.js';
import { WorkItemsQuery } from '../../../src/read-models/queries/work-items.js';
import { onEachDatabase } from '../../support/database.js';
import {
  CONTROL,
  MIXED,
  ORIGINAL,
  REJECTED,
  TAKES_BACK,
  UNBALANCED,
  remittanceLog,
} from '../../support/remittance-log.js';
import { momentsOf } from './asking.js';
import { createReadModels, fillReadModels } from './read-models.js';

const { events, upTo } = remittanceLog();
const at = (milestone: keyof typeof upTo) => events.slice(0, upTo[milestone]);

onEachDatabase('questions about remittances', (fresh) => {
  let db: Database;
  beforeAll(async () => {
    db = (await fresh()).database;
    await createReadModels(db);
  });
  beforeEach(() => fillReadModels(db, at('everything')));

  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  const rowsOf = async (query: string): Promise<any[]> => (await sql.raw(query).execute(db)).rows;

  describe('the list', () => {
    const list = (request: Parameters<RemittanceListQuery['run']>[0] = {}) =>
      new RemittanceListQuery(momentsOf(db)).run(request);

    it('says of each what it is, what became of its claims, and where its money is', async () => {
      const { items, position } = await list();
      expect(position).toBe(at('everything').at(-1)!.position);
      expect(items.map(({ remittanceId, status }) => [remittanceId, status])).toEqual([
        [REJECTED, 'completed'],
        [UNBALANCED, 'held'],
        [ORIGINAL, 'posting'],
        [TAKES_BACK, 'completed'],
        [MIXED, 'completed'],
      ]);
      expect(items[4]).toEqual({
        remittanceId: MIXED,
        status: 'completed',
        payerId: 'ACME',
        payerName: 'ACME HEALTH PLAN',
        providerId: 'PROV',
        trace: { number: 'T-1', payerId: '1512' },
        amount: '135.00',
        method: 'ACH',
        currency: 'USD',
        effectiveOn: '2026-02-01',
        receivedOn: '2026-02-10',
        completedOn: '2026-02-10',
        reconciledOn: '2026-02-10',
        claims: { total: 3, posted: 2, waiting: 0, movesNothing: 0, suspended: 1, rejected: 0 },
        money: { posted: '115.00', inClearing: '25.00', toControlAccounts: '5.00' },
        recordedAt: expect.stringMatching(/^2026-02-10T08:/),
        trustworthy: true,
      });
      expect(items[1]).toMatchObject({
        amount: '10.00',
        claims: { total: 1, posted: 0, suspended: 0 },
        money: { posted: '0.00', inClearing: '0.00', toControlAccounts: '0.00' },
      });
    });

    it('follows a reversal that waits, and is posted with its original', async () => {
      await fillReadModels(db, at('waiting'));
      expect((await list({ traceNumber: 'T-2' })).items).toMatchObject([
        { claims: { posted: 0, waiting: 1 }, money: { posted: '0.00', inClearing: '-20.00' } },
      ]);
      await fillReadModels(db, at('reversed'));
      expect((await list({ traceNumber: 'T-2' })).items).toMatchObject([
        { claims: { posted: 1, waiting: 0 }, money: { posted: '-20.00', inClearing: '0.00' } },
      ]);
    });

    it('comes in pages, and only what was asked for', async () => {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await list({ limit: 2, cursor });
        expect(page.items.length).toBeLessThanOrEqual(2);
        seen.push(...page.items.map((item) => item.remittanceId));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      expect(seen).toEqual([REJECTED, UNBALANCED, ORIGINAL, TAKES_BACK, MIXED]);
      const ids = async (request: Parameters<typeof list>[0]) =>
        (await list(request)).items.map((item) => item.remittanceId);
      expect(await ids({ status: 'held' })).toEqual([UNBALANCED]);
      expect(await ids({ traceNumber: 'T-3' })).toEqual([ORIGINAL]);
      expect(await ids({ payerId: 'ZENITH' })).toEqual([]);
      expect(await ids({ from: '2026-02-01', to: '2026-02-01' })).toHaveLength(5);
      expect(await ids({ from: '2026-02-02' })).toEqual([]);
      await expect(list({ from: '2026-02-02', to: '2026-02-01' })).rejects.toThrow(QuestionMalformed);
      await expect(list({ cursor: 'x' })).rejects.toThrow(QuestionMalformed);
    });
  });

  describe('one remittance', () => {
    const one = (remittanceId: string) => new RemittanceQuery(momentsOf(db)).run({ remittanceId });

    it('has its header, what it states, what was found, and its deposits', async () => {
      expect(await one(MIXED)).toMatchObject({
        remittanceId: MIXED,
        controlNumber: '0001',
        version: '005010X221A1',
        document: { sha256: 'd'.repeat(64), segment: 3, lastSegment: 40 },
        contentHash: MIXED + MIXED,
        createAccounts: false,
        totals: { claims: '140.00', providerAdjustments: '5.00' },
        findings: [{ code: 'payee_missing', severity: 'warns', segment: 4, facts: {} }],
        providerAdjustments: [
          {
            number: 1,
            segment: 39,
            controlAccountId: CONTROL,
            providerId: 'PROV',
            reason: 'WO',
            reference: 'REF',
            amount: '5.00',
            claim: 1,
          },
        ],
        deposits: [{ depositId: 'D1', amount: '135.00', effectiveOn: '2026-02-02', reference: null }],
      });
      expect((await one(UNBALANCED)).findings).toContainEqual({
        code: 'transaction_does_not_balance',
        severity: 'stops',
        segment: 40,
        facts: { stated: '10.00', computed: '11.00' },
      });
    });

    it('that is not there is refused', async () => {
      await expect(one('nothing')).rejects.toThrow(RemittanceUnknown);
    });

    it('of which an event was set aside is not to be trusted, and the others are', async () => {
      await sql`insert into ledger_internal.dead_letters (position, account_id, stream, revision, event_type, reason)
        values (1, ${`remittance-${MIXED}`}, ${`remittance-${MIXED}`}, 7, 'RemittanceClaimPosted', 'malformed')`.execute(
        db,
      );
      expect(await one(MIXED)).toMatchObject({ trustworthy: false });
      expect(await one(ORIGINAL)).toMatchObject({ trustworthy: true });
      expect(await rowsOf('select remittance_id from ledger.remittances where not trustworthy')).toEqual([
        { remittance_id: MIXED },
      ]);
    });
  });

  describe('the claims of a remittance', () => {
    const query = () => new RemittanceClaimsQuery(momentsOf(db));

    it('have their lines, what is held, and the events that they caused', async () => {
      const { items } = await query().run({ remittanceId: MIXED });
      expect(items.map(({ claim, status, accountId }) => [claim, status, accountId])).toEqual([
        [1, 'posted', 'A1'],
        [2, 'suspended', null],
        [3, 'posted', 'A1'],
      ]);
      const adjudicationId = adjudicationIdOf(MIXED, 1);
      expect(items[0]).toEqual({
        claim: 1,
        segment: 10,
        status: 'posted',
        suspension: null,
        accountId: 'A1',
        adjudicationId,
        payerId: 'ACME',
        payerPosition: 'primary',
        trace: { number: 'T-1', payerId: '1512' },
        claimId: 'CLM1',
        payerClaimNumber: 'PCN-CLM1',
        claimStatus: '1',
        charge: '100.00',
        paid: '60.00',
        currency: 'USD',
        effectiveOn: '2026-02-01',
        lines: [expect.objectContaining({ line: 1, chargeId: 'C1', charge: '100.00', paid: '60.00' })],
        findings: [],
        held: [
          {
            kind: 'adjustment',
            chargeId: 'C1',
            groupCode: 'CO',
            reasonCode: '45',
            amount: '10.00',
            remittance: { id: MIXED, claim: 1, segment: 10 },
          },
        ],
        reverses: null,
        reversedBy: null,
        resolution: null,
        events: [
          [3, adjudicationId, 'ClaimAdjudicated', '0.00', null],
          [4, `${adjudicationId}.1`, 'PaymentPosted', '-60.00', null],
          [5, `${adjudicationId}.2`, 'AdjustmentPosted', '-30.00', 1],
        ].map(([revision, entryId, type, amount, line]) => ({
          accountId: 'A1',
          revision,
          entryId,
          type,
          amount,
          line,
          segment: 10,
          effectiveOn: '2026-02-01',
          recordedAt: expect.stringMatching(/^2026-02-10T08:/),
        })),
        recordedAt: expect.stringMatching(/^2026-02-10T08:/),
        trustworthy: true,
      });
    });

    it('that are suspended say why, what could be meant, and what was found', async () => {
      const { items } = await query().run({ remittanceId: MIXED, status: 'suspended' });
      expect(items).toMatchObject([
        {
          claim: 2,
          segment: 20,
          suspension: {
            reason: 'account_not_found',
            facts: { claimId: 'LOST' },
            candidates: [{ accountId: 'A2', chargeIds: ['C3'], why: 'service' }],
          },
          claimId: 'LOST',
          paid: '25.00',
          lines: [{ line: 1, charge: '30.00', paid: '25.00' }],
          findings: [{ code: 'date_unreadable' }],
          held: [],
          events: [],
        },
      ]);
    });

    it('that take back, or are taken back, or are rejected, say so', async () => {
      await fillReadModels(db, events);
      const [takesBack] = (await query().run({ remittanceId: TAKES_BACK })).items;
      expect(takesBack).toMatchObject({
        status: 'posted',
        reverses: { remittanceId: ORIGINAL, claim: 1 },
        events: [
          { type: 'ClaimAdjudicated' },
          { type: 'EntryReversed', amount: '20.00' },
          { type: 'AdjudicationContinued' },
        ],
      });
      const [original] = (await query().run({ remittanceId: ORIGINAL })).items;
      expect(original).toMatchObject({
        reversedBy: { remittanceId: TAKES_BACK, claim: 1 },
        events: [{ type: 'ClaimAdjudicated' }, { type: 'PaymentPosted' }],
      });
      const { items } = await query().run({ remittanceId: REJECTED });
      expect(items).toMatchObject([
        { claim: 1, status: 'moves_nothing', resolution: null },
        {
          claim: 2,
          status: 'rejected',
          suspension: { reason: 'account_not_found' },
          resolution: {
            resolutionId: 'RES-1',
            resolution: 'reject',
            reason: 'not one of ours',
            resolvedOn: '2026-03-01',
          },
        },
      ]);
      expect((await query().run({ remittanceId: MIXED })).items[1]).toMatchObject({
        status: 'posted',
        suspension: null,
        accountId: 'A2',
        events: [{ type: 'ClaimAdjudicated' }, { type: 'PaymentPosted' }],
      });
    });

    it('come in pages, and one by one', async () => {
      const first = await query().run({ remittanceId: MIXED, limit: 2 });
      const second = await query().run({ remittanceId: MIXED, limit: 2, cursor: first.nextCursor });
      expect([...first.items, ...second.items].map(({ claim }) => claim)).toEqual([1, 2, 3]);
      expect(second.nextCursor).toBeUndefined();
      expect(await query().one({ remittanceId: MIXED, claim: 3 })).toEqual({
        remittanceId: MIXED,
        ...second.items[0],
        knownAt: first.knownAt,
        position: first.position,
      });
      await expect(query().one({ remittanceId: MIXED, claim: 4 })).rejects.toThrow(ClaimUnknown);
      await expect(query().one({ remittanceId: 'nothing', claim: 1 })).rejects.toThrow(RemittanceUnknown);
      await expect(query().run({ remittanceId: 'nothing' })).rejects.toThrow(RemittanceUnknown);
    });
  });

  describe('control accounts', () => {
    const query = () => new ControlAccountsQuery(momentsOf(db));
    beforeEach(() => fillReadModels(db, events));

    it('have the balance by both clocks', async () => {
      const after = { asOf: '2026-03-01' };
      expect((await query().run(after)).items).toEqual([
        {
          controlAccountId: CONTROL,
          payerId: 'ACME',
          providerId: 'PROV',
          currency: 'USD',
          balance: '-2.00',
          entries: 2,
          lastOn: '2026-03-01',
          trustworthy: true,
        },
      ]);
      expect((await query().run({ asOf: '2026-02-28' })).items).toMatchObject([
        { balance: '5.00', entries: 1 },
      ]);
      const { recordedAt } = at('mixed').at(-1)!;
      expect((await query().run({ ...after, knownAt: recordedAt })).items).toMatchObject([
        { balance: '5.00' },
      ]);
      expect((await query().run({ asOf: '2026-01-31' })).items).toEqual([]);
      expect((await query().run({ ...after, payerId: 'ZENITH' })).items).toEqual([]);
      expect(await rowsOf('select balance, payer_id from ledger.control_accounts')).toEqual([
        { balance: '-2', payer_id: 'ACME' },
      ]);
    });

    it('show each entry, with the remittance and the claim behind it', async () => {
      const ask = { controlAccountId: CONTROL, asOf: '2026-03-01' };
      const first = await query().one({ ...ask, limit: 1 });
      expect(first).toMatchObject({
        controlAccountId: CONTROL,
        payerId: 'ACME',
        providerId: 'PROV',
        balances: [{ currency: 'USD', balance: '-2.00' }],
        items: [
          {
            entryId: `${MIXED}.plb.1`,
            revision: 0,
            amount: '5.00',
            reason: 'WO',
            reference: 'REF',
            remittanceId: MIXED,
            claim: 1,
            segment: 39,
            number: 1,
          },
        ],
      });
      const second = await query().one({ ...ask, limit: 1, cursor: first.nextCursor });
      expect(second.items).toMatchObject([
        {
          entryId: `${adjudicationIdOf(REJECTED, 2)}.rejected`,
          amount: '-7.00',
          reason: 'claim_rejected',
          remittanceId: REJECTED,
          claim: 2,
          number: null,
        },
      ]);
      expect(second.balances).toEqual(first.balances);
      expect(second).not.toHaveProperty('nextCursor');
      await expect(query().one({ controlAccountId: 'nothing' })).rejects.toThrow(ControlAccountUnknown);
      await expect(
        query().one({ controlAccountId: CONTROL, knownAt: events[0]!.recordedAt }),
      ).rejects.toThrow(ControlAccountUnknown);
    });
  });

  describe('work items', () => {
    const ask = (request: Parameters<WorkItemsQuery['run']>[0] = {}) =>
      new WorkItemsQuery(momentsOf(db)).run(request);
    const short = async () =>
      (await ask()).items.map(({ itemId, code, amount, since }) => [itemId, code, amount, since]);

    it('are there as long as there is something to do', async () => {
      await fillReadModels(db, at('waiting'));
      const held = [`adjustment_held:${MIXED}:1:C1:CO-45`, 'CO-45', '10.00', '2026-02-01'];
      const suspended = [`claim_suspended:${MIXED}:2`, 'account_not_found', '25.00', '2026-02-01'];
      const unapplied = [`payment_unapplied:${MIXED}:3`, null, '5.00', '2026-02-01'];
      expect(await short()).toEqual([
        held,
        suspended,
        unapplied,
        [`reversal_waits:${TAKES_BACK}:1`, null, '-20.00', '2026-02-01'],
      ]);
      await fillReadModels(db, at('everything'));
      const unbalanced = [
        `remittance_held:${UNBALANCED}`,
        'transaction_does_not_balance',
        '10.00',
        '2026-02-10',
      ];
      const deposits = [
        ['deposit_differs:D3', null, '1.00', '2026-02-02'],
        ['deposit_without_remittance:D2', null, '44.00', '2026-02-02'],
      ];
      expect(await short()).toEqual([
        held,
        suspended,
        [`claim_suspended:${REJECTED}:2`, 'account_not_found', '7.00', '2026-02-01'],
        unapplied,
        ...deposits,
        unbalanced,
      ]);
      await fillReadModels(db, events);
      expect(await short()).toEqual([unapplied, ...deposits, unbalanced]);
      await sql`update ledger_read.unapplied_credits set amount = 0`.execute(db);
      expect(await short()).toEqual([...deposits, unbalanced]);
    });

    it('name what they are about, and say what to do', async () => {
      const { items } = await ask();
      expect(items.find(({ kind }) => kind === 'adjustment_held')).toEqual({
        kind: 'adjustment_held',
        itemId: `adjustment_held:${MIXED}:1:C1:CO-45`,
        remittanceId: MIXED,
        claim: 1,
        accountId: 'A1',
        chargeId: 'C1',
        paymentId: null,
        depositId: null,
        payerId: 'ACME',
        code: 'CO-45',
        amount: '10.00',
        remittanceAmount: null,
        currency: 'USD',
        party: null,
        since: '2026-02-01',
        what: WORK_ITEMS.adjustment_held,
      });
      expect(items.find(({ kind }) => kind === 'payment_unapplied')).toMatchObject({
        accountId: 'A1',
        paymentId: `${adjudicationIdOf(MIXED, 3)}.1`,
      });
      expect(items.find(({ kind }) => kind === 'deposit_differs')).toMatchObject({
        depositId: 'D3',
        remittanceId: null,
        payerId: null,
      });
    });

    it('of a transfer that is held are as those of an adjustment', async () => {
      await sql`update ledger_read.remittance_claims
        set held = jsonb_set(jsonb_set(held, '{0,kind}', '"transfer"'), '{1}', held->0 || '{"kind":"transfer"}')
        where remittance_id = ${MIXED} and claim = 1`.execute(db);
      expect((await ask({ kinds: ['transfer_held'] })).items).toMatchObject([
        { itemId: `transfer_held:${MIXED}:1:C1:CO-45`, amount: '20.00', what: WORK_ITEMS.transfer_held },
      ]);
    });

    it('of a deposit wait for remittances of its trace that are being posted, and leave held ones to theirs', async () => {
      const found = async () =>
        (await ask({ kinds: ['deposit_differs', 'deposit_without_remittance'] })).items;
      await sql`update ledger_read.remittances set status = 'posting' where remittance_id = ${REJECTED}`.execute(
        db,
      );
      expect((await found()).map(({ itemId }) => itemId)).toEqual(['deposit_without_remittance:D2']);
      await sql`update ledger_read.deposits set trace_number = 'T-4' where deposit_id = 'D2'`.execute(db);
      expect(await found()).toEqual([]);
    });

    it('come in pages, and only those that were asked for', async () => {
      const all = (await ask()).items;
      expect(all).toHaveLength(7);
      const seen = [];
      let cursor: string | undefined;
      do {
        const page = await ask({ limit: 2, cursor });
        seen.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      expect(seen).toEqual(all);
      expect((await ask({ accountId: 'A1' })).items.map(({ kind }) => kind)).toEqual([
        'adjustment_held',
        'payment_unapplied',
      ]);
      expect((await ask({ payerId: 'ACME' })).items).toHaveLength(5);
      for (const kind of WORK_ITEM_KINDS) {
        expect((await ask({ kinds: [kind] })).items).toEqual(all.filter((item) => item.kind === kind));
      }
      await expect(ask({ cursor: Buffer.from('["x","y"]').toString('base64url') })).rejects.toThrow(
        QuestionMalformed,
      );
    });

    it('name a payment by hand whose trace a remittance has brought too, until it is taken or paid back', async () => {
      const found = async (...more: [accountId: string, event: AccountEvent][]) => {
        await fillReadModels(db, followedBy(at('everything'), more));
        return (await ask({ kinds: ['payment_posted_by_hand'] })).items;
      };
      const keyed = byHand('HAND-1', { amount: '135.00', reference: ' 00T-1 ' });
      expect(await found(['A2', keyed])).toEqual([
        {
          kind: 'payment_posted_by_hand',
          itemId: 'payment_posted_by_hand:A2:HAND-1',
          remittanceId: MIXED,
          claim: null,
          accountId: 'A2',
          chargeId: null,
          paymentId: 'HAND-1',
          depositId: null,
          payerId: 'ACME',
          code: null,
          amount: '135.00',
          remittanceAmount: '135.00',
          currency: 'USD',
          party: 'payer',
          since: '2026-02-03',
          what: WORK_ITEMS.payment_posted_by_hand,
        },
      ]);
      const refund = paidBack('REF-1', 'HAND-1', '35.00');
      expect(await found(['A2', keyed], ['A2', refund])).toMatchObject([{ amount: '100.00' }]);
      const again = takenBack('REV-1', 'REF-1', unappliedOf('HAND-1'), '35.00', 'back');
      expect(await found(['A2', keyed], ['A2', refund], ['A2', again])).toMatchObject([{ amount: '135.00' }]);
      const whole = takenBack('REV-1', 'HAND-1', unappliedOf('HAND-1'), '135.00', 'away');
      expect(await found(['A2', keyed], ['A2', whole])).toEqual([]);
    });

    it('know a payment by hand of a payer with another id by its account, and no other money as one', async () => {
      const under = (payment: Parameters<typeof byHand>[1]) =>
        byHand('HAND-1', { reference: 'T-1', ...payment });
      const other = under({ from: { party: 'payer', payerId: 'ACME-OLD' } });
      const employer = under({ from: { party: 'other', name: 'ACME' } });
      const cases: [string, AccountEvent, number][] = [
        ['A1', other, 1],
        ['A2', other, 0],
        ['A1', employer, 1],
        ['A1', under({ from: { party: 'patient' } }), 0],
        ['A1', under({ currency: 'CAD' }), 0],
        ['A1', under({ reference: 'T-1A' }), 0],
        ['A1', under({ reference: '00' }), 0],
        // Of a remittance that is held, and of one that paid nothing.
        ['A1', under({ reference: 'T-4' }), 0],
        ['A1', under({ reference: 'T-2' }), 0],
      ];
      for (const [accountId, event, count] of cases) {
        await fillReadModels(db, followedBy(at('everything'), [[accountId, event]]));
        expect((await ask({ kinds: ['payment_posted_by_hand'] })).items).toHaveLength(count);
      }
    });

    it('have the credits that remittances left, by account and owner, since they are there', async () => {
      const credits = async (...more: AccountEvent[]) => {
        const log = followedBy(
          at('everything'),
          more.map((event) => ['A1', event]),
        );
        await fillReadModels(db, log);
        return (await ask({ kinds: ['credit_balance'] })).items.map((item) => [
          item.itemId,
          item.amount,
          item.since,
          item.payerId,
          item.party,
        ]);
      };
      const patient = { party: 'patient' } as const;
      const copay = (paymentId: string, amount: string, effectiveOn: string, chargeId = 'C1') =>
        byHand(paymentId, {
          amount,
          effectiveOn,
          from: patient,
          allocations: [{ chargeId, amount, responsible: patient }],
        });
      expect(await credits()).toEqual([]);
      expect(await credits(copay('P1', '20.00', '2026-01-05'))).toEqual([
        ['credit_balance:A1:patient', '20.00', '2026-01-05', null, 'patient'],
      ]);
      const owed: AccountEvent = {
        type: 'ResponsibilityTransferred',
        data: {
          transferId: 'T1',
          currency: 'USD',
          effectiveOn: '2026-02-10',
          chargeId: 'C1',
          amount: '25.00',
          from: { party: 'payer', payerId: 'ACME', position: 'primary' },
          to: patient,
        },
      };
      // The payer has 10.00 of the charge open: it is a credit of 15.00 from then on; the patient owes 5.00, then has credit again.
      const payer = ['credit_balance:A1:payer:ACME', '15.00', '2026-02-10', 'ACME', 'payer'];
      expect(await credits(copay('P1', '20.00', '2026-01-05'), owed)).toEqual([payer]);
      expect(
        await credits(copay('P1', '20.00', '2026-01-05'), owed, copay('P2', '6.00', '2026-03-05')),
      ).toEqual([payer, ['credit_balance:A1:patient', '1.00', '2026-03-05', null, 'patient']]);
      // No remittance has decided on this charge.
      expect(await credits(charged('C9'), copay('P1', '20.00', '2026-01-05', 'C9'))).toEqual([]);
    });

    it('have what a payment left unapplied once', async () => {
      const kinds = async () =>
        (await ask({ accountId: 'A1', kinds: ['payment_unapplied', 'credit_balance'] })).items.map(
          ({ kind, amount, since }) => [kind, amount, since],
        );
      expect(await kinds()).toEqual([['payment_unapplied', '5.00', '2026-02-01']]);
      await sql`update ledger_read.remittance_claims set held = '[]', held_count = 0`.execute(db);
      expect(await kinds()).toEqual([['credit_balance', '5.00', '2026-02-01']]);
    });

    it('are those of the view', async () => {
      await fillReadModels(
        db,
        followedBy(at('everything'), [['A2', byHand('HAND-1', { reference: 'T-1', amount: '135.00' })]]),
      );
      const { items } = await ask();
      expect(items.some(({ kind }) => kind === 'payment_posted_by_hand')).toBe(true);
      const rows = await rowsOf(
        'select *, remittance_amount::numeric(9, 2) as paid from ledger.work_items order by since, item_id',
      );
      expect(
        rows.map((row) => [row.item_id, row.kind, row.code, row.currency, row.what, row.party, row.paid]),
      ).toEqual(
        items.map((item) => [
          item.itemId,
          item.kind,
          item.code,
          item.currency,
          item.what,
          item.party,
          item.remittanceAmount,
        ]),
      );
    });
  });

  it('what is built on the claims stays when they are pointed at other tables', async () => {
    await sql`create view public.mine as select status, count(*) as claims from ledger_read.remittance_claims
      group by status`.execute(db);
    await pointViews(db, remittances, 1);
    expect(await rowsOf(`select claims from public.mine where status = 'suspended'`)).toEqual([
      { claims: '2' },
    ]);
    await sql`drop view public.mine`.execute(db);
  });

  it('the views say the same', async () => {
    await fillReadModels(db, events);
    expect(
      await rowsOf(`select remittance_id, in_clearing::numeric(12,2) as c, posted::numeric(12,2) as p
        from ledger.remittances order by remittance_id`),
    ).toEqual(
      [
        [MIXED, '0.00', '140.00'],
        [TAKES_BACK, '0.00', '-20.00'],
        [ORIGINAL, '0.00', '20.00'],
        [UNBALANCED, '0.00', '0.00'],
        [REJECTED, '0.00', '0.00'],
      ].map(([id, c, p]) => ({ remittance_id: id, c, p })),
    );
    expect(
      await rowsOf(`select claim, status, reason, held_count from ledger.remittance_claims
        where remittance_id in ('${MIXED}', '${REJECTED}') order by remittance_id, claim`),
    ).toEqual([
      { claim: 1, status: 'posted', reason: null, held_count: 0 },
      { claim: 2, status: 'posted', reason: null, held_count: 0 },
      { claim: 3, status: 'posted', reason: null, held_count: 1 },
      { claim: 1, status: 'moves_nothing', reason: null, held_count: 0 },
      { claim: 2, status: 'rejected', reason: 'account_not_found', held_count: 0 },
    ]);
    expect(await rowsOf('select deposit_id, reconciled from ledger.deposits order by deposit_id')).toEqual([
      { deposit_id: 'D1', reconciled: '135' },
      { deposit_id: 'D2', reconciled: '0' },
      { deposit_id: 'D3', reconciled: '0' },
    ]);
    expect(await rowsOf('select number, reason, trustworthy from ledger.provider_adjustments')).toEqual([
      { number: 1, reason: 'WO', trustworthy: true },
    ]);
  });
});

type Paid = EventOf<'PaymentPosted'>['data'];

/** A log that goes on with events of accounts. */
function followedBy(
  log: readonly AnyRecordedEvent[],
  more: readonly (readonly [accountId: string, event: AccountEvent])[],
): AnyRecordedEvent[] {
  const last = log.at(-1)!;
  return [
    ...log,
    ...more.map(([accountId, event], i) => ({
      accountId,
      event,
      revision: 1000 + i,
      position: String(BigInt(last.position) + BigInt(i + 1)),
      recordedAt: last.recordedAt,
    })),
  ];
}

/** A payment that somebody posted. */
function byHand(paymentId: string, given: Partial<Paid>): AccountEvent {
  return {
    type: 'PaymentPosted',
    data: {
      paymentId,
      currency: 'USD',
      effectiveOn: '2026-02-03',
      amount: '10.00',
      from: { party: 'payer', payerId: 'ACME' },
      method: 'check',
      allocations: [],
      ...given,
    },
  };
}

const unappliedOf = (paymentId: string) =>
  ({
    account: 'Liabilities:Unapplied',
    paymentId,
    owner: { party: 'payer', payerId: 'ACME' },
  }) as const satisfies Place;

const CASH = { account: 'Assets:Cash' } as const satisfies Place;

function paidBack(refundId: string, paymentId: string, amount: string): AccountEvent {
  const owner = { party: 'payer', payerId: 'ACME' } as const;
  return {
    type: 'RefundIssued',
    data: {
      refundId,
      currency: 'USD',
      effectiveOn: '2026-02-04',
      amount,
      to: owner,
      method: 'check',
      refunded: [{ source: { paymentId }, owner, amount }],
    },
  };
}

/** A payment or refund is taken back: its money goes away, or comes back. */
function takenBack(
  reversalId: string,
  reverses: string,
  place: Place,
  amount: string,
  where: 'away' | 'back',
): AccountEvent {
  const [debit, credit] = where === 'away' ? [place, CASH] : [CASH, place];
  return {
    type: 'EntryReversed',
    data: {
      reversalId,
      currency: 'USD',
      effectiveOn: '2026-02-05',
      reverses,
      reason: 'posting_error',
      amount,
      movements: [{ of: reverses, debit, credit, amount, effectiveOn: '2026-02-05' }],
    },
  };
}

function charged(chargeId: string): AccountEvent {
  return {
    type: 'ChargePosted',
    data: {
      chargeId,
      currency: 'USD',
      effectiveOn: '2026-01-01',
      serviceDate: '2026-01-01',
      amount: '9.00',
      code: { system: 'CPT', value: '99213' },
      responsible: { party: 'payer', payerId: 'ACME', position: 'primary' },
    },
  };
}
