import type { Sender } from '../../commands/sender.js';
import type { Today } from '../../commands/today.js';
import type { Accounts } from '../../commands/transact.js';
import { Turns } from '../../commands/turns.js';
import { ProblemError, problemError, validationFailed } from '../../http/problem.js';
import { laterOf } from '../../ledger/calendar.js';
import { isPredetermination } from '../../ledger/claim-status.js';
import type { ClaimStatement } from '../../ledger/claim-statement.js';
import type { ClaimSettlement } from '../../ledger/events.js';
import { formatMoney, money } from '../../ledger/money.js';
import type { RecordedFinding, RemittanceDataOf, Resolution } from '../../ledger/remittance-events.js';
import { differingFields } from '../../ledger/same-content.js';
import { adjudicationIdOf } from '../../ledger/adjudication-id.js';
import type { ClaimOutcome, PostedClaim, SuspendedClaim } from '../settlement/claim-outcome.js';
import { controlAccountIdOf } from '../settlement/payer-id.js';
import { planResolution } from '../settlement/plan-resolution.js';
import type { BesideStreams } from './beside-stream.js';
import type { ClaimDirectory } from './claim-directory.js';
import { claimPosted, claimSuspended } from './claim-events.js';
import { ClaimPosting } from './claim-posting.js';
import type { ControlAccounts, ControlEntry } from './control-accounts.js';
import { isOfAll } from './is-of-all.js';
import { Lookups } from './lookups.js';
import type { Received } from './received-advice.js';
import { RemittanceLog } from './remittance-log.js';
import type { ClaimStanding, RemittanceState } from './remittance-state.js';
import { standsNow } from './stands-now.js';
import type { SuspendedStatement } from './unfinished-work.js';

const ATTEMPTS_MAX = 10;

/** What somebody decides on a claim. */
export interface ClaimDecision {
  /** Of the decision: repeating it with the same content finishes it, and does nothing twice. */
  resolutionId: string;
  /**
   * `assign`: post it on the given account, if it belongs there. `post`: post it as it is, on the given account or where it
   * belongs, though it does not balance or came with this payment before; of a posted claim, post what is held. `reject`:
   * give it up; of a posted claim, what is held of it; of a reversal that waits, the waiting.
   */
  resolution: Resolution;
  /** Wanted for `assign`, possible for `post`. */
  accountId?: string;
  /** Why; no names of persons. */
  reason: string;
}

/** How a claim stands after a decision. */
export interface ResolvedClaim {
  remittanceId: string;
  claim: number;
  resolutionId: string;
  resolution: Resolution;
  status: 'posted' | 'waiting' | 'moves_nothing' | 'rejected';
  /** Where it is posted. */
  accountId?: string;
  adjudicationId?: string;
  /** Whether a part of it is held still. */
  hasHeld: boolean;
  /** Whether this call recorded anything. */
  appended: boolean;
}

type Resolved = RemittanceDataOf<'RemittanceClaimResolved'>;

/** What is posted from, and what was said when it was suspended. */
type SuspendedAs = Pick<RemittanceDataOf<'RemittanceClaimSuspended'>, 'statement' | 'findings' | 'facts'>;

/** What the stream of a remittance says of one claim. */
interface AboutClaim {
  claim: number;
  suspended: RemittanceDataOf<'RemittanceClaimSuspended'> | undefined;
  posted: RemittanceDataOf<'RemittanceClaimPosted'> | undefined;
  /** By decision: how the claim stood when it was made. */
  decidedWhen: Map<string, ClaimStanding>;
}

/** What posting a suspended claim came to, or would. */
interface Posting {
  outcome: ClaimOutcome;
  /** Whether its account and charges may be opened. */
  createAccounts: boolean;
}

/** A remittance and a claim of it, as they stand now. */
interface Case {
  log: RemittanceLog;
  received: Received;
  about: AboutClaim;
}

export interface ResolvingParts extends BesideStreams {
  accounts: Pick<Accounts, 'post'>;
  directory: ClaimDirectory;
  controlAccounts: ControlAccounts;
  today: Today;
}

/**
 * Carries out what people decide on claims. A decision is recorded on the remittance first, at the revision that it was
 * made on, so that of two people who decide on one claim one is told so; then it is carried out. One that was cut off in
 * between is finished by repeating it, by the next decision on that claim, or when a service resumes. What the ledger
 * tries again by itself goes the same way.
 */
export class Resolving {
  readonly #turns = new Turns();

  constructor(private readonly parts: ResolvingParts) {}

  /** See `RemittanceImport.resolveClaim`. */
  resolve(
    remittanceId: string,
    claim: number,
    decision: ClaimDecision,
    sender: Sender,
  ): Promise<ResolvedClaim> {
    requireAccount(decision);
    return this.#inTurn(remittanceId, claim, async () => {
      for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
        const resolved = await this.#decide(await this.#read(remittanceId, claim), decision, sender);
        if (resolved) return resolved;
      }
      throw problemError(
        'claim_busy',
        503,
        'Others keep deciding on this claim; send it again with the same id.',
      );
    });
  }

  /**
   * Posts a suspended claim on the account that was found for it. As with a decision, it is recorded first that this is
   * begun, at the revision at which the claim is suspended and nobody has decided on it; what was begun and cut off is
   * finished.
   *
   * @param log of its remittance
   * @param found what posting it would come to
   * @param createAccounts whether charges that are missing may be opened
   * @returns whether this posted it, or said that it was posted
   */
  postAgain(
    log: RemittanceLog,
    { statement, findings }: SuspendedStatement,
    found: PostedClaim,
    { createAccounts }: { createAccounts: boolean },
    sender: Sender,
  ): Promise<boolean> {
    const { remittanceId, claim } = statement;
    return this.#inTurn(remittanceId, claim, async () => {
      await log.catchUp();
      const { received, claims, begun, resolutions } = log.state;
      if (!received || claims.of(claim) !== 'suspended') return false;
      if (!found.isNew) return this.#sayPosted(log, statement, found, findings, sender);
      const underway = resolutions.get(begun.get(claim) ?? '');
      const decided =
        underway ?? againOn(found.accountId, createAccounts, log.state, claim, this.parts.today);
      if (!underway && !(await this.#begin(log, decided, 'suspended', sender))) return false;
      await this.#carryOutPosting({ log, received }, { statement, findings, facts: {} }, decided, sender);
      return claims.of(claim) === 'posted';
    });
  }

  /** Does something about a claim on which nobody in this process decides meanwhile. */
  #inTurn<T>(remittanceId: string, claim: number, work: () => Promise<T>): Promise<T> {
    return this.#turns.take(`${remittanceId} ${claim}`, work);
  }

  /**
   * Finishes decisions that were recorded and may not have been carried out. One whose remittance or account fails keeps
   * no other from its end.
   *
   * @returns why some could not be finished; they are found again the next time
   * @throws what says that nothing can be done now, see {@link isOfAll}
   */
  async carryOutAll(
    decisions: readonly { remittanceId: string; resolutionId: string }[],
    sender: Sender,
  ): Promise<unknown[]> {
    const failed: unknown[] = [];
    for (const { remittanceId, resolutionId } of decisions) {
      try {
        await this.#carryOutOne(remittanceId, resolutionId, sender);
      } catch (error) {
        if (isOfAll(error)) throw error;
        failed.push(error);
      }
    }
    return failed;
  }

  async #carryOutOne(remittanceId: string, resolutionId: string, sender: Sender): Promise<void> {
    const log = await RemittanceLog.open(this.parts, remittanceId);
    const decided = log.state.resolutions.get(resolutionId);
    if (!decided) return;
    await this.#inTurn(remittanceId, decided.claim, async () => {
      await this.#finish(await this.#read(remittanceId, decided.claim), decided, sender);
    });
  }

  /** Undefined when others were faster, so that it has to be decided anew. */
  async #decide(it: Case, decision: ClaimDecision, sender: Sender): Promise<ResolvedClaim | undefined> {
    const { log, received } = it;
    const { claim } = it.about;
    const earlier = log.state.resolutions.get(decision.resolutionId);
    if (earlier) {
      requireSame(decision, claim, earlier);
      return this.#carryOut(it, earlier, sender);
    }
    const begun = log.state.resolutions.get(log.state.begun.get(claim) ?? '');
    if (begun) {
      await this.#finish(it, begun, sender);
      return undefined;
    }
    if (await this.#healed(it, sender)) return undefined;
    const standing = log.state.claims.of(claim);
    const found = await this.#requirePossible(it, decision, sender);
    const data: Resolved = {
      remittanceId: received.remittanceId,
      claim,
      ...decision,
      ...(found && { found }),
      effectiveOn: laterOf(this.parts.today.now(), received.effectiveOn),
    };
    const appended = await this.#begin(log, data, standing, sender);
    return appended ? { ...(await this.#carryOut(it, data, sender)), appended } : undefined;
  }

  /**
   * Records a decision on a claim that stands so, and on which none is begun.
   *
   * @returns false when the claim stands otherwise by now; nothing is recorded then
   */
  #begin(log: RemittanceLog, data: Resolved, standing: ClaimStanding, sender: Sender): Promise<boolean> {
    const { claim, resolutionId } = data;
    return log.append(
      ({ claims, begun, resolutions }) =>
        claims.of(claim) === standing && !begun.has(claim) && !resolutions.has(resolutionId)
          ? [{ key: `resolution ${resolutionId}`, event: { type: 'RemittanceClaimResolved', data } }]
          : [],
      sender,
    );
  }

  /** Says of a suspended claim that it is on an account. */
  #sayPosted(
    log: RemittanceLog,
    statement: ClaimStatement,
    posted: PostedClaim,
    findings: RecordedFinding[],
    sender: Sender,
  ): Promise<boolean> {
    return log.append(
      ({ claims }) =>
        claims.of(statement.claim) === 'suspended' ? [claimPosted(statement, posted, findings)] : [],
      sender,
    );
  }

  /** A run that was cut off may have posted the claim on its account, and not have come to say so. */
  async #healed({ log, about }: Case, sender: Sender): Promise<boolean> {
    if (log.state.claims.of(about.claim) !== 'suspended' || !about.suspended) return false;
    const { directory, accounts } = this.parts;
    await directory.catchUp();
    const posted = await directory.accountsOfAdjudications(log.remittanceId, [about.claim]);
    const accountId = posted.get(about.claim);
    if (accountId === undefined) return false;
    const { statement, findings } = about.suspended;
    const posting = new ClaimPosting(accounts, new Lookups(directory));
    const outcome = await posting.wouldBe({ accountId }, statement, { createAccounts: false }, sender);
    if (outcome.kind !== 'posted' || outcome.isNew) return false;
    return this.#sayPosted(log, statement, outcome, findings, sender);
  }

  /**
   * @returns where it would be posted, when the decision leaves that open
   * @throws ProblemError when the decision could not be carried out as things are
   */
  async #requirePossible(it: Case, decision: ClaimDecision, sender: Sender): Promise<Resolved['found']> {
    const { claim, suspended, posted } = it.about;
    const standing = it.log.state.claims.of(claim);
    if (standing === 'suspended' && suspended) {
      if (decision.resolution === 'reject') return undefined;
      const isAsRead = suspended.reason !== 'does_not_balance' || decision.resolution === 'post';
      const { outcome, createAccounts }: Posting = isAsRead
        ? await this.#post(it.received, suspended, decision, sender, { onTrial: true })
        : {
            outcome: { kind: 'suspended', reason: suspended.reason, facts: suspended.facts, candidates: [] },
            createAccounts: false,
          };
      if (outcome.kind === 'suspended') throw notPossible(outcome);
      return decision.accountId === undefined ? { accountId: outcome.accountId, createAccounts } : undefined;
    }
    if (standing === 'posted' && posted && decision.resolution !== 'assign') {
      const now = await standsNow(this.parts.accounts, posted.accountId, posted.adjudicationId, sender);
      if (now?.hasHeld) return undefined;
      if (now?.settlement === 'waits_for_original' && decision.resolution === 'reject') return undefined;
    }
    throw problemError(
      'claim_not_suspended',
      422,
      'The claim is not suspended, and nothing of it waits or is held that this could decide.',
      { standing },
    );
  }

  /** Finishes a decision; one that cannot be carried out any more leaves the claim suspended, which is an end too. */
  async #finish(it: Case, decided: Resolved, sender: Sender): Promise<void> {
    try {
      await this.#carryOut(it, decided, sender);
    } catch (error) {
      if (!(error instanceof ProblemError) || error.problem.code !== 'resolution_not_possible') throw error;
    }
  }

  /** Does what is left to be done of a decision that is recorded. */
  async #carryOut(it: Case, decided: Resolved, sender: Sender): Promise<ResolvedClaim> {
    const { claim, resolutionId, resolution } = decided;
    const { log } = it;
    const { posted, decidedWhen } = it.about;
    let appended = false;
    if (decidedWhen.get(resolutionId) === 'posted') {
      if (!posted) throw new Error('a decision was made on a claim that is posted nowhere');
      const { accountId, adjudicationId } = posted;
      const plan = planResolution(accountId, {
        adjudicationId,
        resolutionId,
        decision: resolution === 'reject' ? 'drop' : 'release',
        effectiveOn: decided.effectiveOn,
        reason: decided.reason,
      });
      const done = await this.parts.accounts.post(plan, sender);
      if (done.result.kind === 'refused') {
        throw notPossible({ kind: 'suspended', reason: 'refused', facts: done.result.facts, candidates: [] });
      }
      appended = done.appended;
      if (done.result.kind === 'given_up') {
        appended = (await this.#leaveToControlAccount(it, posted, decided, sender)) || appended;
      }
    } else if (resolution === 'reject') {
      const { statement } = it.about.suspended!;
      appended = await this.#leaveToControlAccount(it, statement, decided, sender);
    } else if (log.state.begun.get(claim) === resolutionId) {
      await this.#carryOutPosting(it, it.about.suspended!, decided, sender);
      appended = true;
    }
    return { ...(await this.#stands(it, decided, sender)), appended };
  }

  async #carryOutPosting(
    { log, received }: Pick<Case, 'log' | 'received'>,
    suspended: SuspendedAs,
    decided: Resolved,
    sender: Sender,
  ): Promise<void> {
    const { statement, findings } = suspended;
    const { claim, resolutionId } = decided;
    const { outcome } = await this.#post(received, suspended, decided, sender, { onTrial: false });
    // What was possible when it was decided may not be any more: then it is suspended as before, for what is so now.
    const event =
      outcome.kind === 'posted'
        ? claimPosted(statement, outcome, findings)
        : claimSuspended(statement, outcome, findings, resolutionId);
    await log.append(({ begun }) => (begun.get(claim) === resolutionId ? [event] : []), sender);
  }

  /**
   * Posts a suspended claim on the account that the decision names, or that was found for it when that was recorded; on
   * trial, where neither is known yet, on the one that is found.
   */
  async #post(
    received: Received,
    { statement, facts }: SuspendedAs,
    decided: Pick<Resolved, 'resolution' | 'accountId' | 'found' | 'again'>,
    sender: Sender,
    { onTrial }: { onTrial: boolean },
  ): Promise<Posting> {
    if (statement.lines.length === 0) {
      return {
        outcome: { kind: 'suspended', reason: 'refused', facts, candidates: [] },
        createAccounts: false,
      };
    }
    const { accounts, directory } = this.parts;
    const lookups = new Lookups(directory);
    const posting = new ClaimPosting(accounts, lookups);
    const { resolution, found, again } = decided;
    const released = { ...(resolution === 'post' && { released: true }) };
    const accountId = decided.accountId ?? found?.accountId;
    if (accountId !== undefined) {
      const createAccounts = (again ?? found)?.createAccounts ?? false;
      const options = { createAccounts, ...released };
      const outcome = onTrial
        ? await posting.wouldBe({ accountId }, statement, options, sender)
        : await posting.on(accountId, statement, options, sender);
      return { outcome, createAccounts };
    }
    const [known] = await lookups.known([statement], true);
    const createAccounts = resolution === 'post' && received.createAccounts;
    const options = { createAccounts, ...released };
    const outcome = onTrial
      ? await posting.wouldBe({ known: known! }, statement, options, sender)
      : await posting.post(statement, known!, options, sender);
    // Of several accounts one is chosen whose charges match, so that none has to be opened.
    return { outcome, createAccounts: createAccounts && known!.accounts.length < 2 };
  }

  /** What a rejected claim was paid is owed back to the payer, or by it: it leaves clearing for the control account. */
  async #leaveToControlAccount(
    { received, about }: Case,
    rejected: Pick<ClaimStatement, 'status' | 'paid' | 'payerClaimNumber' | 'segment'>,
    { effectiveOn }: Resolved,
    sender: Sender,
  ): Promise<boolean> {
    // What is outside of every sum was never in clearing.
    const paid = money(isPredetermination(rejected) ? '0' : rejected.paid);
    if (paid.isZero()) return false;
    const { remittanceId, payer, provider, currency } = received;
    const entry: ControlEntry = {
      controlAccountId: controlAccountIdOf(payer.id, provider.id),
      entryId: `${adjudicationIdOf(remittanceId, about.claim)}.rejected`,
      payerId: payer.id,
      providerId: provider.id,
      currency,
      effectiveOn,
      amount: formatMoney(paid.negated(), currency),
      reason: 'claim_rejected',
      reference: rejected.payerClaimNumber,
      remittance: { id: remittanceId, claim: about.claim, segment: rejected.segment },
    };
    return this.parts.controlAccounts.post([entry], sender);
  }

  /** @throws ProblemError when the decision came to nothing, since things changed before it was carried out */
  async #stands(
    { log, about }: Case,
    { remittanceId, claim, resolutionId, resolution }: Resolved,
    sender: Sender,
  ): Promise<Omit<ResolvedClaim, 'appended'>> {
    const common = { remittanceId, claim, resolutionId, resolution };
    if (log.state.claims.of(claim) === 'rejected') return { ...common, status: 'rejected', hasHeld: false };
    const { posted, suspended } = about;
    if (log.state.claims.of(claim) !== 'posted' || !posted) {
      const { reason, facts, candidates } = suspended!;
      throw notPossible({ kind: 'suspended', reason, facts, candidates });
    }
    const { accountId, adjudicationId } = posted;
    const now = await standsNow(this.parts.accounts, accountId, adjudicationId, sender);
    return {
      ...common,
      status: now?.isGivenUp ? 'rejected' : statusOf(now?.settlement ?? 'posted'),
      accountId,
      adjudicationId,
      hasHeld: now?.hasHeld ?? false,
    };
  }

  /** @throws ProblemError when there is no such remittance, or no such claim in it */
  async #read(remittanceId: string, claim: number): Promise<Case> {
    const about: AboutClaim = { claim, suspended: undefined, posted: undefined, decidedWhen: new Map() };
    const log = await RemittanceLog.open(this.parts, remittanceId, ({ type, data }, before) => {
      if (!('claim' in data) || data.claim !== claim) return;
      if (type === 'RemittanceClaimSuspended') about.suspended = data;
      else if (type === 'RemittanceClaimPosted') about.posted = data;
      else if (type === 'RemittanceClaimResolved') about.decidedWhen.set(data.resolutionId, before);
    });
    const { received } = log.state;
    if (!received) {
      throw problemError('remittance_not_found', 404, 'There is no such remittance.', { remittanceId });
    }
    if (claim < 1 || claim > received.claims) {
      throw problemError('claim_not_found', 404, 'The remittance has no such claim.', {
        remittanceId,
        claim,
        claims: received.claims,
      });
    }
    return { log, received, about };
  }
}

/** What is recorded when a claim is tried again: which account was found for it. */
function againOn(
  accountId: string,
  createAccounts: boolean,
  { received, resolutions }: RemittanceState,
  claim: number,
  today: Today,
): Resolved {
  const { remittanceId, effectiveOn } = received!;
  let times = 1;
  while (resolutions.has(`again.${claim}.${times}`)) times += 1;
  return {
    remittanceId,
    claim,
    resolutionId: `again.${claim}.${times}`,
    resolution: 'assign',
    accountId,
    effectiveOn: laterOf(today.now(), effectiveOn),
    reason: 'tried again: the account and its charges are there by now',
    again: { createAccounts },
  };
}

function statusOf(settlement: ClaimSettlement): ResolvedClaim['status'] {
  return settlement === 'waits_for_original' ? 'waiting' : settlement;
}

function requireAccount({ resolution, accountId }: ClaimDecision): void {
  if (resolution === 'assign' && accountId === undefined) {
    throw validationFailed([{ field: 'accountId', message: 'is required to assign' }]);
  }
  if (resolution === 'reject' && accountId !== undefined) {
    throw validationFailed([{ field: 'accountId', message: 'says nothing when a claim is rejected' }]);
  }
}

function requireSame(decision: ClaimDecision, claim: number, earlier: Resolved): void {
  const differs = differingFields({ claim, ...decision }, earlier);
  if (decision.accountId === undefined && earlier.accountId !== undefined) differs.push('accountId');
  if (differs.length === 0) return;
  throw problemError('id_already_used', 409, 'This id stands for another decision; choose another id.', {
    id: decision.resolutionId,
    usedBy: 'RemittanceClaimResolved',
    differs,
  });
}

function notPossible({ reason, facts, candidates }: SuspendedClaim): ProblemError {
  return problemError(
    'resolution_not_possible',
    422,
    'The claim cannot be posted so: `reason` and `facts` say why. Mend that, assign it elsewhere, or reject it.',
    { reason, facts, candidates },
  );
}
