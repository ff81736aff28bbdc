import type { ClaimStatement } from '../../ledger/claim-statement.js';

/**
 * A statement with the segment numbers of the file that its remittance first came in. The same ST may come again in
 * another file; what is recorded must not depend on which of them was read.
 */
export function shifted(statement: ClaimStatement, by: number): ClaimStatement {
  if (by === 0) return statement;
  return {
    ...statement,
    segment: statement.segment + by,
    lines: statement.lines.map((line) => ({ ...line, segment: line.segment + by })),
  };
}
