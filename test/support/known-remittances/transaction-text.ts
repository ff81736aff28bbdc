import type { CalendarDate } from '../../../src/ledger/calendar.js';
import { sum, x12Amount } from './cents-text.js';
import type {
  KnownAdjustment,
  KnownLine,
  KnownProcedure,
  KnownProviderAdjustment,
  KnownStatement,
  KnownTransaction,
} from './model.js';

/** The name of every patient of the generator: it must be found nowhere but in the files. */
export const PATIENT_NAME = 'ZZNAMEOFAPATIENT';

/** Pairs of reason and amount that a PLB has room for; triples of a CAS. */
const PAIRS = 6;
const TRIPLES = 6;

/** The segments between ST and SE, with the usual delimiters. */
export function transactionSegments(transaction: KnownTransaction): string[] {
  const { payer, providerId, payment, statements } = transaction;
  const direction = payment < 0 ? 'D' : 'C';
  const method = payment === 0 ? 'NON' : 'ACH';
  return [
    `BPR*I*${x12Amount(Math.abs(payment))}*${direction}*${method}*CCP*01*999999999*DA*1*${payer.id}**01*999999999*DA*2*${ccyymmdd(transaction.paidOn)}`,
    `TRN*1*${transaction.traceNumber}*${payer.id}`,
    `DTM*405*${ccyymmdd(transaction.producedOn)}`,
    `N1*PR*${payer.name}*XV*${payer.id}`,
    `N1*PE*GENERAL HOSPITAL*XX*${providerId}`,
    ...(statements.length > 0 ? ['LX*1'] : []),
    ...statements.flatMap((statement) => statementSegments(statement, transaction.version)),
    ...providerAdjustmentSegments(transaction.providerAdjustments),
  ];
}

function statementSegments(statement: KnownStatement, version: '4010' | '5010'): string[] {
  const { claimId, status, charge, paid, payerClaimNumber, crossover } = statement;
  const casOf = (adjustments: readonly KnownAdjustment[]): string[] =>
    casSegments(version === '4010' && status === '22' ? asCorrections(adjustments) : adjustments);
  const responsibility = sum(
    [...statement.adjustments, ...statement.lines.flatMap((line) => line.adjustments)]
      .filter(({ group }) => group === 'PR')
      .map(({ amount }) => amount),
  );
  return [
    `CLP*${claimId}*${status}*${x12Amount(charge)}*${x12Amount(paid)}*${x12Amount(responsibility)}*12*${payerClaimNumber}*11*1`,
    ...casOf(statement.adjustments),
    `NM1*QC*1*${PATIENT_NAME}*FIRST****MI*MEMBER1`,
    ...(crossover ? [`NM1*TT*2*${crossover.name}*****PI*${crossover.id}`] : []),
    ...(statement.originalClaimNumber ? [`REF*F8*${statement.originalClaimNumber}`] : []),
    ...statement.lines.flatMap((line) => lineSegments(line, casOf(line.adjustments))),
  ];
}

function lineSegments({ of, charge, paid, named }: KnownLine, cas: string[]): string[] {
  return [
    `SVC*${procedureText(of.procedure)}*${x12Amount(charge)}*${x12Amount(paid)}**1`,
    `DTM*472*${ccyymmdd(of.serviceDate)}`,
    ...cas,
    ...(named ? [`REF*6R*${of.chargeId}`] : []),
  ];
}

function procedureText({ qualifier, code, modifiers }: KnownProcedure): string {
  return [qualifier, code, ...modifiers].join(':');
}

/** 4010 has a group of its own for what a reversal takes back. */
function asCorrections(adjustments: readonly KnownAdjustment[]): KnownAdjustment[] {
  return adjustments.map((adjustment) => ({ ...adjustment, group: 'CR' }));
}

/** One CAS a group, more where a group has more than fit. */
function casSegments(adjustments: readonly KnownAdjustment[]): string[] {
  const groups = Map.groupBy(adjustments, ({ group }) => group);
  return [...groups].flatMap(([group, of]) =>
    inPieces(of, TRIPLES).map((piece) =>
      [`CAS*${group}`, piece.map(({ reason, amount }) => `${reason}*${x12Amount(amount)}`).join('**')].join(
        '*',
      ),
    ),
  );
}

function providerAdjustmentSegments(adjustments: readonly KnownProviderAdjustment[]): string[] {
  const providers = Map.groupBy(adjustments, ({ providerId }) => providerId);
  return [...providers].flatMap(([providerId, of]) =>
    inPieces(of, PAIRS).map((piece) =>
      [
        `PLB*${providerId}*20261231`,
        ...piece.map(({ reason, reference, amount }) => `${reason}:${reference}*${x12Amount(amount)}`),
      ].join('*'),
    ),
  );
}

function inPieces<T>(items: readonly T[], size: number): T[][] {
  const pieces: T[][] = [];
  for (let at = 0; at < items.length; at += size) pieces.push(items.slice(at, at + size));
  return pieces;
}

function ccyymmdd(date: CalendarDate): string {
  return date.replaceAll('-', '');
}
