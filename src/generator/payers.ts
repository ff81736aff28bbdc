import type { Random } from './random.js';

/** A made-up payer and what its contract says. */
export interface Payer {
  id: string;
  kind: 'commercial' | 'medicare' | 'medicaid';
  /** The contracted part of the hospital's prices, in thousandths. */
  allowedPermille: number;
  /** How often it refuses a claim at first, in thousandths. */
  denialPermille: number;
  /** How long it takes to answer, in days from the claim. */
  answerDays: readonly [from: number, to: number];
  /** The part of the allowed amount that falls to the patient, in thousandths. */
  coinsurancePermille: number;
  /** What the patient pays at the desk for a visit, in cents. */
  copayCents: number;
}

const COMMERCIAL: readonly Payer[] = [
  {
    id: 'NORTHFIELD-PPO',
    kind: 'commercial',
    allowedPermille: 620,
    denialPermille: 90,
    answerDays: [12, 34],
    coinsurancePermille: 200,
    copayCents: 3500,
  },
  {
    id: 'HARBOR-MUTUAL',
    kind: 'commercial',
    allowedPermille: 585,
    denialPermille: 110,
    answerDays: [14, 41],
    coinsurancePermille: 200,
    copayCents: 4000,
  },
  {
    id: 'SILVERLINE-HMO',
    kind: 'commercial',
    allowedPermille: 540,
    denialPermille: 140,
    answerDays: [18, 55],
    coinsurancePermille: 100,
    copayCents: 2500,
  },
  {
    id: 'GRANITE-EMPLOYERS',
    kind: 'commercial',
    allowedPermille: 680,
    denialPermille: 70,
    answerDays: [10, 28],
    coinsurancePermille: 150,
    copayCents: 3000,
  },
];

const MEDICARE: Payer = {
  id: 'MEDICARE',
  kind: 'medicare',
  allowedPermille: 415,
  denialPermille: 60,
  answerDays: [14, 19],
  coinsurancePermille: 200,
  copayCents: 0,
};

const MEDICAID: Payer = {
  id: 'MEDICAID',
  kind: 'medicaid',
  allowedPermille: 330,
  denialPermille: 120,
  answerDays: [21, 60],
  coinsurancePermille: 0,
  copayCents: 0,
};

const SUPPLEMENT: Payer = {
  id: 'EVERGREEN-SUPPLEMENT',
  kind: 'commercial',
  allowedPermille: 415,
  denialPermille: 0,
  answerDays: [15, 30],
  coinsurancePermille: 0,
  copayCents: 0,
};

/** Who pays for a patient: nobody but the patient, one payer, or two in order. */
export interface Coverage {
  primary?: Payer;
  secondary?: Payer;
}

/** Draws the coverage of a patient in the mix of an ordinary hospital. */
export function drawCoverage(random: Random): Coverage {
  const kind = random.weighted([
    [46, 'commercial'],
    [27, 'medicare'],
    [17, 'medicaid'],
    [10, 'self-pay'],
  ] as const);
  switch (kind) {
    case 'commercial': {
      const primary = random.pick(COMMERCIAL);
      if (!random.permille(60)) return { primary };
      return { primary, secondary: COMMERCIAL.find((p) => p !== primary)! };
    }
    case 'medicare':
      return random.permille(550)
        ? { primary: MEDICARE, secondary: random.permille(700) ? SUPPLEMENT : MEDICAID }
        : { primary: MEDICARE };
    case 'medicaid':
      return { primary: MEDICAID };
    case 'self-pay':
      return {};
  }
}
