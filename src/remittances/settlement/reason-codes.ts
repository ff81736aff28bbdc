import type { StatedAdjustment } from '../../ledger/claim-statement.js';
import type { AdjustmentCategory } from '../../ledger/events.js';
import { money } from '../../ledger/money.js';

/**
 * What a claim adjustment reason code (CARC) means for money:
 * - `denial`: the payer refuses; nothing moves on a line that was not paid, until somebody decides;
 * - `paid_before`: on a line that was not paid a denial; beside a payment it repeats what earlier ones of this payer did;
 * - `bundled`, `capitation`, `contractual`: given up by contract or by the rules of payment;
 * - `interest`: interest or a penalty for late payment;
 * - `patient`: a part that coverage leaves to the insured;
 * - `prior_payer`: what payers before this one did; never posted again;
 * - `duplicate`: the claim was sent before.
 */
export type CodeMeaning =
  | 'denial'
  | 'paid_before'
  | 'bundled'
  | 'capitation'
  | 'contractual'
  | 'interest'
  | 'patient'
  | 'prior_payer'
  | 'duplicate';

interface ReasonCode {
  meaning: CodeMeaning;
  /** In our own words. */
  text: string;
}

type Row = readonly [code: string, text: string];

const DENIALS: readonly Row[] = [
  ['4', 'Procedure and modifier do not go together'],
  ['5', 'Procedure does not go with the place of service'],
  ['6', 'Procedure does not go with the age'],
  ['7', 'Procedure does not go with the sex'],
  ['8', 'Procedure does not go with the kind of provider'],
  ['9', 'Diagnosis does not go with the age'],
  ['10', 'Diagnosis does not go with the sex'],
  ['11', 'Diagnosis does not go with the procedure'],
  ['12', 'Diagnosis does not go with the kind of provider'],
  ['13', 'Service after the date of death'],
  ['14', 'Service before the date of birth'],
  ['15', 'Authorization number missing or not of this service'],
  ['16', 'Information missing or wrong'],
  ['19', 'Work-related: another insurer answers'],
  ['20', 'Injury: a liability insurer answers'],
  ['21', 'Injury: a no-fault insurer answers'],
  ['22', 'Another payer may come first'],
  ['26', 'Before coverage began'],
  ['27', 'After coverage ended'],
  ['29', 'Filed too late'],
  ['31', 'Patient is not known as insured'],
  ['32', 'Dependent is not eligible'],
  ['33', 'No coverage of dependents'],
  ['34', 'No coverage of newborns'],
  ['35', 'Lifetime maximum reached'],
  ['39', 'Authorization was refused when asked for'],
  ['40', 'Not an emergency'],
  ['49', 'Routine or preventive, not covered'],
  ['50', 'Not seen as medically necessary'],
  ['51', 'Condition from before coverage'],
  ['53', 'Service by a relative or household member'],
  ['54', 'Several physicians or assistants not covered here'],
  ['55', 'Experimental'],
  ['56', 'Not proven to be effective'],
  ['58', 'Wrong place of treatment'],
  ['60', 'Outpatient service too close to a stay'],
  ['78', 'Days that are not covered'],
  ['95', 'Rules of the plan not followed'],
  ['96', 'Not covered'],
  ['100', 'Paid to the patient or the insured'],
  ['107', 'Claim or service that it belongs to not found'],
  ['108', 'Rules for rent or purchase not met'],
  ['109', 'Another payer covers this'],
  ['110', 'Billed before it was done'],
  ['111', 'Covered only where assignment is accepted'],
  ['112', 'Not shown to be furnished to the patient'],
  ['114', 'Not approved for use'],
  ['115', 'Postponed or cancelled'],
  ['116', 'Advance notice did not meet the rules'],
  ['119', 'Benefit maximum of the period reached'],
  ['129', 'What earlier payers did seems to be wrong'],
  ['133', 'Not decided yet'],
  ['135', 'Interim bills not accepted'],
  ['136', 'Rules of the earlier payer not followed'],
  ['138', 'Appeal too late or not by the rules'],
  ['140', 'Name and insurance number do not go together'],
  ['143', 'Part of the payment put off'],
  ['146', 'Diagnosis not valid on the date'],
  ['147', 'Contracted rate expired or not on file'],
  ['148', 'Information from another provider missing'],
  ['149', 'Lifetime maximum of the service reached'],
  ['150', 'Level of service not supported'],
  ['151', 'So many or so often not supported'],
  ['152', 'So long not supported'],
  ['153', 'Dose not supported'],
  ['154', 'Supply for so many days not supported'],
  ['155', 'Patient refused the service'],
  ['157', 'Through an act of war'],
  ['158', 'Outside the country'],
  ['159', 'Through terrorism'],
  ['160', 'Injury through an activity that is excluded'],
  ['163', 'Attachment not received'],
  ['164', 'Attachment received too late'],
  ['166', 'After the payer stopped serving the plan'],
  ['167', 'Diagnosis not covered'],
  ['168', 'To be decided under the dental plan'],
  ['170', 'Not covered by this kind of provider'],
  ['171', 'Not covered by this kind of provider in this kind of facility'],
  ['172', 'Not covered by a provider of this specialty'],
  ['173', 'Not ordered by a physician'],
  ['174', 'Not ordered before delivery'],
  ['175', 'Order incomplete'],
  ['176', 'Order out of date'],
  ['177', 'Patient does not meet the conditions'],
  ['178', 'Patient has not spent down yet'],
  ['179', 'Waiting time not over'],
  ['180', 'Conditions of residence not met'],
  ['181', 'Procedure code not valid on the date'],
  ['182', 'Modifier not valid on the date'],
  ['183', 'Referring provider may not refer this'],
  ['184', 'Ordering provider may not order this'],
  ['185', 'Rendering provider may not do this'],
  ['188', 'Covered only where used as recommended'],
  ['189', 'Unlisted code where there is a better one'],
  ['191', 'Not work-related'],
  ['193', 'First decision maintained'],
  ['194', 'Anesthesia by the surgeon'],
  ['197', 'Authorization or notice missing'],
  ['198', 'Authorization exceeded'],
  ['199', 'Revenue code and procedure do not go together'],
  ['200', 'In a gap of coverage'],
  ['201', 'Settled by workers’ compensation'],
  ['202', 'For comfort or convenience'],
  ['203', 'Discontinued or reduced'],
  ['204', 'Not covered under this plan'],
  ['206', 'Provider identifier missing'],
  ['207', 'Provider identifier not valid'],
  ['208', 'Provider identifier not on file'],
  ['210', 'Authorization asked for too late'],
  ['211', 'Drug code not eligible'],
  ['213', 'Self-referral'],
  ['215', 'A third party’s settlement covers it'],
  ['216', 'A review organization found so'],
  ['219', 'Extent of injury'],
  ['220', 'Fee schedule has no code for this'],
  ['221', 'Under investigation'],
  ['224', 'Identity may be stolen'],
  ['226', 'Provider’s information missing or insufficient'],
  ['227', 'Patient’s information missing or insufficient'],
  ['228', 'Information refused to the earlier payer'],
  ['229', 'Part of the charge not considered'],
  ['233', 'Acquired in the hospital or preventable'],
  ['238', 'Days with and without coverage'],
  ['239', 'Spans coverage: bill apart'],
  ['240', 'Diagnosis does not go with the birth weight'],
  ['242', 'Not by a provider of the network'],
  ['243', 'Not authorized by the network or primary care provider'],
  ['250', 'Attachment is not the one that was asked for'],
  ['251', 'Attachment incomplete'],
  ['252', 'Attachment needed'],
  ['254', 'Dental: not covered by the medical plan'],
  ['256', 'Not payable under the managed care contract'],
  ['257', 'Open while a premium is due'],
  ['258', 'In custody'],
  ['261', 'Does not go with the patient’s history'],
  ['267', 'Spans several months'],
  ['268', 'Spans two years'],
  ['269', 'Anesthesia not covered for this'],
  ['270', 'Medical: not covered by the dental plan'],
  ['272', 'Guidelines of coverage not met'],
  ['273', 'Guidelines of coverage exceeded'],
  ['275', 'What the earlier payer left to the patient is not covered'],
  ['276', 'What the earlier payer refused is not covered'],
  ['277', 'Open while an exchange premium is due'],
  ['279', 'Not by a preferred provider'],
  ['280', 'To be decided under the pharmacy plan'],
  ['282', 'Procedure does not go with the type of bill'],
  ['283', 'Attending provider may not do this'],
  ['284', 'Authorization does not cover this'],
  ['285', 'Rules of appeal not followed'],
  ['286', 'Time for appeal over'],
  ['287', 'Referral exceeded'],
  ['288', 'Referral missing'],
  ['290', 'Passed on to the dental plan'],
  ['291', 'Passed on to the medical plan'],
  ['292', 'Passed on to the pharmacy plan'],
  ['293', 'Paid to the employer'],
  ['294', 'Paid to an attorney'],
  ['296', 'Authorization is another provider’s'],
  ['297', 'Passed on to the vision plan'],
  ['299', 'Provider may not be paid for this'],
  ['A1', 'Denied; remarks say why'],
  ['A6', 'Stay before it or transfer within days missing'],
  ['A8', 'Cannot be grouped'],
  ['B1', 'Visits not covered'],
  ['B7', 'Provider not certified for this on the date'],
  ['B8', 'Something else was available'],
  ['B9', 'Under hospice care'],
  ['B11', 'Passed on to the right payer'],
  ['B12', 'Not in the medical record'],
  ['B14', 'One visit or consultation a day'],
  ['B15', 'A service that it needs is missing'],
  ['B16', 'Not a new patient'],
  ['B20', 'Done in part or whole by another provider'],
  ['B23', 'Laboratory not certified for this'],
  ['P4', 'Workers’ compensation: not compensable'],
  ['P6', 'Property or casualty: not entitled'],
  ['P7', 'Property or casualty: not by this provider'],
  ['P8', 'Property or casualty: under investigation'],
  ['P10', 'Reduced to nothing while in litigation'],
  ['P11', 'Decision waits for litigation'],
  ['P13', 'By the rules of workers’ compensation'],
  ['P16', 'Workers’ compensation: provider not authorized'],
  ['P17', 'Workers’ compensation: referral not authorized'],
  ['P18', 'Workers’ compensation: procedure not in the fee schedule'],
  ['P21', 'Medical payments coverage: by its rules'],
];

const BUNDLED: readonly Row[] = [
  ['97', 'In the payment of another service'],
  ['128', 'In the mother’s allowance'],
  ['190', 'In the payment of a skilled nursing stay'],
  ['231', 'Not on one day with the other procedure'],
  ['234', 'Not paid apart'],
  ['236', 'Combination not allowed by the coding rules'],
  ['246', 'For reporting only'],
  ['B10', 'Reduced, as a component was paid'],
];

const CONTRACTUAL: readonly Row[] = [
  ['42', 'Above the fee schedule'],
  ['43', 'Reduction by law'],
  ['44', 'Discount for prompt payment'],
  ['45', 'Above the fee schedule or contract'],
  ['59', 'Rules for several procedures at once'],
  ['61', 'Second opinion not obtained'],
  ['69', 'Day outlier'],
  ['70', 'Cost outlier'],
  ['74', 'Indirect medical education'],
  ['75', 'Direct medical education'],
  ['76', 'Disproportionate share'],
  ['89', 'Professional part taken out'],
  ['90', 'Ingredient cost'],
  ['91', 'Dispensing fee'],
  ['94', 'Paid above the charge'],
  ['102', 'Major medical'],
  ['103', 'Provider’s promotional discount'],
  ['104', 'Withheld under managed care'],
  ['105', 'Withheld for taxes'],
  ['130', 'Fee for submission'],
  ['131', 'Negotiated discount'],
  ['132', 'Prearranged project'],
  ['134', 'Technical part taken out'],
  ['137', 'Surcharges and taxes by law'],
  ['139', 'Contract with the provider'],
  ['144', 'Incentive'],
  ['161', 'Bonus'],
  ['169', 'Alternate benefit'],
  ['186', 'Level of care changed'],
  ['209', 'By law, not to be asked of the patient'],
  ['217', 'Above what is usual'],
  ['222', 'Above the contracted number'],
  ['223', 'By law, without a code of its own'],
  ['232', 'Transfer between institutions'],
  ['237', 'Penalty by law'],
  ['245', 'Withheld by a quality program'],
  ['249', 'Readmission'],
  ['253', 'Sequestration'],
  ['274', 'Fee for care coordination'],
  ['278', 'Performance program'],
  ['B22', 'By the diagnosis'],
  ['A2', 'Contract'],
  ['A5', 'Capital cost outlier'],
  ['A7', 'Presumed payment'],
  ['B4', 'Penalty for late filing'],
  ['P12', 'Workers’ compensation fee schedule'],
];

const PATIENT: readonly Row[] = [
  ['1', 'Deductible'],
  ['2', 'Coinsurance'],
  ['3', 'Co-payment'],
  ['66', 'Blood deductible'],
  ['122', 'Psychiatric reduction'],
  ['142', 'Monthly Medicaid liability'],
  ['187', 'Consumer spending account'],
  ['241', 'Low income subsidy'],
  ['247', 'Deductible of a professional service in an institution'],
  ['248', 'Coinsurance of a professional service in an institution'],
];

const rows = (meaning: CodeMeaning, list: readonly Row[]): [string, ReasonCode][] =>
  list.map(([code, text]) => [code, { meaning, text }]);

/**
 * Our own table of what codes mean. One that is not in it (the lists change three times a year) is a denial on a line that
 * was not paid: a whole charge must not be given up by a word that we do not know. On others the group decides.
 */
const REASON_CODES: ReadonlyMap<string, ReasonCode> = new Map([
  ...rows('contractual', CONTRACTUAL),
  ...rows('denial', DENIALS),
  ...rows('bundled', BUNDLED),
  ...rows('patient', PATIENT),
  ...rows('capitation', [['24', 'Paid by capitation']]),
  ...rows('prior_payer', [['23', 'What earlier payers paid and adjusted']]),
  ...rows('paid_before', [['B13', 'May have been paid before']]),
  ...rows('duplicate', [['18', 'The same claim or service was sent before']]),
  ...rows('interest', [
    ['85', 'Interest of the patient'],
    ['225', 'Interest or penalty paid by the payer'],
  ]),
]);

/** What a reason code means, in our own words; undefined for one that is not in the table. */
export function reasonCode(code: string): { meaning: CodeMeaning; text: string } | undefined {
  return REASON_CODES.get(code);
}

/** What one adjustment of a remittance does in the ledger. */
export type Effect =
  /** Repeats what earlier payers did, or says that the claim was sent before: nothing is posted. */
  | { kind: 'prior_payer' | 'duplicate' }
  /** The payer refuses; recorded, and nothing moves. */
  | { kind: 'denial' }
  /** Becomes the next party's; a denial too where the payer refuses a line that it did not pay. */
  | { kind: 'transfer'; isDenial: boolean }
  /** Lowers what is owed, or raises it where the amount is negative. */
  | { kind: 'write_off'; category: AdjustmentCategory; direction: 'credit' | 'debit' };

/**
 * What an adjustment does, by group and code:
 *
 * | group | code | effect |
 * |---|---|---|
 * | any | 23 | earlier payers' part: nothing |
 * | PR | any other | transfer; a denial too, if the code is one and the line was not paid |
 * | CO, OA, PI, CR | 18; B13 beside a payment | duplicate: nothing |
 * | CO, OA, PI, CR | a denial, or one that is not in the table, on a line that was not paid | denial: nothing moves |
 * | CO, CR | any other | contractual write-off, or interest |
 * | OA, PI and unknown ones | any other | other write-off, or interest |
 *
 * A negative amount goes the other way: no refusal is negative.
 *
 * @param paid what the line was paid
 */
export function effectOf({ group, reason, amount }: StatedAdjustment, paid: string): Effect {
  const meaning = REASON_CODES.get(reason)?.meaning;
  if (meaning === 'prior_payer') return { kind: 'prior_payer' };
  const isUnpaid = money(paid).isZero();
  const refuses = meaning === 'denial' || meaning === 'paid_before';
  const isRefusable = isUnpaid && !amount.startsWith('-');
  if (group === 'PR') return { kind: 'transfer', isDenial: refuses && isRefusable };
  if (meaning === 'duplicate' || (meaning === 'paid_before' && !isUnpaid)) return { kind: 'duplicate' };
  if (isRefusable && (refuses || meaning === undefined)) return { kind: 'denial' };
  return {
    kind: 'write_off',
    category: categoryOf(group, meaning),
    direction: amount.startsWith('-') ? 'debit' : 'credit',
  };
}

function categoryOf(group: string, meaning: CodeMeaning | undefined): AdjustmentCategory {
  if (meaning === 'interest') return 'interest';
  return group === 'CO' || group === 'CR' ? 'contractual' : 'other';
}
