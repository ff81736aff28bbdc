/**
 * The number of a payment as it is compared: without blanks around it, and without the leading zeros that systems fill
 * the numbers of checks up with.
 *
 * @param number a reference that somebody keyed, or TRN02 of a remittance
 * @returns empty for one that says nothing
 */
export function comparedTrace(number: string): string {
  return number.replace(/^ +| +$/g, '').replace(/^0+/, '');
}
