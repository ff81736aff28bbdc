import type { Clock } from '../../clock.js';
import type { Sender } from '../../commands/sender.js';
import { Today } from '../../commands/today.js';
import type { Accounts } from '../../commands/transact.js';
import { Turns } from '../../commands/turns.js';
import type { EventStore } from '../../event-store/event-store.js';
import { problemError } from '../../http/problem.js';
import type { DocumentStore, KeptDocument } from '../documents/document-store.js';
import { readAdvices } from '../remittance-advice/read-advices.js';
import { remittanceIdOf } from '../../ledger/adjudication-id.js';
import { money } from '../../ledger/money.js';
import { type CheckedAdvice, checkFile, contentHash } from './check-file.js';
import type { ClaimDirectory, PaymentByHand } from './claim-directory.js';
import { ClaimPosting } from './claim-posting.js';
import { ControlAccounts } from './control-accounts.js';
import type { FileSummary, RemittanceSummary } from './import-summary.js';
import { isOfAll } from './is-of-all.js';
import { Lookups } from './lookups.js';
import { type Received, firstEventsOf } from './received-advice.js';
import { recordedFindings } from './recorded-findings.js';
import { RemittanceLog } from './remittance-log.js';
import { type PostingParts, RemittancePosting } from './remittance-posting.js';
import { RemittanceTally } from './remittance-tally.js';
import { type ClaimDecision, type ResolvedClaim, Resolving } from './resolve-claim.js';
import { standsNow } from './stands-now.js';
import { type ToGoOnWith, everything } from './stands-still.js';
import type { StreamWriter } from './stream-writer.js';
import { TryingAgain } from './try-again.js';
import type { UnfinishedWork } from './unfinished-work.js';

/** A file that is imported again and again does not look at more accounts than this to say how its claims stand. */
const LOOKED_AT_MAX = 2000;

/** What an import works with. */
export interface RemittanceImportParts {
  store: EventStore;
  writer: StreamWriter;
  accounts: Pick<Accounts, 'post'>;
  documents: DocumentStore;
  directory: ClaimDirectory;
  unfinished: UnfinishedWork;
  clock: Clock;
  timeZone: string;
  /** Holds remittances against deposits; left out where nothing is kept. */
  reconcile?: (sender: Sender) => Promise<unknown>;
}

export interface ImportOptions {
  /** Opens accounts and posts the charges that the remittances state where there are none. */
  createAccounts: boolean;
  sender: Sender;
  /** Ends the import between two claims; what is posted stays, and importing again goes on. */
  signal?: AbortSignal;
  onProgress?: (progress: ImportProgress) => void;
}

export interface ResumeOptions extends Omit<ImportOptions, 'createAccounts'> {
  /** Tells what nobody is at; left out, all that is not finished is gone on with. */
  standsStill?: ToGoOnWith;
}

export interface ImportProgress {
  /** Transactions posted to their end, or held. */
  remittances: number;
  /** Claims read in order to be posted. */
  claims: number;
  /** Claims of which the remittance says that they are posted. */
  posted: number;
}

/** One ST of a file under way. */
interface Run {
  checked: CheckedAdvice;
  log: RemittanceLog;
  tally: RemittanceTally;
  outcome: RemittanceSummary['outcome'];
  /** Whether something of it was there before this import. */
  isResumed: boolean;
}

/**
 * Posts files of payers' remittances. A file is kept first, then read twice: to check every ST as a whole, and to post
 * those that hold. Whatever was done is found again by ids that follow from the content, so that an import that was cut
 * off anywhere is gone on with by importing the file again, or by {@link RemittanceImport.resume}.
 */
export class RemittanceImport {
  readonly #controlAccounts: ControlAccounts;
  readonly #today: Today;
  readonly #resolving: Resolving;
  readonly #tryingAgain: TryingAgain;
  /** By remittance. */
  readonly #turns = new Turns();

  constructor(private readonly parts: RemittanceImportParts) {
    this.#controlAccounts = new ControlAccounts(parts);
    this.#today = new Today(parts.clock, parts.timeZone);
    this.#resolving = new Resolving({ ...parts, controlAccounts: this.#controlAccounts, today: this.#today });
    this.#tryingAgain = new TryingAgain({ ...parts, resolving: this.#resolving });
  }

  /**
   * Imports a file: keeps it, checks it, posts what holds.
   *
   * @returns what became of every ST in it
   * @throws DocumentsUnavailable when the file could not be kept; nothing of it is posted then
   * @throws StoreUnavailable, DatabaseUnavailable, ProjectionsBehind, AccountBusy, ClockOutOfStep: what was posted stays,
   * and importing the file again goes on
   * @throws what the source throws, and the reason of the signal
   */
  async importFile(source: AsyncIterable<Uint8Array>, options: ImportOptions): Promise<FileSummary> {
    options.signal?.throwIfAborted();
    return this.#import(await this.parts.documents.keep(source), options);
  }

  /**
   * Goes on with every remittance that was accepted and not posted to its end, from the file that was kept, and with
   * decisions on claims that were not carried out.
   *
   * @returns what became of the files; those that were erased are left out, and their remittances stay as they are
   * @throws DocumentUnreadable when a file is damaged, EventLogDamaged when a remittance or an account is, and whatever
   * else is about one of them, after all others were gone on with; sending a damaged file again mends it
   * @throws what says that nothing can be done now, at once: see {@link isOfAll}
   */
  async resume(options: ResumeOptions): Promise<FileSummary[]> {
    const { directory, unfinished } = this.parts;
    await directory.catchUp(options.signal);
    const { decisions, remittances } = (options.standsStill ?? everything).of({
      decisions: await unfinished.decisions(),
      remittances: await unfinished.remittances(),
    });
    const failed = await this.#resolving.carryOutAll(decisions, options.sender);
    const files = new Set(remittances.map(({ documentSha256 }) => documentSha256));
    const summaries: FileSummary[] = [];
    for (const sha256 of files) {
      try {
        const bytes = await this.#sizeOf(sha256);
        if (bytes === undefined) continue;
        // What was asked for when it was received is remembered with it.
        summaries.push(await this.#import({ sha256, bytes }, { ...options, createAccounts: false }));
      } catch (error) {
        options.signal?.throwIfAborted();
        // One file that cannot be read, or one remittance in it, keeps no other from its end.
        if (isOfAll(error)) throw error;
        failed.push(error);
      }
    }
    if (failed.length > 0) throw failed[0];
    return summaries;
  }

  /**
   * Carries out what somebody decided on a claim that is suspended, or of which a part is held. Repeating a decision with
   * the same id finishes it where it was cut off, and appends nothing once it is done.
   *
   * @throws ProblemError `remittance_not_found`, `claim_not_found`, `claim_not_suspended`, `resolution_not_possible`,
   * `id_already_used`, `validation_failed`
   */
  resolveClaim(
    remittanceId: string,
    claim: number,
    decision: ClaimDecision,
    sender: Sender = {},
  ): Promise<ResolvedClaim> {
    return this.#resolving.resolve(remittanceId, claim, decision, sender);
  }

  async #import(document: KeptDocument, options: ImportOptions): Promise<FileSummary> {
    const { signal, sender } = options;
    const file = await this.#open(document.sha256);
    const { advices, findings } = await checkFile(file, () => signal?.throwIfAborted());
    const remittanceIds = advices.map(({ end }) => remittanceIdOf(end.contentHash));
    // Two that post a remittance at once look for its claims at two moments, and may find two accounts for one.
    const runs = await this.#turns.takeAll(remittanceIds, () => this.#run(advices, document, options));
    const logs = new Map(runs.map(({ log }) => [log.remittanceId, log]));
    const posted = await this.#tryingAgain.after({ createAccounts: options.createAccounts, logs }, sender);
    for (const run of runs) {
      if (run.outcome === 'duplicate' && posted.has(run.log.remittanceId)) run.outcome = 'posted';
    }
    await this.parts.reconcile?.(sender);
    await this.#forgetUnneeded(document, runs);
    const remittances: RemittanceSummary[] = [];
    for (const run of runs) remittances.push(await this.#summaryOf(run, sender));
    return { document, remittances, findings: recordedFindings(findings) };
  }

  /**
   * A file that no remittance names came before in another writing, or has none in it. It may hold names, and nobody would
   * find it again to erase it.
   */
  async #forgetUnneeded({ sha256 }: KeptDocument, runs: readonly Run[]): Promise<void> {
    const isNamed = runs.some(({ log }) => log.state.received?.document.sha256 === sha256);
    if (!isNamed) await this.parts.documents.erase(sha256);
  }

  /** Receives every ST, and posts what is left of those that hold. */
  async #run(
    advices: readonly CheckedAdvice[],
    document: KeptDocument,
    options: ImportOptions,
  ): Promise<Run[]> {
    const runs: Run[] = [];
    for (const checked of advices) {
      options.signal?.throwIfAborted();
      runs.push(await this.#begin(checked, document, options));
    }
    if (runs.some(({ outcome }) => outcome === 'posted')) await this.#post(runs, document, options);
    return runs;
  }

  /** Receives an ST, unless it was received before. */
  async #begin(
    checked: CheckedAdvice,
    { sha256 }: KeptDocument,
    { createAccounts, sender }: ImportOptions,
  ): Promise<Run> {
    const tally = new RemittanceTally();
    const remittanceId = remittanceIdOf(checked.end.contentHash);
    const log = await RemittanceLog.open(this.parts, remittanceId, (event, before) =>
      tally.take(event, before),
    );
    const { state } = log;
    const before = state.standing;
    const first = firstEventsOf(checked, {
      documentSha256: sha256,
      receivedOn: this.#today.now(),
      createAccounts,
    });
    await log.append(({ standing }) => (standing === 'unknown' ? first : []), sender);
    const outcome = state.standing === 'held' ? 'held' : before === 'completed' ? 'duplicate' : 'posted';
    return { checked, log, tally, outcome, isResumed: before !== 'unknown' };
  }

  /** Reads the file once more, and posts the STs that were accepted and are not complete. */
  async #post(runs: readonly Run[], { sha256 }: KeptDocument, options: ImportOptions): Promise<void> {
    const lookups = new Lookups(this.parts.directory);
    const parts: PostingParts = {
      lookups,
      claims: new ClaimPosting(this.parts.accounts, lookups),
      controlAccounts: this.#controlAccounts,
    };
    const progress = new Progress(runs, options);
    let at = -1;
    let posting: RemittancePosting | undefined;
    try {
      for await (const item of readAdvices(await this.#open(sha256), { contentHash })) {
        switch (item.kind) {
          case 'begin':
            at += 1;
            posting = await this.#postingOf(runs[at]!, parts, options);
            break;
          case 'claim':
            options.signal?.throwIfAborted();
            if (posting) {
              await posting.take(item.claim);
              progress.claim();
            }
            break;
          case 'end':
            if (posting) {
              await posting.end();
              posting = undefined;
              progress.remittance();
            }
            break;
          case 'provider-adjustment':
          case 'finding':
            break; // Known from the first reading.
        }
      }
    } finally {
      await posting?.idle();
    }
  }

  /** Undefined where there is nothing to post: held, complete, or come a second time within the file. */
  async #postingOf(
    run: Run,
    parts: PostingParts,
    { createAccounts, sender }: ImportOptions,
  ): Promise<RemittancePosting | undefined> {
    const { checked, log, tally, isResumed } = run;
    if (run.outcome !== 'posted') return undefined;
    await log.catchUp();
    if (log.state.standing === 'completed') {
      run.outcome = 'duplicate';
      return undefined;
    }
    return new RemittancePosting(parts, log, tally, checked.header, checked.providerAdjustments, {
      createAccounts: createAccounts || log.state.received!.createAccounts,
      isResumed,
      sender,
    });
  }

  async #summaryOf(
    { checked, log, tally, outcome, isResumed }: Run,
    sender: Sender,
  ): Promise<RemittanceSummary> {
    for (const { claim, accountId, adjudicationId } of tally.toLookAt().slice(0, LOOKED_AT_MAX)) {
      const now = await standsNow(this.parts.accounts, accountId, adjudicationId, sender);
      if (now) tally.revise(claim, now);
    }
    const received = log.state.received!;
    const paymentsByHand = outcome === 'held' ? [] : await this.#paymentsByHand(received);
    const what = { outcome, receivedBefore: isResumed, paymentsByHand };
    return tally.summary(received, what, checked.header.segment);
  }

  /** Those that would bring the money of a remittance once more; of one that brings none, there are none. */
  async #paymentsByHand({
    remittanceId,
    trace,
    payer,
    currency,
    payment,
  }: Received): Promise<PaymentByHand[]> {
    if (!trace || !payment || !money(payment.amount).greaterThan(0)) return [];
    const { number: traceNumber } = trace;
    return this.parts.directory.paymentsByHand({ remittanceId, traceNumber, payerId: payer.id, currency });
  }

  /** @throws ProblemError `text_erased` (410) when somebody erased the file meanwhile */
  async #open(sha256: string): Promise<AsyncIterable<Uint8Array>> {
    const file = await this.parts.documents.open(sha256);
    if (file) return file;
    throw problemError('text_erased', 410, 'The file was erased while it was posted; send it again.', {
      sha256,
    });
  }

  async #sizeOf(sha256: string): Promise<number | undefined> {
    const file = await this.parts.documents.open(sha256);
    if (!file) return undefined;
    let bytes = 0;
    for await (const chunk of file) bytes += chunk.length;
    return bytes;
  }
}

/** Counts what is done, for whoever watches. */
class Progress {
  #claims = 0;
  #remittances: number;

  constructor(
    private readonly runs: readonly Run[],
    private readonly options: ImportOptions,
  ) {
    this.#remittances = runs.filter(({ outcome }) => outcome !== 'posted').length;
    this.#tell();
  }

  claim(): void {
    this.#claims += 1;
    if (this.#claims % 100 === 0) this.#tell();
  }

  remittance(): void {
    this.#remittances += 1;
    this.#tell();
  }

  #tell(): void {
    const { onProgress } = this.options;
    if (!onProgress) return;
    let posted = 0;
    for (const { log } of this.runs) posted += log.state.claims.count('posted');
    onProgress({ remittances: this.#remittances, claims: this.#claims, posted });
  }
}
