import type { Sender } from '../../commands/sender.js';
import type { Accounts } from '../../commands/transact.js';
import { claimPosted } from './claim-events.js';
import type { BesideStreams } from './beside-stream.js';
import type { ClaimDirectory } from './claim-directory.js';
import { ClaimPosting } from './claim-posting.js';
import type { PlanOptions } from '../settlement/claim-outcome.js';
import { type Known, Lookups } from './lookups.js';
import { RemittanceLog } from './remittance-log.js';
import type { Resolving } from './resolve-claim.js';
import type { SuspendedStatement, UnfinishedWork } from './unfinished-work.js';

/** So many claims, the oldest first, are tried again after each file. */
const TRIED_MAX = 2000;

/**
 * Tries claims again that found no account, or no charge, when their remittance came: what they wanted may have come
 * since. Those that still find none stay as they are, without an event.
 *
 * @param file the remittances of the file that was imported last: with `createAccounts`, accounts are opened for claims
 * of these which found none when the file was imported without
 * @returns ids of the remittances of which something was posted
 */
export async function tryAgain(
  parts: BesideStreams & {
    accounts: Pick<Accounts, 'post'>;
    directory: ClaimDirectory;
    unfinished: UnfinishedWork;
    resolving: Pick<Resolving, 'inTurn'>;
  },
  file: { createAccounts: boolean; logs: Map<string, RemittanceLog> },
  sender: Sender,
): Promise<Set<string>> {
  await parts.directory.catchUp();
  const posted = new Set<string>();
  const suspended = await parts.unfinished.suspendedClaims(TRIED_MAX);
  const byRemittance = Map.groupBy(suspended, ({ statement }) => statement.remittanceId);
  for (const [remittanceId, claims] of byRemittance) {
    const lookups = new Lookups(parts.directory);
    const posting = new ClaimPosting(parts.accounts, lookups);
    const statements = claims.map(({ statement }) => statement);
    const known = await lookups.known(statements, true);
    const ofFile = file.logs.get(remittanceId);
    const options = { createAccounts: file.createAccounts && ofFile !== undefined };
    let log = ofFile;
    for (const [i, { statement, findings }] of claims.entries()) {
      const trial = await posting.wouldBe({ known: known[i]! }, statement, options, sender);
      if (trial.kind === 'suspended') continue;
      log ??= await RemittanceLog.open(parts, remittanceId);
      const again: Again = { posting, log, statement, findings, known: known[i]!, options };
      if (await parts.resolving.inTurn(remittanceId, statement.claim, () => postAgain(again, sender))) {
        posted.add(remittanceId);
      }
    }
  }
  return posted;
}

interface Again extends SuspendedStatement {
  posting: ClaimPosting;
  log: RemittanceLog;
  known: Known;
  options: PlanOptions;
}

/** Posts a claim that is still suspended, and on which nobody has decided. */
async function postAgain(
  { posting, log, statement, findings, known, options }: Again,
  sender: Sender,
): Promise<boolean> {
  const { claim } = statement;
  await log.catchUp();
  if (log.state.claims.of(claim) !== 'suspended' || log.state.begun.has(claim)) return false;
  const outcome = await posting.post(statement, known, options, sender);
  if (outcome.kind === 'suspended') return false;
  return log.append(
    ({ claims }) => (claims.of(claim) === 'posted' ? [] : [claimPosted(statement, outcome, findings)]),
    sender,
  );
}
