import type { PostAdjustment } from '../ledger/rules/post-adjustment.js';
import { type Cents, dollars, permilleOf } from './cents.js';
import type { Random } from './random.js';
import { type Line, type Script, allocationsOf, spread, sumOfParts } from './script.js';

const PATIENT = { party: 'patient' } as const;
const NSF_FEE: Cents = 2500;

type Parts = { chargeId: string; cents: Cents }[];

/** What the patient does about the rest of the bill: pays, pays in parts, too much, not at all. */
export function payPatientShare(script: Script, random: Random, lines: Line[], from: number): void {
  const open = (): Parts => lines.map(({ chargeId, atPatient }) => ({ chargeId, cents: atPatient }));
  const due = sumOfParts(open());
  if (due === 0) return;
  const statement = from + random.between(3, 10);
  script.note(statement, 'letter', 'Statement sent');
  const day = statement + random.between(7, 50);
  const course = random.weighted([
    [46, 'pays'],
    [14, 'pays in parts'],
    [6, 'pays a little less'],
    [5, 'pays too much'],
    [5, 'pays without saying for what'],
    [3, 'check bounces'],
    [6, 'is helped'],
    [8, 'never pays'],
    [7, 'is silent'],
  ] as const);
  switch (course) {
    case 'pays':
      pay(script, random, day, open(), due);
      return;
    case 'pays in parts': {
      const count = Math.min(random.between(2, 6), due);
      const kept = random.permille(300) ? random.between(1, count - 1) : count;
      const rest = open();
      for (let i = 0; i < kept; i++) {
        const left = sumOfParts(rest);
        const parts = spread(i === count - 1 ? left : Math.floor(due / count), rest);
        pay(script, random, day + i * 30, parts, sumOfParts(parts));
        rest.forEach((part, at) => (part.cents -= parts[at]!.cents));
      }
      return;
    }
    case 'pays a little less': {
      const missing = Math.min(random.between(12, 499), due);
      const parts = spread(due - missing, open());
      if (due > missing) pay(script, random, day, parts, sumOfParts(parts));
      const left = open().map(({ chargeId, cents }, i) => ({ chargeId, cents: cents - parts[i]!.cents }));
      writeOff(script, day + 45, left, 'small_balance');
      return;
    }
    case 'pays too much': {
      const extra = random.between(5, 90) * 100;
      const paymentId = pay(script, random, day, open(), due + extra);
      if (random.permille(600)) refund(script, random, day + random.between(14, 55), paymentId, extra);
      return;
    }
    case 'pays without saying for what': {
      const paymentId = pay(script, random, day, [], due);
      const assigned = day + random.between(1, 9);
      script.add(assigned, {
        type: 'ApplyCredit',
        allocationId: script.id('APP'),
        source: { paymentId },
        effectiveOn: script.on(assigned),
        allocations: allocationsOf(open(), PATIENT),
      });
      return;
    }
    case 'check bounces':
      bounce(script, random, day, open(), due);
      return;
    case 'is helped': {
      script.note(day, 'call', 'Asked for financial assistance');
      const share = random.pick([1000, 1000, 750, 500]);
      writeOff(script, day + random.between(10, 40), portion(open(), share), 'charity');
      return;
    }
    case 'never pays': {
      script.note(statement + 35, 'letter', 'Second statement sent');
      script.note(statement + 70, 'letter', 'Final notice sent');
      const lost = statement + random.between(125, 160);
      writeOff(script, lost, open(), 'bad_debt');
      if (random.permille(350)) recover(script, random, lost + random.between(20, 110), open());
      return;
    }
    case 'is silent':
      script.note(statement + 35, 'call', 'No answer, message left');
      return;
  }
}

/** Takes the copay at the desk, before anybody has answered the claim: credit of the patient until then. */
export function takeCopay(script: Script, random: Random, day: number, copay: Cents): string {
  return pay(script, random, day, [], copay);
}

/** Uses the copay for what fell to the patient; what is too much goes back, sooner or later. */
export function applyCopay(
  script: Script,
  random: Random,
  day: number,
  copay: { paymentId: string; cents: Cents },
  lines: Line[],
): void {
  const parts = spread(
    copay.cents,
    lines.map(({ chargeId, atPatient }) => ({ chargeId, cents: atPatient })),
  );
  const used = sumOfParts(parts);
  if (used > 0) {
    script.add(day, {
      type: 'ApplyCredit',
      allocationId: script.id('APP'),
      source: { paymentId: copay.paymentId },
      effectiveOn: script.on(day),
      allocations: allocationsOf(parts, PATIENT),
    });
    lines.forEach((line, i) => (line.atPatient -= parts[i]!.cents));
  }
  if (copay.cents > used && random.permille(600)) {
    refund(script, random, day + random.between(20, 60), copay.paymentId, copay.cents - used);
  }
}

function pay(script: Script, random: Random, day: number, parts: Parts, amount: Cents): string {
  const paymentId = script.id('PMT');
  const method = random.weighted([
    [50, 'card'],
    [20, 'check'],
    [14, 'ach'],
    [9, 'cash'],
    [7, 'lockbox'],
  ] as const);
  const allocations = allocationsOf(parts, PATIENT);
  script.add(day, {
    type: 'PostPayment',
    paymentId,
    amount: dollars(amount),
    from: PATIENT,
    method,
    effectiveOn: script.on(day),
    ...(method === 'check' ? { reference: `CK${random.between(1000, 9999)}` } : {}),
    ...(allocations.length > 0 ? { allocations } : {}),
  });
  return paymentId;
}

function writeOff(script: Script, day: number, parts: Parts, category: PostAdjustment['category']): void {
  if (sumOfParts(parts) === 0) return;
  script.add(day, {
    type: 'PostAdjustment',
    adjustmentId: script.id('ADJ'),
    amount: dollars(sumOfParts(parts)),
    category,
    effectiveOn: script.on(day),
    allocations: allocationsOf(parts, PATIENT),
  });
}

function refund(script: Script, random: Random, day: number, paymentId: string, cents: Cents): void {
  script.add(day, {
    type: 'IssueRefund',
    refundId: script.id('RFD'),
    amount: dollars(cents),
    to: PATIENT,
    method: random.pick(['check', 'card'] as const),
    source: { paymentId },
    reason: 'Paid too much',
    effectiveOn: script.on(day),
  });
}

/** A check that the bank returns: the payment is reversed, a fee charged, and mostly all is paid in the end. */
function bounce(script: Script, random: Random, day: number, parts: Parts, due: Cents): void {
  const paymentId = script.id('PMT');
  script.add(day, {
    type: 'PostPayment',
    paymentId,
    amount: dollars(due),
    from: PATIENT,
    method: 'check',
    reference: `CK${random.between(1000, 9999)}`,
    effectiveOn: script.on(day),
    allocations: allocationsOf(parts, PATIENT),
  });
  const returned = day + random.between(4, 9);
  script.add(returned, {
    type: 'ReverseEntry',
    reversalId: script.id('REV'),
    reverses: paymentId,
    reason: 'nsf',
    effectiveOn: script.on(returned),
  });
  const chargeId = script.id('FEE');
  script.add(returned, {
    type: 'PostCharge',
    chargeId,
    serviceDate: script.on(returned),
    effectiveOn: script.on(returned),
    amount: dollars(NSF_FEE),
    code: { system: 'LOCAL', value: 'NSF-FEE' },
    responsible: PATIENT,
    description: 'Returned check',
  });
  if (random.permille(300)) return;
  const all = [...parts, { chargeId, cents: NSF_FEE }];
  pay(script, random, returned + random.between(10, 40), all, due + NSF_FEE);
}

/** Money after the write-off, through a collector: it reinstates as much bad debt first. */
function recover(script: Script, random: Random, day: number, parts: Parts): void {
  const recovered = portion(parts, random.pick([1000, 600, 400]));
  if (sumOfParts(recovered) === 0) return;
  script.add(day, {
    type: 'PostPayment',
    paymentId: script.id('PMT'),
    amount: dollars(sumOfParts(recovered)),
    from: { party: 'other', name: 'Ridgeway Recovery' },
    method: 'ach',
    effectiveOn: script.on(day),
    allocations: allocationsOf(recovered, PATIENT),
  });
}

function portion(parts: Parts, permille: number): Parts {
  return parts.map(({ chargeId, cents }) => ({ chargeId, cents: permilleOf(cents, permille) }));
}
