/*
 * What becomes of the sample files, written down by hand from what they say and from the rules of duplicates. Alone: only
 * the files that do not balance; of all others every claim posts, see `figures-of-file.ts`.
 */

export interface UnbalancedOutcome {
  said: string;
  /** What stops: where, which rule, what the amounts come to, what is stated instead, and the difference. */
  findings: string[];
}

export const UNBALANCED_ALONE: Record<string, UnbalancedOutcome> = {
  'AlexJReid.scribe__sample_835.edi': {
    said: '1 of 1 suspended (does_not_balance); paid 0.00; in clearing 92.14',
    findings: [
      'claim 1 line 1 line_does_not_balance: 112.14, stated 92.14, difference -20.00',
      'claim 1 claim_does_not_balance: 78.78, stated 92.14, difference 13.36',
    ],
  },
  'LinuxForHealth.x12__tertiary-payment.835': {
    said: '1 of 1 suspended (does_not_balance); paid 0.00; in clearing 187.50',
    findings: ['claim 1 line 1 line_does_not_balance: 23020.00, stated 1766.50, difference -21253.50'],
  },
  // A predetermination is outside of all sums: it has nothing to balance with.
  'Nirmitee-tech.clearinghouse-simulator__00455.20260830165908.000310.ERA.835.edi': {
    said: '1 of 1 moving nothing; paid 0.00',
    findings: [],
  },
  'diasks2.era_835_parser__example_1.835': {
    said: 'held: transaction_does_not_balance',
    findings: ['transaction_does_not_balance: 5451.04, stated 15096.46, difference 9645.42'],
  },
  'genformai.edi-cli__sample-835.edi': {
    said: '3 of 3 suspended (does_not_balance); paid 0.00; in clearing 2350.75',
    findings: [
      'claim 1 line 1 line_does_not_balance: 375.00, stated 350.00, difference -25.00',
      'claim 2 line 1 line_does_not_balance: 425.25, stated 400.00, difference -25.25',
      'claim 2 line 2 line_does_not_balance: 425.25, stated 400.00, difference -25.25',
      'claim 3 line 1 line_does_not_balance: 562.63, stated 600.38, difference 37.75',
      'claim 3 line 2 line_does_not_balance: 562.62, stated 600.37, difference 37.75',
      'claim 3 claim_does_not_balance: 1125.25, stated 1200.75, difference 75.50',
    ],
  },
  'irobayna.stupidedi__3a.edi': {
    said: 'held: transaction_does_not_balance',
    findings: ['transaction_does_not_balance: 1224.54, stated 1222.00, difference -2.54'],
  },
  'javillegasna.oxedi__trizetto_sample.rmt': {
    said: 'held: transaction_does_not_balance',
    findings: [
      'transaction_does_not_balance: 1380.18, stated 1500.00, difference 119.82',
      'claim 1 claim_does_not_balance: 880.18, stated 1380.18, difference 500.00',
    ],
  },
};

const SIMULATOR = 'Nirmitee-tech.clearinghouse-simulator__00455.20260830165908';

/** What becomes of each file in one ledger, whatever came before it. */
const IN_ANY_ORDER: Record<string, string> = {
  'AlexJReid.scribe__facility_835.edi': '1 of 1 posted; paid 1450.00',
  'AlexJReid.scribe__neurology_835.edi': '1 of 1 posted; paid 210.00',
  'AlexJReid.scribe__professional_835.edi': '1 of 1 posted; paid 260.00',
  'AlexJReid.scribe__rehab_835.edi': '1 of 1 posted; paid 420.00',
  'AlexJReid.scribe__sample_835.edi': '1 of 1 suspended (does_not_balance); paid 0.00; in clearing 92.14',
  'AlexJReid.scribe__sample_835_multi_claim.edi': '2 of 2 posted; paid 190.00',
  'LinuxForHealth.x12__cob-contractural-adjustment.835': '1 of 1 posted; paid 34.00',
  'LinuxForHealth.x12__managed-care.835': '2 of 2 posted; paid 945.00',
  'LinuxForHealth.x12__secondary-payment.835': '2 of 2 posted; paid 1222.00',
  'LinuxForHealth.x12__tertiary-payment.835':
    '1 of 1 suspended (does_not_balance); paid 0.00; in clearing 187.50',
  // Two denials of a claim that is paid otherwise: recorded, and nothing moves.
  [`${SIMULATOR}.000285.ERA.835.edi`]: '1 of 1 posted; paid 0.00',
  [`${SIMULATOR}.000301.ERA.835.edi`]: '1 of 1 posted; paid 0.00',
  // Bundled, when it was paid already: what the patient still owes is given up, more is not there.
  [`${SIMULATOR}.000304.ERA.835.edi`]: '1 of 1 posted; paid 0.00; held adjustment CO-97 200.00',
  [`${SIMULATOR}.000310.ERA.835.edi`]: '1 of 1 moving nothing; paid 0.00',
  'affect-therapeutics.edi-835-parser__exhaustive_sample.txt': '1 of 1 moving nothing; paid 0.00',
  'diasks2.era_835_parser__example_1.835': 'held: transaction_does_not_balance',
  // The claim of examples 2 and 3 and of the Blue Cross file under a new trace: money to give back or to apply.
  'diasks2.era_835_parser__example_4.835':
    '1 of 1 posted; paid 1922.86; held payment 1922.86, adjustment CO-42 34.60',
  'genformai.edi-cli__sample-835.edi': '3 of 3 suspended (does_not_balance); paid 0.00; in clearing 2350.75',
  'genformai.edi-cli__simple-835.edi': '1 of 1 posted; paid 150.00',
  'gunajii.EDI-parser-and-validator__sample_835.edi': '1 of 1 posted; paid 80.00',
  'irobayna.stupidedi__1.edi': '1 of 1 posted; paid 20.61',
  'irobayna.stupidedi__3a.edi': 'held: transaction_does_not_balance',
  // Has the trace of others, and claims of its own.
  'irobayna.stupidedi__era-sample.edi': '1 of 1 posted; paid 132.00',
  'javillegasna.oxedi__balanced_5010_sample.txt': '4 of 4 posted; paid 720.00',
  'javillegasna.oxedi__trizetto_sample.rmt': 'held: transaction_does_not_balance',
  'keironstoddart.edi-835-parser__united_healthcare_legacy_sample.txt': '2 of 2 posted; paid 349.99',
};

const PAID_BEFORE = 'suspended (paid_by_this_payment_before)';
const ONE_BEFORE = `1 of 1 ${PAID_BEFORE}; paid 0.00; in clearing 1922.86`;
const TWO_BEFORE = `2 of 2 ${PAID_BEFORE}; paid 0.00; in clearing 149998.73`;
/** Paid again under a new trace: the payment and the discount find nothing open; the patient owes its part already. */
const AGAIN = '1 of 1 posted; paid 150.00; held payment 150.00, adjustment CO-45 20.00';

/**
 * All files into one ledger, in the order of their names. Ten of the simulator are one claim under ten traces; two groups
 * are one payment in several files; two of eMedNY share a patient's number and not the payer's.
 */
export const BY_NAME: Record<string, string> = {
  ...IN_ANY_ORDER,
  'LinuxForHealth.x12__demo.835': '2 of 2 posted; paid 149998.73',
  'irobayna.stupidedi__dollars-and-data-sent-together.edi': TWO_BEFORE,
  [`${SIMULATOR}.000160.ERA.835.edi`]: '1 of 1 posted; paid 150.00',
  [`${SIMULATOR}.000295.ERA.835.edi`]: AGAIN,
  [`${SIMULATOR}.000306.ERA.835.edi`]: AGAIN,
  [`${SIMULATOR}.000308.ERA.835.edi`]: AGAIN,
  [`${SIMULATOR}.000313.ERA.835.edi`]: '1 of 1 posted; paid 0.00; held transfer PR-200 170.00',
  [`${SIMULATOR}.000320.ERA.835.edi`]: AGAIN,
  'affect-therapeutics.edi-835-parser__emedny_sample.txt': '3 of 3 posted; paid 45.75',
  'keironstoddart.edi-835-parser__emedny_sample.txt': '3 of 3 posted; paid 45.75; held payment 45.75',
  'azoner.pyx12__835_mult_loops.txt': '1 of 1 posted; paid 0.00',
  'azoner.pyx12__x12testdata.py_bad_header_looping.source.txt': `2 of 2 ${PAID_BEFORE}; paid 0.00`,
  'diasks2.era_835_parser__example_2.835': '1 of 1 posted; paid 1922.86',
  'diasks2.era_835_parser__example_3.835': ONE_BEFORE,
  'keironstoddart.edi-835-parser__blue_cross_nc_sample.txt': ONE_BEFORE,
};

/** The same, from the last name to the first. */
export const FROM_THE_LAST: Record<string, string> = {
  ...IN_ANY_ORDER,
  'LinuxForHealth.x12__demo.835': TWO_BEFORE,
  'irobayna.stupidedi__dollars-and-data-sent-together.edi': '2 of 2 posted; paid 149998.73',
  [`${SIMULATOR}.000160.ERA.835.edi`]: AGAIN,
  [`${SIMULATOR}.000295.ERA.835.edi`]: AGAIN,
  [`${SIMULATOR}.000306.ERA.835.edi`]: AGAIN,
  [`${SIMULATOR}.000308.ERA.835.edi`]: AGAIN,
  [`${SIMULATOR}.000313.ERA.835.edi`]: '1 of 1 posted; paid 0.00; held transfer PR-200 170.00',
  [`${SIMULATOR}.000320.ERA.835.edi`]: '1 of 1 posted; paid 150.00',
  'affect-therapeutics.edi-835-parser__emedny_sample.txt': '3 of 3 posted; paid 45.75; held payment 45.75',
  'keironstoddart.edi-835-parser__emedny_sample.txt': '3 of 3 posted; paid 45.75',
  'azoner.pyx12__835_mult_loops.txt': `1 of 1 ${PAID_BEFORE}; paid 0.00`,
  'azoner.pyx12__x12testdata.py_bad_header_looping.source.txt': '2 of 2 posted; paid 0.00',
  'diasks2.era_835_parser__example_2.835': ONE_BEFORE,
  'diasks2.era_835_parser__example_3.835': ONE_BEFORE,
  'keironstoddart.edi-835-parser__blue_cross_nc_sample.txt': '1 of 1 posted; paid 1922.86',
};

/** What no order changes: ΣBPR02 and ΣPLB of what is not held, and CLP04 of what is suspended. */
export const BOOKS_TOGETHER = {
  'Assets:Cash': '317244.43',
  'Assets:PayerControl': '99.96',
  'Assets:RemittanceClearing': '-156474.84',
};

/** Accounts on which several files meet, by the order of the files where it matters. */
const MET = {
  'PCN-TEST': {
    charges: ['200.00'],
    payments: ['150.00', '150.00', '150.00', '150.00', '150.00'],
    writtenOff: '20.00',
    denied: '600.00',
    // What the payer left to the patient stays, whatever it says again under another trace.
    shares: { patient: '30.00' },
    unapplied: { 'payer|1999999984': '600.00' },
    balance: '-570.00',
  },
  '200200964A52': {
    charges: ['742.00', '890.00', '1210.00'],
    payments: ['1922.86', '1922.86'],
    writtenOff: '34.60',
    denied: '0.00',
    shares: { patient: '142.54', 'payer|560894904|primary': '742.00' },
    unapplied: { 'payer|560894904': '1922.86' },
    balance: '-1038.32',
  },
  // PATIENT ACCOUNT NUMBER
  'enc:UEFUSUVOVCBBQ0NPVU5UIE5VTUJFUg': {
    charges: ['2.75', '2.75', '5.50', '5.50', '6.00', '6.00', '12.00', '20.00', '20.00', '22.00'],
    payments: ['11.50', '11.50', '34.25', '34.25'],
    writtenOff: '0.00',
    denied: '113.50',
    shares: { 'payer|1000000000|secondary': '56.75' },
    unapplied: { 'payer|1000000000': '45.75' },
    balance: '11.00',
  },
  '666123': {
    charges: ['211366.97'],
    payments: ['138018.40'],
    writtenOff: '73348.57',
    denied: '0.00',
    shares: {},
    unapplied: {},
    balance: '0.00',
  },
  '777777': {
    charges: ['15000.00'],
    payments: ['11980.33'],
    writtenOff: '3019.67',
    denied: '0.00',
    shares: {},
    unapplied: {},
    balance: '0.00',
  },
};

export const MET_BY_NAME = {
  ...MET,
  '2005555A': {
    charges: ['127.80', '287.55', '500.04'],
    payments: [],
    writtenOff: '415.35',
    denied: '500.04',
    shares: { 'payer|1386000134|primary': '500.04' },
    unapplied: {},
    balance: '500.04',
  },
};

export const MET_FROM_THE_LAST = {
  ...MET,
  '2005555A': {
    charges: ['127.80', '127.80', '287.55', '287.55', '500.04', '500.04'],
    payments: [],
    writtenOff: '830.70',
    denied: '1000.08',
    shares: { 'payer|1386000134|primary': '1000.08' },
    unapplied: {},
    balance: '1000.08',
  },
};
