import { describe, expect, it } from '@jest/globals';
import { AppendTooLarge, type EventStore } from '../../../src/event-store/event-store.js';
import { OverlayEventStore } from '../../../src/event-store/overlay-event-store.js';
import { DocumentUnreadable } from '../../../src/remittances/documents/document-store.js';
import { onALog, proxied } from '../../commands/accounts-on-a-log.js';
import { x12, interchange } from '../../x12/x12-text.js';
import { CLAIM, CLAIM_WITHOUT_LINES, HEADER, PLB } from '../advice-text.js';
import {
  ImportingProcess,
  accountWith,
  booksOf,
  claimOf,
  contentOf,
  counting,
  dyingAt,
  eventCount,
  fileOf,
  fileOfSeveral,
  reversalOf,
  typesIn,
  unbalancedClaimOf,
} from './import-on-a-log.js';
import { DocumentsInMemory } from '../../support/documents-in-memory.js';
import { ReadModelsOfLog } from '../../support/read-models-of-log.js';

const WHOLE = x12(interchange([...HEADER, 'LX*1', ...CLAIM, ...CLAIM_WITHOUT_LINES, ...PLB]));

describe('the import of a file', () => {
  it('posts every claim and provider adjustment of an ST that holds, and says so', async () => {
    await onALog(async (store) => {
      const process = new ImportingProcess(store);
      const { remittances, findings, document } = await process.import(WHOLE);
      expect(findings).toEqual([]);
      expect(document.bytes).toBe(WHOLE.length);
      expect(remittances).toMatchObject([
        {
          outcome: 'posted',
          controlNumber: '0001',
          segment: 3,
          payer: { id: '1512345678', name: 'ACME HEALTH PLAN' },
          trace: { number: 'TRACE7', payerId: '1512345678' },
          currency: 'USD',
          amount: '165.00',
          claims: { total: 2, posted: 2, waiting: 0, movesNothing: 0, suspended: 0 },
          paid: { posted: '170.00', inClearing: '0.00' },
          providerAdjustments: { count: 1, amount: '5.00' },
          needs: [],
          needsMore: 0,
        },
      ]);
      expect(await typesIn(store, 'remittance-')).toEqual([
        'RemittanceReceived',
        'RemittanceAccepted',
        'RemittanceClaimPosted',
        'RemittanceClaimPosted',
        'ProviderAdjustmentPosted',
        'RemittanceCompleted',
      ]);
      expect(await typesIn(store, 'control-')).toEqual(['ControlEntryPosted']);
      expect(await booksOf(store)).toMatchObject({ 'Assets:Cash': '165.00', 'Assets:PayerControl': '5.00' });
      expect(await booksOf(store)).not.toHaveProperty('Assets:RemittanceClearing');
    });
  });

  it('appends nothing when the same content comes again, whatever the file is called or how it is written', async () => {
    await onALog(async (store) => {
      await new ImportingProcess(store).import(WHOLE);
      const before = await eventCount(store);
      const again = new ImportingProcess(store);
      const text = interchange([...HEADER, 'LX*1', ...CLAIM, ...CLAIM_WITHOUT_LINES, ...PLB], 'ST*835*0099');
      for (const bytes of [WHOLE, x12(text, { element: '|', segment: '\r\n', after: '' })]) {
        const { remittances } = await again.import(bytes);
        expect(remittances).toMatchObject([
          { outcome: 'duplicate', claims: { total: 2, posted: 2 }, paid: { posted: '170.00' } },
        ]);
      }
      expect(await eventCount(store)).toBe(before);
    });
  });

  it('says of claims that move nothing that they do, also when they come again', async () => {
    await onALog(async (store) => {
      const duplicate = [
        'CLP*A*1*200*0**12*ICN-2*11*1',
        'SVC*HC:99213*200*0**1',
        'DTM*472*20260105',
        'CAS*OA*18*200',
      ];
      const foreseen = claimOf('A', { number: 'ICN-3' }).map((segment) =>
        segment.replace('CLP*A*1*', 'CLP*A*25*'),
      );
      const forwarded = ['CLP*A*23*200*0**12*ICN-4*11*1', 'CAS*OA*24*200'];
      const file = fileOf({
        paid: '120',
        claims: [...claimOf('A'), ...duplicate, ...foreseen, ...forwarded],
      });
      const claims = { total: 4, posted: 1, waiting: 0, movesNothing: 3, suspended: 0 };
      const paid = { posted: '120.00', inClearing: '0.00' };
      for (const outcome of ['posted', 'duplicate']) {
        const { remittances } = await new ImportingProcess(store).import(file);
        expect(remittances).toMatchObject([{ outcome, claims, paid, needs: [] }]);
      }
    });
  });

  it('keeps a file that a remittance came in, and no other', async () => {
    await onALog(async (store) => {
      const documents = new DocumentsInMemory();
      const process = new ImportingProcess(store, documents);
      const { document } = await process.import(fileOf({ paid: '120', claims: claimOf('A') }));
      const other = fileOfSeveral({ paid: '120', claims: claimOf('A') });
      expect((await process.import(Buffer.concat([other, Buffer.from('\n\n')]))).remittances).toMatchObject([
        { outcome: 'duplicate' },
      ]);
      const none = await process.import(Buffer.from('Dear Sir or Madam'));
      expect(none.remittances).toEqual([]);
      expect(none.findings.map(({ code }) => code)).toContain('no_envelope');
      expect([...documents.kept.keys()]).toEqual([document.sha256]);
    });
  });

  it('holds an ST that does not balance, and posts the others of the file', async () => {
    await onALog(async (store) => {
      const file = fileOfSeveral(
        { paid: '121', trace: 'T1', claims: claimOf('A') },
        { paid: '120', trace: 'T2', claims: claimOf('B') },
      );
      const { remittances } = await new ImportingProcess(store).import(file);
      expect(remittances).toMatchObject([
        {
          outcome: 'held',
          claims: { total: 1, posted: 0, suspended: 0 },
          findings: [{ code: 'transaction_does_not_balance', facts: { difference: '1.00' } }],
        },
        { outcome: 'posted', claims: { total: 1, posted: 1 } },
      ]);
      expect(await typesIn(store, `remittance-${remittances[0]!.remittanceId}`)).toEqual([
        'RemittanceReceived',
        'RemittanceHeld',
      ]);
      expect(await booksOf(store)).toMatchObject({ 'Assets:Cash': '120.00' });
    });
  });

  it('suspends a claim that does not balance, and leaves what it was paid on the clearing account', async () => {
    await onALog(async (store) => {
      const file = fileOf({ paid: '250', claims: [...claimOf('A'), ...unbalancedClaimOf('B')] });
      const { remittances } = await new ImportingProcess(store).import(file);
      expect(remittances).toMatchObject([
        {
          outcome: 'posted',
          claims: { posted: 1, suspended: 1 },
          paid: { posted: '120.00', inClearing: '130.00' },
          needs: [
            {
              claim: 2,
              claimId: 'B',
              code: 'does_not_balance',
              findings: [{ code: 'line_does_not_balance' }, { code: 'claim_does_not_balance' }],
            },
          ],
        },
      ]);
      expect(await booksOf(store)).toMatchObject({
        'Assets:Cash': '250.00',
        'Assets:RemittanceClearing': '-130.00',
      });
    });
  });

  it('suspends a claim that the event store takes in no append, and posts the others', async () => {
    await onALog(async (store) => {
      const picky = {
        ...proxied(store),
        append: (...given: Parameters<EventStore['append']>) =>
          given[0] === 'account-B' ? Promise.reject(new AppendTooLarge(1000)) : store.append(...given),
      };
      const file = fileOf({ paid: '360', claims: ['A', 'B', 'C'].flatMap((id) => claimOf(id)) });
      const { remittances } = await new ImportingProcess(picky).import(file);
      expect(remittances).toMatchObject([
        {
          claims: { posted: 2, suspended: 1 },
          needs: [{ claim: 2, code: 'refused', facts: { code: 'event_too_large' } }],
        },
      ]);
    });
  });

  it('holds an ST in a currency that has no cents, and takes no currency for dollars', async () => {
    await onALog(async (store) => {
      const process = new ImportingProcess(store);
      const withCurrency = (currency: string) =>
        fileOf({ paid: '120', trace: currency, claims: claimOf(currency) })
          .toString()
          .replace('REF*EV', `CUR*PR*${currency}~REF*EV`);
      for (const [currency, outcome, code] of [
        ['JPY', 'held', 'currency_not_supported'],
        ['QQQ', 'held', 'currency_not_supported'],
        ['XXX', 'posted', 'currency_not_said'],
      ]) {
        const { remittances } = await process.import(Buffer.from(withCurrency(currency!)));
        expect(remittances).toMatchObject([{ outcome, currency: 'USD', findings: [{ code }, {}] }]);
      }
      const { remittances } = await process.import(Buffer.from(withCurrency('EUR')));
      expect(remittances).toMatchObject([{ outcome: 'posted', currency: 'EUR', claims: { posted: 1 } }]);
    });
  });

  it('carries a provider adjustment forward from one remittance to the next', async () => {
    await onALog(async (store) => {
      const process = new ImportingProcess(store);
      await process.import(
        fileOf({ paid: '0', claims: claimOf('A'), plb: ['PLB*1234567893*20261231*FB:A*120'] }),
      );
      expect(await booksOf(store)).toMatchObject({ 'Assets:PayerControl': '120.00' });
      const second = {
        paid: '240',
        trace: 'T2',
        claims: claimOf('B'),
        plb: ['PLB*1234567893*20261231*FB:T1*-120'],
      };
      await process.import(fileOf(second));
      expect(await booksOf(store)).toMatchObject({ 'Assets:Cash': '240.00' });
      expect(await booksOf(store)).not.toHaveProperty('Assets:PayerControl');
      const { 'control-1512345678.1234567893': control } = await contentOf(store);
      expect(control).toMatchObject([
        { data: { amount: '120.00', reason: 'FB', remittance: { claim: 1 }, number: 1 } },
        { data: { amount: '-120.00', reason: 'FB', remittance: { claim: 0 }, number: 1 } },
      ]);
    });
  });

  it('posts an ST once that stands twice in a file', async () => {
    await onALog(async (store) => {
      const advice = { paid: '120', claims: claimOf('A') };
      const { remittances } = await new ImportingProcess(store).import(fileOfSeveral(advice, advice));
      expect(remittances.map(({ outcome }) => outcome)).toEqual(['posted', 'duplicate']);
      expect(await booksOf(store)).toMatchObject({ 'Assets:Cash': '120.00' });
    });
  });

  it('ends well when two processes import the same file at once', async () => {
    await onALog(async (store) => {
      const documents = new DocumentsInMemory();
      const file = fileOf({ paid: '2395', claims: many(20), plb: ['PLB*1234567893*20261231*WO:ICN-7*5'] });
      const [a, b] = [new ImportingProcess(store, documents), new ImportingProcess(store, documents)];
      const both = await Promise.all([a.import(file), b.import(file)]);
      for (const { remittances } of both) {
        expect(remittances).toMatchObject([
          { claims: { total: 20, posted: 20 }, paid: { inClearing: '0.00' } },
        ]);
      }
      const together = await contentOf(store);
      await onALog(async (alone) => {
        await new ImportingProcess(alone).import(file);
        expect(together).toEqual(await contentOf(alone));
      });
    });
  });

  it('names the segments of the file that the remittance first came in, whichever file is read', async () => {
    await onALog(async (store) => {
      const [first, wanted] = [
        { paid: '120', trace: 'T1', claims: claimOf('A') },
        { paid: '115', trace: 'T2', claims: claimOf('B'), plb: ['PLB*1234567893*20261231*WO:X*5'] },
      ];
      const alone = fileOf(wanted);
      await expect(new ImportingProcess(dyingAt(store, 2, false)).import(alone)).rejects.toThrow('killed');
      await new ImportingProcess(store).import(fileOfSeveral(first, wanted));
      const content = await contentOf(store);
      await onALog(async (other) => {
        const process = new ImportingProcess(other);
        await process.import(alone);
        expect(content).toMatchObject(await contentOf(other));
      });
    });
  });
});

describe('an import of what another process is importing too', () => {
  it('leaves a claim alone that was suspended and rejected since it was looked up', async () => {
    await onALog(async (store) => {
      const file = fileOf({ paid: '120', claims: claimOf('B') });
      const asked = Promise.withResolvers<undefined>();
      const free = Promise.withResolvers<undefined>();
      class Slow extends ReadModelsOfLog {
        override async accountsOfClaims(claimIds: readonly string[]) {
          asked.resolve(undefined);
          await free.promise;
          return super.accountsOfClaims(claimIds);
        }
      }
      const directory = new Slow(store);
      const process = new ImportingProcess(store);
      const held = new ImportingProcess(store, process.documents, { directory }).import(file, {
        createAccounts: false,
      });
      await asked.promise;
      const { remittances } = await process.import(file, { createAccounts: false });
      const { remittanceId } = remittances[0]!;
      expect(remittances).toMatchObject([{ needs: [{ code: 'account_not_found' }] }]);
      await process.imports.resolveClaim(remittanceId, 1, {
        resolutionId: 'R1',
        resolution: 'reject',
        reason: 'not ours',
      });
      await process.carryOut(...accountWith('B'));
      free.resolve(undefined);
      await held;
      expect(await typesIn(store, 'account-')).toEqual(['AccountOpened', 'ChargePosted']);
      expect(await booksOf(store)).not.toHaveProperty('Assets:RemittanceClearing');
    });
  });
});

describe('an import that was cut off', () => {
  const file = fileOfSeveral(
    { paid: '120', trace: 'T1', claims: claimOf('A') },
    {
      paid: '355',
      trace: 'T2',
      claims: [
        ...claimOf('B'),
        ...claimOf('C', { number: 'ICN-C' }),
        ...reversalOf('A'),
        ...many(2),
        'CLP*P*25*10*10**12*P1',
      ],
      plb: ['PLB*1234567893*20261231*WO:B*5*L6*-0'],
    },
    { paid: '130', trace: 'T3', claims: unbalancedClaimOf('D') },
    { paid: '121', trace: 'T4', claims: claimOf('E') },
  );

  it('is gone on with by importing the file again, and ends as if it never had been', async () => {
    let whole: Record<string, unknown[]> = {};
    let appends = 0;
    await onALog(async (store) => {
      const counted = counting(store);
      await new ImportingProcess(counted).import(file);
      whole = await contentOf(store);
      ({ appends } = counted);
    });
    expect(appends).toBeGreaterThan(15);
    await onALog(async (empty) => {
      for (let nth = 1; nth <= appends; nth += 1) {
        for (const isKept of [false, true]) {
          const store = await OverlayEventStore.over(empty);
          const dying = dyingAt(store, nth, isKept);
          await expect(new ImportingProcess(dying).import(file)).rejects.toThrow('killed');
          await new ImportingProcess(store).import(file);
          expect({ nth, isKept, ...(await contentOf(store)) }).toEqual({ nth, isKept, ...whole });
        }
      }
    });
  });

  it('is gone on with from the file that was kept', async () => {
    await onALog(async (store) => {
      const documents = new DocumentsInMemory();
      const dying = new ImportingProcess(dyingAt(store, 7, true), documents);
      await expect(dying.import(file)).rejects.toThrow('killed');
      const summaries = await new ImportingProcess(store, documents).imports.resume({ sender: {} });
      expect(summaries).toHaveLength(1);
      const resumed = await contentOf(store);
      expect(await new ImportingProcess(store, documents).imports.resume({ sender: {} })).toEqual([]);
      await onALog(async (other) => {
        await new ImportingProcess(other).import(file);
        expect(resumed).toEqual(await contentOf(other));
      });
    });
  });

  it('is gone on with though the file of another one is damaged, which is told', async () => {
    await onALog(async (store) => {
      const documents = new DocumentsInMemory();
      const files = [fileOf({ trace: 'T1', paid: '120', claims: claimOf('X') }), file];
      for (const some of files) {
        const dying = new ImportingProcess(dyingAt(store, 2, true), documents);
        await expect(dying.import(some)).rejects.toThrow('killed');
      }
      const [first] = documents.kept.keys();
      documents.damaged.add(first!);
      const resuming = (): Promise<unknown> =>
        new ImportingProcess(store, documents).imports.resume({ sender: {} });
      await expect(resuming()).rejects.toThrow(DocumentUnreadable);
      const completed = (): Promise<string[]> =>
        typesIn(store, 'remittance-').then((types) => types.filter((type) => type === 'RemittanceCompleted'));
      expect(await completed()).toHaveLength(3);
      documents.damaged.clear();
      expect(await resuming()).toHaveLength(1);
      expect(await completed()).toHaveLength(4);
    });
  });

  it('can be ended between claims, and says why', async () => {
    await onALog(async (store) => {
      const process = new ImportingProcess(store);
      const abort = new AbortController();
      const options = { createAccounts: true, sender: {}, signal: abort.signal };
      abort.abort(new Error('stopping'));
      await expect(process.imports.importFile((async function* () {})(), options)).rejects.toThrow(
        'stopping',
      );
      expect(await eventCount(store)).toBe(0);
    });
  });
});

function many(count: number): string[] {
  return Array.from({ length: count }, (_, i) => claimOf(`M${i}`)).flat();
}
