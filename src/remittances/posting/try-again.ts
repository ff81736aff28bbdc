import type { Sender } from '../../commands/sender.js';
import type { Accounts } from '../../commands/transact.js';
import type { Position } from '../../event-store/event-store.js';
import type { BesideStreams } from './beside-stream.js';
import type { ClaimDirectory } from './claim-directory.js';
import { ClaimPosting } from './claim-posting.js';
import { Lookups } from './lookups.js';
import { RemittanceLog } from './remittance-log.js';
import type { Resolving } from './resolve-claim.js';
import type { SuspendedStatement, UnfinishedWork } from './unfinished-work.js';

/** So many claims are held at once; all that could be posted are gone through. */
const CLAIMS_AT_ONCE = 500;

export interface TryingAgainParts extends BesideStreams {
  accounts: Pick<Accounts, 'post'>;
  directory: ClaimDirectory;
  unfinished: UnfinishedWork;
  resolving: Pick<Resolving, 'postAgain'>;
}

/** The file that was imported last. */
export interface ImportedFile {
  /** Whether accounts are opened for claims of it which found none when it was imported without. */
  createAccounts: boolean;
  /** Its remittances by id. */
  logs: ReadonlyMap<string, RemittanceLog>;
}

/**
 * Tries claims again that found no account, or no charge, when their remittance came: what they wanted may have come
 * since. Those that still find none stay as they are, without an event.
 *
 * All of them are gone through, but only those are tried of which an account that could be theirs was appended to since
 * the last time, which is one question to the read models (see {@link UnfinishedWork.toTryAgain}): 0.2 s for 10,000
 * suspended claims, 2 s where thousands of accounts have charges of their days and amounts (measured with PGlite). Where
 * the last time was is remembered by this process only: at first, and in each run of a command, it is where the claim's
 * remittance came.
 */
export class TryingAgain {
  #since: Position | undefined;

  constructor(private readonly parts: TryingAgainParts) {}

  /**
   * To be called when something was imported.
   *
   * @returns ids of the remittances of which something was posted
   */
  async after(file: ImportedFile, sender: Sender): Promise<Set<string>> {
    const { directory, unfinished } = this.parts;
    await directory.catchUp();
    const upTo = await unfinished.upTo();
    const claims = await unfinished.toTryAgain(this.#since, file.createAccounts ? [...file.logs.keys()] : []);
    const posted = new Set<string>();
    for (let at = 0; at < claims.length; at += CLAIMS_AT_ONCE) {
      const some = await unfinished.statements(claims.slice(at, at + CLAIMS_AT_ONCE));
      for (const [remittanceId, suspended] of Map.groupBy(some, ({ statement }) => statement.remittanceId)) {
        if (await this.#ofOneRemittance(remittanceId, suspended, file, sender)) posted.add(remittanceId);
      }
    }
    this.#since = upTo;
    return posted;
  }

  /** Whether any was posted. */
  async #ofOneRemittance(
    remittanceId: string,
    suspended: readonly SuspendedStatement[],
    file: ImportedFile,
    sender: Sender,
  ): Promise<boolean> {
    const { accounts, directory, resolving } = this.parts;
    const lookups = new Lookups(directory);
    const posting = new ClaimPosting(accounts, lookups);
    const known = await lookups.known(
      suspended.map(({ statement }) => statement),
      true,
    );
    let log = file.logs.get(remittanceId);
    const createAccounts = file.createAccounts && log !== undefined;
    let isPosted = false;
    for (const [i, one] of suspended.entries()) {
      // One that was too large for its event lost its lines, and with them the way to be posted.
      if (one.statement.lines.length === 0) continue;
      const found = await posting.wouldBe({ known: known[i]! }, one.statement, { createAccounts }, sender);
      if (found.kind === 'suspended') continue;
      log ??= await RemittanceLog.open(this.parts, remittanceId);
      // Of several accounts one is chosen whose charges match, so that none has to be opened.
      const options = { createAccounts: createAccounts && known[i]!.accounts.length < 2 };
      if (await resolving.postAgain(log, one, found, options, sender)) isPosted = true;
    }
    return isPosted;
  }
}
