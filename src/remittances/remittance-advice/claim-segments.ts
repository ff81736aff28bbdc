import type { Segment } from '../../x12/segment.js';
import {
  type Adjudication,
  type Adjustment,
  type AdviceFinding,
  type Claim,
  type ClaimGroup,
  type Contact,
  type Name,
  type Procedure,
  type ServiceLine,
  CLAIM_STATUSES,
} from './model.js';
import type { Find, ValueReader } from './value-reader.js';

/*
 * What single segments of claims and lines say. Each function reads one segment; what cannot be read is found.
 */

const ADJUSTMENT_GROUPS: ReadonlySet<string> = new Set(['CO', 'PR', 'OA', 'PI', 'CR']);

export function readClp(
  segment: Segment,
  number: number,
  group: ClaimGroup | undefined,
  findings: AdviceFinding[],
  values: ValueReader,
  find: Find,
): Claim {
  const patientControlNumber = segment.value(1);
  if (patientControlNumber === '') find('patient_control_number_missing', segment);
  const status = segment.value(2);
  if (!CLAIM_STATUSES.has(status)) find('claim_status_unknown', segment);
  return {
    number,
    segment: segment.number,
    lastSegment: segment.number,
    position: segment.position,
    patientControlNumber,
    status,
    charge: values.money(segment, 3),
    paid: values.money(segment, 4),
    patientResponsibility: values.information(segment, 5),
    filingIndicator: segment.value(6),
    payerClaimNumber: segment.value(7),
    facilityType: segment.value(8),
    frequency: segment.value(9),
    patientStatus: segment.value(10),
    drg: segment.value(11),
    drgWeight: values.quantity(segment, 12),
    dischargeFraction: values.quantity(segment, 13),
    group,
    adjustments: [],
    references: [],
    dates: [],
    amounts: [],
    quantities: [],
    adjudications: [],
    contacts: [],
    lines: [],
    personal: {},
    findings,
  };
}

export function readSvc(segment: Segment, number: number, values: ValueReader, find: Find): ServiceLine {
  const procedure = readProcedure(segment, 1, find);
  if (procedure.code === '') find('procedure_missing', segment);
  return {
    number,
    segment: segment.number,
    lastSegment: segment.number,
    position: segment.position,
    procedure,
    charge: values.lineMoney(segment, 2),
    paid: values.lineMoney(segment, 3),
    revenueCode: segment.value(4) || undefined,
    unitsPaid: values.quantity(segment, 5),
    originalProcedure: segment.value(6) === '' ? undefined : readProcedure(segment, 6, find),
    unitsBilled: values.quantity(segment, 7),
    adjustments: [],
    references: [],
    dates: [],
    amounts: [],
    quantities: [],
    remarks: [],
  };
}

/** Qualifier, code, up to four modifiers, description. Some payers part them by `:` whatever ISA16 says. */
function readProcedure(segment: Segment, element: number, find: Find): Procedure {
  let parts = segment.components(element);
  const other = parts.length === 1 ? /^[A-Z][A-Z0-9]([:>^|<])[A-Z0-9]/.exec(parts[0]!)?.[1] : undefined;
  if (other !== undefined) {
    find('component_separator_differs', segment);
    parts = parts[0]!.split(other);
  }
  const description = parts[6];
  return {
    qualifier: parts[0] ?? '',
    code: parts[1] ?? '',
    modifiers: parts.length > 2 ? parts.slice(2, 6).filter((modifier) => modifier !== '') : [],
    ...(description && { description }),
  };
}

/** A group, then reason, amount and units, as often as there are any. */
export function readCas(segment: Segment, into: Adjustment[], values: ValueReader, find: Find): void {
  const group = segment.value(1);
  if (!ADJUSTMENT_GROUPS.has(group)) find('adjustment_group_unknown', segment);
  for (let element = 2; element <= segment.length; element += 3) {
    const reason = segment.value(element);
    if (reason === '') {
      if (segment.value(element + 1) === '') continue;
      find('adjustment_reason_missing', segment);
    }
    into.push({
      group,
      reason,
      amount: values.money(segment, element + 1),
      quantity: values.quantity(segment, element + 2),
      segment: segment.number,
    });
  }
}

export function readNm1(segment: Segment, claim: Claim): void {
  const { personal } = claim;
  switch (segment.value(1)) {
    case 'QC':
      personal.patient ??= nameOf(segment);
      break;
    case 'IL':
      personal.insured ??= nameOf(segment);
      break;
    case '74':
      personal.corrected ??= nameOf(segment);
      break;
    case 'GB':
      personal.otherSubscriber ??= nameOf(segment);
      break;
    case '82':
      personal.renderingProvider ??= nameOf(segment);
      claim.renderingProvider ??= { idQualifier: segment.value(8), id: segment.value(9) };
      break;
    case 'TT':
      claim.crossoverPayer ??= payerOf(segment);
      break;
    case 'PR':
      claim.priorityPayer ??= payerOf(segment);
      break;
  }
}

function nameOf(segment: Segment): Name {
  return {
    entityType: segment.value(2),
    last: segment.value(3),
    first: segment.value(4),
    middle: segment.value(5),
    suffix: segment.value(7),
    idQualifier: segment.value(8),
    id: segment.value(9),
  };
}

function payerOf(segment: Segment): { name: string; idQualifier: string; id: string } {
  return { name: segment.value(3), idQualifier: segment.value(8), id: segment.value(9) };
}

/** Where the remark codes stand in MIA and in MOA. */
const REMARK_ELEMENTS = { MIA: [5, 20, 21, 22, 23], MOA: [3, 4, 5, 6, 7] } as const;

export function readAdjudication(segment: Segment, tag: 'MIA' | 'MOA'): Adjudication {
  const elements: readonly number[] = REMARK_ELEMENTS[tag];
  const adjudication: Adjudication = {
    kind: tag === 'MIA' ? 'inpatient' : 'outpatient',
    remarks: [],
    values: [],
  };
  for (let element = 1; element <= segment.length; element += 1) {
    const value = segment.value(element);
    if (value === '') continue;
    if (elements.includes(element)) adjudication.remarks.push(value);
    else adjudication.values.push({ element, value });
  }
  return adjudication;
}

export function readPer(segment: Segment): Contact {
  const numbers: Contact['numbers'] = [];
  for (let element = 3; element < segment.length; element += 2) {
    const number = segment.value(element + 1);
    if (number !== '') numbers.push({ qualifier: segment.value(element), number });
  }
  return { function: segment.value(1), name: segment.value(2), numbers };
}
