import { accountIdOf, decode, decodeBeside } from '../../../src/event-store/codec.js';
import { type EventStore, StoreUnavailable } from '../../../src/event-store/event-store.js';
import type { AccountCommand } from '../../../src/ledger/commands.js';
import { ZERO, formatMoney } from '../../../src/ledger/money.js';
import { journalLinesOf, journalLinesOfRemittance } from '../../../src/ledger/movements.js';
import type { FileSummary } from '../../../src/remittances/posting/import-summary.js';
import {
  RemittanceImport,
  type RemittanceImportParts,
} from '../../../src/remittances/posting/remittance-import.js';
import { StreamWriter } from '../../../src/remittances/posting/stream-writer.js';
import { NOW, accountsOn, proxied } from '../../commands/accounts-on-a-log.js';
import { DocumentsInMemory, inPieces } from '../../support/documents-in-memory.js';
import { ReadModelsOfLog } from '../../support/read-models-of-log.js';
import { interchange, x12 } from '../../x12/x12-text.js';
import { HEADER, replace } from '../advice-text.js';

/** A process that imports: with a cache of its own, on a log and documents that others may share. */
export class ImportingProcess {
  readonly accounts;
  readonly imports: RemittanceImport;

  constructor(
    readonly store: EventStore,
    readonly documents: DocumentsInMemory = new DocumentsInMemory(),
    parts: Partial<RemittanceImportParts> = {},
  ) {
    const clock = { now: () => new Date(NOW) };
    this.accounts = accountsOn(store);
    const readModels = new ReadModelsOfLog(store);
    this.imports = new RemittanceImport({
      store,
      writer: new StreamWriter({ store, clock }),
      accounts: this.accounts,
      documents,
      directory: readModels,
      unfinished: readModels,
      clock,
      timeZone: 'UTC',
      ...parts,
    });
  }

  import(bytes: Uint8Array, { createAccounts = true } = {}): Promise<FileSummary> {
    return this.imports.importFile(inPieces(bytes), { createAccounts, sender: { actor: 'test' } });
  }

  async carryOut(...commands: AccountCommand[]): Promise<void> {
    for (const command of commands) await this.accounts.transact(command);
  }
}

/** A process that dies at its nth append: nothing it does then or later is kept, but perhaps that append. */
export function dyingAt(store: EventStore, nth: number, isKept: boolean): EventStore & { died: boolean } {
  let appends = 0;
  const dying = {
    ...proxied(store),
    died: false,
    append: async (...given: Parameters<EventStore['append']>) => {
      appends += 1;
      if (appends === nth && isKept) await store.append(...given);
      if (appends >= nth) {
        dying.died = true;
        throw new StoreUnavailable('the process was killed');
      }
      return store.append(...given);
    },
  };
  return dying;
}

/** A process that is held up before its first append to a stream, until it is let go. */
export function heldUpAt(
  store: EventStore,
  stream: string,
): { store: EventStore; reached: Promise<unknown>; letGo: () => void } {
  const reached = Promise.withResolvers<undefined>();
  const free = Promise.withResolvers<undefined>();
  return {
    store: {
      ...proxied(store),
      append: async (...given: Parameters<EventStore['append']>) => {
        if (given[0] === stream) {
          reached.resolve(undefined);
          await free.promise;
        }
        return store.append(...given);
      },
    },
    reached: reached.promise,
    letGo: () => free.resolve(undefined),
  };
}

/** A store that counts what is appended to it. */
export function counting(store: EventStore): EventStore & { appends: number } {
  const counted = {
    ...proxied(store),
    appends: 0,
    append: (...given: Parameters<EventStore['append']>) => {
      counted.appends += 1;
      return store.append(...given);
    },
  };
  return counted;
}

/** What every stream holds, without when and by which position. */
export async function contentOf(store: EventStore): Promise<Record<string, unknown[]>> {
  const streams: Record<string, unknown[]> = {};
  for await (const { stream, type, data } of store.readAll()) (streams[stream] ??= []).push({ type, data });
  return streams;
}

/** Types of the events of all streams whose name begins so, in their order. */
export async function typesIn(store: EventStore, prefix: string): Promise<string[]> {
  const types: string[] = [];
  for await (const { stream, type } of store.readAll()) if (stream.startsWith(prefix)) types.push(type);
  return types;
}

export async function eventCount(store: EventStore): Promise<number> {
  let count = 0;
  for await (const _ of store.readAll()) count += 1;
  return count;
}

/** The balance of every account of the general ledger that is not zero: debits positive. */
export async function booksOf(store: EventStore): Promise<Record<string, string>> {
  const books = new Map<string, typeof ZERO>();
  for await (const stored of store.readAll()) {
    const lines =
      accountIdOf(stored.stream) === undefined
        ? journalLinesOfRemittance(decodeBeside(stored).event)
        : journalLinesOf(decode(stored).event);
    for (const { place, debit = '0', credit = '0' } of lines) {
      const before = books.get(place.account) ?? ZERO;
      books.set(place.account, before.plus(debit).minus(credit));
    }
  }
  return Object.fromEntries(
    [...books]
      .filter(([, amount]) => !amount.isZero())
      .map(([name, amount]) => [name, formatMoney(amount, 'USD')]),
  );
}

/** One ST: what a payer pays for claims, less its provider adjustments. */
export interface MadeAdvice {
  paid: string;
  trace?: string;
  claims: readonly string[];
  plb?: readonly string[];
}

function segmentsOf({ paid, trace = 'TRACE7', claims, plb = [] }: MadeAdvice): string[] {
  const direction = paid.startsWith('-') ? 'D' : 'C';
  let header = replace(
    HEADER,
    'BPR',
    `BPR*I*${paid.replace('-', '')}*${direction}*ACH*CCP*01*999999999*DA*1*1512345678**01*999999999*DA*2*20260115`,
  );
  header = replace(header, 'TRN', `TRN*1*${trace}*1512345678`);
  return [...header, 'LX*1', ...claims, ...plb];
}

/** A file of one ST. */
export function fileOf(advice: MadeAdvice): Buffer {
  return x12(interchange(segmentsOf(advice)));
}

/** A file of several ST in one group. */
export function fileOfSeveral(...advices: readonly MadeAdvice[]): Buffer {
  const sets = advices.flatMap((advice, i) => {
    const segments = segmentsOf(advice);
    const control = String(i + 1).padStart(4, '0');
    return [`ST*835*${control}`, ...segments, `SE*${segments.length + 2}*${control}`];
  });
  const [isa, gs] = interchange([]);
  return x12([isa!, gs!, ...sets, `GE*${advices.length}*1`, 'IEA*1*000000001']);
}

/** A claim of one line of 200.00: 50.00 contractual, 30.00 to the patient, 120.00 paid. */
export function claimOf(
  id: string,
  given: { number?: string; procedure?: string; date?: string } = {},
): string[] {
  const { number = `ICN-${id}`, procedure = '99213', date = '20260105' } = given;
  return [
    `CLP*${id}*1*200*120*30*12*${number}*11*1`,
    'NM1*QC*1*DOE*JANE*Q**JR*MI*MEMBER1',
    `SVC*HC:${procedure}*200*120**1`,
    `DTM*472*${date}`,
    'CAS*CO*45*50',
    'CAS*PR*1*20**2*10*1',
  ];
}

/** Takes such a claim back. */
export function reversalOf(id: string, given: { number?: string; procedure?: string } = {}): string[] {
  const { number = `ICN-${id}`, procedure = '99213' } = given;
  return [
    `CLP*${id}*22*-200*-120*-30*12*${number}*11*1`,
    `SVC*HC:${procedure}*-200*-120**-1`,
    'DTM*472*20260105',
    'CAS*CO*45*-50',
    'CAS*PR*1*-20**2*-10*-1',
  ];
}

/** An account with one charge that such a claim could be of. */
export function accountWith(
  accountId: string,
  charge: { claimId?: string; chargeId?: string; serviceDate?: string; amount?: string } = {},
): [AccountCommand, AccountCommand] {
  return [
    { type: 'OpenAccount', accountId, openedOn: '2026-01-01' },
    {
      type: 'PostCharge',
      accountId,
      chargeId: `${accountId}-1`,
      serviceDate: '2026-01-05',
      amount: '200.00',
      code: { system: 'CPT', value: '99213' },
      responsible: { party: 'payer', payerId: '1512345678', position: 'primary' },
      ...charge,
    },
  ];
}

/** The same claim, which says that 10.00 more was paid than its adjustments leave: the transaction holds all the same. */
export function unbalancedClaimOf(id: string): string[] {
  return claimOf(id).map((segment) =>
    segment.replace('*200*120', '*200*130').replace('HC:99213*200*130', 'HC:99213*200*130'),
  );
}
