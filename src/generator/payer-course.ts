import { type Cents, dollars, permilleOf } from './cents.js';
import type { Coverage, Payer } from './payers.js';
import type { Random } from './random.js';
import { type Line, type Script, allocationsOf, asParty, sumOfParts } from './script.js';

/** What the payers did with a claim. */
export interface PayerOutcome {
  /** The day from which the patient can be asked for the rest; undefined while the claim still lies with a payer. */
  patientFrom?: number;
}

const DENIALS = [
  { groupCode: 'CO', reasonCode: '16', remarkCodes: ['M51'], why: 'incomplete' },
  { groupCode: 'CO', reasonCode: '197', remarkCodes: ['N706'], why: 'no authorization' },
  { groupCode: 'CO', reasonCode: '29', why: 'too late' },
  { groupCode: 'CO', reasonCode: '50', remarkCodes: ['N115'], why: 'not necessary' },
  { groupCode: 'PR', reasonCode: '204', why: 'not covered' },
] as const;

/** The claim's way through its payers: denied, appealed, paid, taken back, handed to the secondary. */
export function payClaim(
  script: Script,
  random: Random,
  coverage: Coverage & { primary: Payer },
  lines: Line[],
  claim: { billedOn: number; isVisit: boolean },
): PayerOutcome {
  const { primary, secondary } = coverage;
  if (random.permille(35)) {
    script.note(claim.billedOn + 45, 'call', 'Payer has no claim on file, resent');
    return {};
  }
  let day = claim.billedOn + random.between(...primary.answerDays);
  if (random.permille(primary.denialPermille)) {
    const decided = dispute(script, random, primary, lines, day);
    if (!decided.paysAfterAll) return decided.outcome;
    day = decided.day;
  }
  const payment = settle(script, random, coverage, lines, day, claim.isVisit);
  if (payment && random.permille(30)) takeBack(script, random, primary, payment, day);
  if (secondary && lines.some((line) => line.atSecondary > 0)) {
    return paySecondary(script, random, secondary, lines, day);
  }
  return { patientFrom: day };
}

/** The primary's remittance: payment, contractual adjustment, and what falls to the patient or the next payer. */
function settle(
  script: Script,
  random: Random,
  { primary, secondary }: Coverage & { primary: Payer },
  lines: Line[],
  day: number,
  isVisit: boolean,
): { paymentId: string; parts: { chargeId: string; cents: Cents }[] } | undefined {
  const responsible = asParty(primary);
  const effectiveOn = script.on(day);
  const trace = `EFT${script.on(day).replaceAll('-', '')}${random.between(1000, 9999)}`;
  const hasDeductible = random.permille(primary.coinsurancePermille > 0 ? 220 : 0);
  let deductibleLeft = hasDeductible ? random.between(40, 600) * 100 : 0;
  const shares = lines.map((line, i) => {
    const allowed = permilleOf(line.price, primary.allowedPermille);
    const copay = isVisit && i === 0 ? Math.min(primary.copayCents, allowed) : 0;
    const deductible = copay > 0 ? 0 : Math.min(deductibleLeft, allowed);
    deductibleLeft -= deductible;
    const coinsurance = copay > 0 ? 0 : permilleOf(allowed - deductible, primary.coinsurancePermille);
    const paid = allowed - copay - deductible - coinsurance;
    return {
      line,
      contractual: line.price - allowed,
      paid,
      transfers: { 1: deductible, 2: coinsurance, 3: copay },
    };
  });

  const parts = shares.map(({ line, paid }) => ({ chargeId: line.chargeId, cents: paid }));
  const paymentId = script.id('PMT');
  if (sumOfParts(parts) > 0) {
    script.add(day, {
      type: 'PostPayment',
      paymentId,
      amount: dollars(sumOfParts(parts)),
      from: responsible,
      method: 'eft',
      reference: trace,
      effectiveOn,
      allocations: allocationsOf(parts, responsible),
    });
  }
  const contractual = shares.map(({ line, contractual: cents }) => ({ chargeId: line.chargeId, cents }));
  if (sumOfParts(contractual) > 0) {
    script.add(day, {
      type: 'PostAdjustment',
      adjustmentId: script.id('ADJ'),
      amount: dollars(sumOfParts(contractual)),
      category: 'contractual',
      groupCode: 'CO',
      reasonCode: '45',
      effectiveOn,
      allocations: allocationsOf(contractual, responsible),
    });
  }
  for (const { line, transfers } of shares) {
    line.atPayer = 0;
    for (const [reasonCode, cents] of Object.entries(transfers)) {
      if (cents === 0) continue;
      if (secondary) line.atSecondary += cents;
      else line.atPatient += cents;
      script.add(day, {
        type: 'TransferResponsibility',
        transferId: script.id('TRF'),
        chargeId: line.chargeId,
        amount: dollars(cents),
        from: responsible,
        to: secondary ? asParty(secondary, 'secondary') : { party: 'patient' },
        groupCode: 'PR',
        reasonCode,
        effectiveOn,
      });
    }
  }
  return sumOfParts(parts) > 0 ? { paymentId, parts } : undefined;
}

/** A denial and what became of it. */
function dispute(
  script: Script,
  random: Random,
  primary: Payer,
  lines: Line[],
  deniedOn: number,
): { paysAfterAll: true; day: number } | { paysAfterAll: false; outcome: PayerOutcome } {
  const { why, ...codes } = random.pick(DENIALS);
  const denialId = script.id('DEN');
  script.add(deniedOn, {
    type: 'RecordDenial',
    denialId,
    payerId: primary.id,
    claimId: script.claimId,
    lines: lines.map(({ chargeId, price }) => ({
      chargeId,
      amount: dollars(price),
      groupCode: codes.groupCode,
      reasonCode: codes.reasonCode,
      ...('remarkCodes' in codes ? { remarkCodes: [...codes.remarkCodes] } : {}),
    })),
    effectiveOn: script.on(deniedOn),
    appealBy: script.on(deniedOn + 120),
  });
  const resolve = (
    day: number,
    outcome: 'overturned' | 'upheld' | 'written_off' | 'transferred' | 'rebilled',
    entryId?: string,
  ): void => {
    script.add(day, {
      type: 'ResolveDenial',
      resolutionId: script.id('RES'),
      denialId,
      outcome,
      ...(entryId === undefined ? {} : { entryId }),
      effectiveOn: script.on(day),
    });
  };
  const stays = { paysAfterAll: false, outcome: {} } as const;

  if (why === 'incomplete') {
    const day = deniedOn + random.between(3, 15);
    script.note(day, 'internal', 'Claim completed and sent again');
    resolve(day, 'rebilled');
    return { paysAfterAll: true, day: day + random.between(...primary.answerDays) };
  }
  if (why === 'not covered') {
    const day = deniedOn + random.between(5, 20);
    let entryId: string | undefined;
    for (const line of lines) {
      entryId = script.id('TRF');
      script.add(day, {
        type: 'TransferResponsibility',
        transferId: entryId,
        chargeId: line.chargeId,
        amount: dollars(line.price),
        from: asParty(primary),
        to: { party: 'patient' },
        groupCode: codes.groupCode,
        reasonCode: codes.reasonCode,
        effectiveOn: script.on(day),
      });
      line.atPatient += line.price;
      line.atPayer = 0;
    }
    resolve(day, 'transferred', entryId);
    return { paysAfterAll: false, outcome: { patientFrom: day } };
  }
  if (random.permille(200)) return stays;

  let day = deniedOn + random.between(7, 40);
  for (let level = 1; level <= 2; level++) {
    script.add(day, {
      type: 'AppealDenial',
      denialId,
      appealId: script.id('APL'),
      level,
      filedOn: script.on(day),
      respondBy: script.on(day + 60),
    });
    if (random.permille(150)) return stays;
    day += random.between(25, 60);
    if (random.permille(450)) {
      resolve(day, 'overturned');
      return { paysAfterAll: true, day: day + random.between(3, 12) };
    }
    resolve(day, 'upheld');
    day += random.between(5, 30);
    if (random.permille(500)) break;
  }
  const adjustmentId = script.id('ADJ');
  const parts = lines.map(({ chargeId, atPayer }) => ({ chargeId, cents: atPayer }));
  script.add(day, {
    type: 'PostAdjustment',
    adjustmentId,
    amount: dollars(sumOfParts(parts)),
    category: 'other',
    groupCode: codes.groupCode,
    reasonCode: codes.reasonCode,
    effectiveOn: script.on(day),
    allocations: allocationsOf(parts, asParty(primary)),
  });
  for (const line of lines) line.atPayer = 0;
  resolve(day, 'written_off', adjustmentId);
  return stays;
}

/** The payer recovers its payment; mostly it pays again later, a little less. */
function takeBack(
  script: Script,
  random: Random,
  primary: Payer,
  { paymentId, parts }: { paymentId: string; parts: { chargeId: string; cents: Cents }[] },
  paidOn: number,
): void {
  const day = paidOn + random.between(45, 120);
  script.add(day, {
    type: 'ReverseEntry',
    reversalId: script.id('REV'),
    reverses: paymentId,
    reason: 'takeback',
    effectiveOn: script.on(day),
    note: 'Recovered by the payer after an audit',
  });
  if (random.permille(350)) return;
  const again = day + random.between(10, 40);
  const repaid = parts.map(({ chargeId, cents }) => ({ chargeId, cents: permilleOf(cents, 950) }));
  script.add(again, {
    type: 'PostPayment',
    paymentId: script.id('PMT'),
    amount: dollars(sumOfParts(repaid)),
    from: asParty(primary),
    method: 'eft',
    effectiveOn: script.on(again),
    allocations: allocationsOf(repaid, asParty(primary)),
  });
  const lost = parts.map(({ chargeId, cents }, i) => ({ chargeId, cents: cents - repaid[i]!.cents }));
  if (sumOfParts(lost) === 0) return;
  script.add(again, {
    type: 'PostAdjustment',
    adjustmentId: script.id('ADJ'),
    amount: dollars(sumOfParts(lost)),
    category: 'contractual',
    groupCode: 'CO',
    reasonCode: '97',
    effectiveOn: script.on(again),
    allocations: allocationsOf(lost, asParty(primary)),
  });
}

/** The secondary pays what the primary left, mostly all of it; the rest is the patient's. */
function paySecondary(
  script: Script,
  random: Random,
  secondary: Payer,
  lines: Line[],
  primaryPaidOn: number,
): PayerOutcome {
  if (random.permille(60)) return {};
  const day = primaryPaidOn + random.between(...secondary.answerDays);
  const responsible = asParty(secondary, 'secondary');
  const share = random.weighted([
    [75, 1000],
    [15, 600],
    [10, 0],
  ] as const);
  const parts = lines.map(({ chargeId, atSecondary }) => ({
    chargeId,
    cents: permilleOf(atSecondary, share),
  }));
  if (sumOfParts(parts) > 0) {
    script.add(day, {
      type: 'PostPayment',
      paymentId: script.id('PMT'),
      amount: dollars(sumOfParts(parts)),
      from: responsible,
      method: random.permille(800) ? 'eft' : 'lockbox',
      effectiveOn: script.on(day),
      allocations: allocationsOf(parts, responsible),
    });
  }
  lines.forEach((line, i) => {
    const rest = line.atSecondary - parts[i]!.cents;
    line.atSecondary = 0;
    if (rest === 0) return;
    line.atPatient += rest;
    script.add(day, {
      type: 'TransferResponsibility',
      transferId: script.id('TRF'),
      chargeId: line.chargeId,
      amount: dollars(rest),
      from: responsible,
      to: { party: 'patient' },
      groupCode: 'PR',
      reasonCode: '2',
      effectiveOn: script.on(day),
    });
  });
  return { patientFrom: day };
}
