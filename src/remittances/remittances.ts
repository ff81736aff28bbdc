import type { Sender } from '../commands/sender.js';
import { streamBeside } from '../event-store/codec.js';
import type { EventStore, Position } from '../event-store/event-store.js';
import { type ProblemError, problemError } from '../http/problem.js';
import type { RemittanceDataOf } from '../ledger/remittance-events.js';
import { type SegmentText, claimText } from './claim-text.js';
import type { DocumentStore } from './documents/document-store.js';
import type { ClaimDirectory } from './posting/claim-directory.js';
import { readBeside } from './posting/read-beside.js';
import type { RemittanceImport } from './posting/remittance-import.js';
import { RemittanceLog } from './posting/remittance-log.js';
import type { ClaimDecision, ResolvedClaim } from './posting/resolve-claim.js';
import type { StreamWriter } from './posting/stream-writer.js';
import type { UnfinishedWork } from './posting/unfinished-work.js';

/** What imports files, until it is let go. */
export type Importing = Pick<RemittanceImport, 'importFile'> & AsyncDisposable;

export interface RemittancesParts {
  store: EventStore;
  writer: StreamWriter;
  documents: DocumentStore;
  directory: Pick<ClaimDirectory, 'catchUp'>;
  unfinished: Pick<UnfinishedWork, 'remittances'>;
  importing: RemittanceImport;
  /** Makes what imports on top of the ledger as it is, and keeps nothing. */
  rehearse: () => Promise<Importing>;
}

/** Payers' remittances, as the doors ask for them. */
export class Remittances {
  constructor(private readonly parts: RemittancesParts) {}

  /** @see RemittanceImport.importFile */
  forReal(): Promise<Importing> {
    const { importing } = this.parts;
    return Promise.resolve({
      importFile: (source, options) => importing.importFile(source, options),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  }

  /** Imports as {@link forReal} would, on top of the ledger as it is now, and forgets all of it in the end. */
  dryRun(): Promise<Importing> {
    return this.parts.rehearse();
  }

  /** The end of the log: a query that waits for it knows all that was done before. */
  position(): Promise<Position | undefined> {
    return this.parts.store.head();
  }

  /** @see RemittanceImport.resolveClaim */
  resolveClaim(
    remittanceId: string,
    claim: number,
    decision: ClaimDecision,
    sender: Sender,
  ): Promise<ResolvedClaim> {
    return this.parts.importing.resolveClaim(remittanceId, claim, decision, sender);
  }

  /**
   * The segments of a claim as they stand in the file that it came in. They hold names.
   *
   * @param claim its number within the remittance, from 1
   * @throws ProblemError `remittance_not_found`, `claim_not_found`; `text_erased` (410)
   * @throws EventLogDamaged when an event of the remittance cannot be read
   */
  async textOf(remittanceId: string, claim: number): Promise<{ segments: SegmentText[] }> {
    let received: RemittanceDataOf<'RemittanceReceived'> | undefined;
    let segment: number | undefined;
    for await (const stored of this.parts.store.readStream(streamBeside('remittance', remittanceId))) {
      const { event } = readBeside(stored);
      if (event.type === 'RemittanceReceived') received = event.data;
      else if (event.type === 'RemittanceClaimPosted' && event.data.claim === claim) {
        ({ segment } = event.data);
      } else if (event.type === 'RemittanceClaimSuspended' && event.data.claim === claim) {
        ({ segment } = event.data.statement);
      }
      if (segment !== undefined) break;
    }
    if (!received) throw notFound(remittanceId);
    if (segment === undefined) {
      throw problemError(
        'claim_not_found',
        404,
        'The remittance has no such claim, or it is not posted yet.',
        {
          remittanceId,
          claim,
        },
      );
    }
    const file = await this.parts.documents.open(received.document.sha256);
    if (!file) {
      throw problemError('text_erased', 410, 'The file that the remittance came in was erased.', {
        remittanceId,
      });
    }
    return { segments: await claimText(file, segment) };
  }

  /**
   * Erases the file that a remittance came in, for good; amounts, codes and numbers stay in the ledger.
   *
   * @throws ProblemError `remittance_not_found`; `remittance_not_completed` (422) when this or another remittance of the
   * file is not posted to its end, since that is gone on with from the file
   */
  async eraseText(remittanceId: string): Promise<void> {
    const { state } = await RemittanceLog.open(this.parts, remittanceId);
    if (!state.received) throw notFound(remittanceId);
    const { sha256 } = state.received.document;
    const isDone = state.standing === 'completed' || state.standing === 'held';
    if (!isDone || (await this.#isGoneOnWith(sha256))) {
      throw problemError(
        'remittance_not_completed',
        422,
        'Not all of it is posted yet, and that goes on from the file; import the file again first.',
        { remittanceId },
      );
    }
    await this.parts.documents.erase(sha256);
  }

  async #isGoneOnWith(sha256: string): Promise<boolean> {
    await this.parts.directory.catchUp();
    const unfinished = await this.parts.unfinished.remittances();
    return unfinished.some(({ documentSha256 }) => documentSha256 === sha256);
  }
}

function notFound(remittanceId: string): ProblemError {
  return problemError('remittance_not_found', 404, 'There is no remittance of this id.', { remittanceId });
}
