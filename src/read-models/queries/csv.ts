/** A cell: text from outside, or a value that our own rules made (a number, a date, an id, a word of ours). */
export type CsvCell = { text: string | null } | string | number | boolean | null | undefined;

/**
 * One line of CSV as RFC 4180 has it, with its line end.
 *
 * Spreadsheets run what begins with `=`, `+`, `-` or `@` (or a tab or line end before it) as a formula. Text that a
 * caller wrote gets an apostrophe before such a beginning, which shows it as text; amounts, dates and ids cannot hold a
 * formula and stay as they are. Whoever needs the text to the letter asks for JSON.
 */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(written).join(',')}\r\n`;
}

function written(cell: CsvCell): string {
  if (cell === null || cell === undefined) return '';
  const text = typeof cell === 'object' ? guarded(cell.text ?? '') : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function guarded(text: string): string {
  return /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
}
