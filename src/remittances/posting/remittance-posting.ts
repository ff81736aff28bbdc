import type { Sender } from '../../commands/sender.js';
import { Turns } from '../../commands/turns.js';
import type { ClaimStatement } from '../../ledger/claim-statement.js';
import { ledgerId } from '../../ledger-id.js';
import { stops } from '../../x12/finding.js';
import type { AdviceFinding, AdviceHeader, Claim, ProviderAdjustment } from '../remittance-advice/model.js';
import type { ClaimOutcome } from '../settlement/claim-outcome.js';
import { methodOf, statementOf } from '../settlement/statement-of.js';
import { claimPosted, claimSuspended } from './claim-events.js';
import type { ClaimPosting } from './claim-posting.js';
import type { ControlAccounts } from './control-accounts.js';
import type { Known, Lookups } from './lookups.js';
import { plainStatement } from './plain-text.js';
import { type Received, adjustmentPosted, controlEntryOf } from './received-advice.js';
import { recordedFindings } from './recorded-findings.js';
import type { RemittanceLog } from './remittance-log.js';
import type { RemittanceTally } from './remittance-tally.js';
import { shifted } from './shifted.js';
import type { KeyedEvent } from './stream-writer.js';
import { Underway } from './underway.js';

/** So many claims are looked up together and posted side by side; the next are read meanwhile. */
const CLAIMS_AT_ONCE = 512;
/** Fewer where they have many lines. */
const LINES_AT_ONCE = 5_000;

/** What posting remittances needs. */
export interface PostingParts {
  claims: ClaimPosting;
  lookups: Lookups;
  controlAccounts: ControlAccounts;
}

/** A claim on its way to its account. */
interface Waiting {
  statement: ClaimStatement;
  findings: readonly AdviceFinding[];
}

/**
 * Posts one remittance that was accepted: takes its claims as they are read and posts them side by side, claims of the
 * same CLP01 one after the other, and records what became of each in the order of the claims; then its provider
 * adjustments. What is done already is left as it is, so that a run that was cut off can be gone on with.
 */
export class RemittancePosting {
  readonly #received: Received;
  readonly #shift: number;
  readonly #method: ClaimStatement['method'];
  readonly #turns = new Turns();
  readonly #posting = new Underway<KeyedEvent[]>();
  readonly #recording = new Underway<boolean>();
  /** References of provider adjustments, and the first claim that each names. */
  readonly #references: Map<string, number | undefined>;
  #window: Waiting[] = [];
  #lines = 0;

  /**
   * @param header as it stands in the file that is read now
   * @param isResumed whether some of it may have been posted by a run that was cut off
   */
  constructor(
    private readonly parts: PostingParts,
    private readonly log: RemittanceLog,
    private readonly tally: RemittanceTally,
    header: AdviceHeader,
    private readonly providerAdjustments: readonly ProviderAdjustment[],
    private readonly options: { createAccounts: boolean; isResumed: boolean; sender: Sender },
  ) {
    const { received } = log.state;
    if (!received) throw new Error('a remittance is posted that was never received');
    this.#received = received;
    this.#shift = received.document.segment - header.segment;
    this.#method = methodOf(header.payment);
    this.#references = new Map(
      providerAdjustments
        .filter(({ reference }) => reference !== '')
        .map(({ reference }) => [reference, undefined]),
    );
    parts.lookups.nextRemittance();
  }

  /** The next claim of the remittance. Comes back when there is room for one more. */
  async take(claim: Claim): Promise<void> {
    this.#refer(claim);
    if (this.log.state.claims.of(claim.number) !== 'open') return;
    this.#window.push({ statement: this.#statementOf(claim), findings: claim.findings });
    this.#lines += claim.lines.length;
    if (this.#window.length >= CLAIMS_AT_ONCE || this.#lines >= LINES_AT_ONCE) await this.#next();
  }

  /** All claims were taken: posts what is left of them, and the provider adjustments, and completes the remittance. */
  async end(): Promise<void> {
    await this.#next();
    await this.#next();
    await this.#recording.ended();
    await this.#postProviderAdjustments();
    await this.#complete();
  }

  /** Resolves when nothing is under way any more, however it ended. */
  async idle(): Promise<void> {
    await this.#posting.idle();
    await this.#recording.idle();
  }

  /** Records what the last claims came to, while the next are posted. */
  async #next(): Promise<void> {
    const window = this.#window;
    this.#window = [];
    this.#lines = 0;
    // Asked before those before them are posted: the database is often busy, and the answers do not hang on these.
    const known = this.#lookUp(window);
    // It may fail before it is waited for.
    known.catch(() => undefined);
    const events = (await this.#posting.ended()) ?? [];
    await this.#recording.ended();
    if (window.length > 0) await this.#seeOthers(known);
    if (events.length > 0) this.#recording.begin(this.#record(events));
    if (window.length > 0) this.#posting.begin(this.#post(window, known));
  }

  /**
   * Reads what others have recorded since, as late as can be: what another process has suspended may have been decided on
   * by now, and must not be posted beside that. Nothing is being appended to the stream meanwhile.
   */
  async #seeOthers(known: Promise<unknown>): Promise<void> {
    await Promise.allSettled([known]);
    await this.log.catchUp();
  }

  #statementOf(claim: Claim): ClaimStatement {
    const { remittanceId, payer, trace, effectiveOn, currency } = this.#received;
    const statement = statementOf(claim, {
      remittanceId,
      payerId: payer.id,
      ...(trace && { trace }),
      effectiveOn,
      currency,
      method: this.#method,
    });
    return shifted(plainStatement(statement), this.#shift);
  }

  /** What is known of the claims that can be posted. */
  async #lookUp(window: readonly Waiting[]): Promise<Map<ClaimStatement, Known>> {
    const statements = window.filter(({ findings }) => !stops(findings)).map(({ statement }) => statement);
    if (statements.length === 0) return new Map();
    const all = await this.parts.lookups.known(statements, this.options.isResumed);
    return new Map(statements.map((statement, i) => [statement, all[i]!]));
  }

  async #post(
    window: readonly Waiting[],
    lookedUp: Promise<Map<ClaimStatement, Known>>,
  ): Promise<KeyedEvent[]> {
    const known = await lookedUp;
    const open = window.filter(({ statement }) => this.log.state.claims.of(statement.claim) === 'open');
    const posted = await Promise.allSettled(
      open.map((waiting) => this.#outcomeOf(waiting, known.get(waiting.statement))),
    );
    // Only when nothing is under way any more may the caller hear of what failed.
    for (const result of posted) if (result.status === 'rejected') throw result.reason;
    return posted.map((result) => (result as PromiseFulfilledResult<KeyedEvent>).value);
  }

  /** Posts a claim, in its turn among those of the same CLP01, and gives the event that says what became of it. */
  async #outcomeOf({ statement, findings }: Waiting, known: Known | undefined): Promise<KeyedEvent> {
    const about = recordedFindings(findings, this.#shift);
    if (!known)
      return claimSuspended(statement, { reason: 'does_not_balance', facts: {}, candidates: [] }, about);
    const { createAccounts, sender } = this.options;
    const post = (): Promise<ClaimOutcome> =>
      this.parts.claims.post(statement, known, { createAccounts }, sender);
    const outcome =
      statement.claimId === '' ? await post() : await this.#turns.take(ledgerId(statement.claimId), post);
    if (outcome.kind === 'suspended') return claimSuspended(statement, outcome, about);
    this.tally.tell(statement.claim, outcome);
    return claimPosted(statement, outcome, about);
  }

  /** Another process may do the same remittance: what it recorded meanwhile is not recorded again. */
  #record(events: readonly KeyedEvent[]): Promise<boolean> {
    const missing = () =>
      events.filter(
        ({ event }) => 'claim' in event.data && this.log.state.claims.of(event.data.claim ?? 0) === 'open',
      );
    return this.log.append(missing, this.options.sender);
  }

  #refer(claim: Claim): void {
    for (const reference of [claim.patientControlNumber, claim.payerClaimNumber]) {
      if (this.#references.has(reference)) {
        this.#references.set(reference, this.#references.get(reference) ?? claim.number);
      }
    }
  }

  async #postProviderAdjustments(): Promise<void> {
    const { sender } = this.options;
    const entries = this.providerAdjustments
      .filter(({ number }) => !this.log.state.providerAdjustments.has(number))
      .map((adjustment) =>
        controlEntryOf(
          this.#received,
          adjustment,
          adjustment.segment + this.#shift,
          this.#references.get(adjustment.reference),
        ),
      );
    await this.parts.controlAccounts.post(entries, sender);
    const events = entries.map(adjustmentPosted);
    await this.log.append(
      ({ providerAdjustments }) =>
        events.filter(
          ({ event }) =>
            event.type === 'ProviderAdjustmentPosted' && !providerAdjustments.has(event.data.number),
        ),
      sender,
    );
  }

  async #complete(): Promise<void> {
    const { remittanceId, effectiveOn } = this.#received;
    await this.log.append(({ standing, claims }) => {
      if (standing !== 'accepted') return [];
      const posted = claims.count('posted');
      const suspended = claims.count('suspended') + claims.count('rejected');
      return [
        {
          key: 'completed',
          event: { type: 'RemittanceCompleted', data: { remittanceId, posted, suspended, effectiveOn } },
        },
      ];
    }, this.options.sender);
  }
}
