import { stripVTControlCharacters } from 'node:util';

/** Where no terminal says how wide it is; wider lines are hard to read on any. */
const WIDTH_MAX = 100;
const WIDTH_MIN = 40;

/**
 * A text for people as lines that fit the terminal, broken between words; every line but the first is indented deeper.
 * A word that is longer than a line stays whole, so that it can be copied.
 *
 * @param indent blanks before the first line
 */
export function wrapped(text: string, indent: number): string[] {
  const { isTTY, columns } = process.stdout;
  const width = isTTY ? Math.max(WIDTH_MIN, Math.min(columns, WIDTH_MAX)) : WIDTH_MAX;
  const lines: string[] = [];
  let line = ' '.repeat(indent);
  let isEmpty = true;
  for (const word of text.split(' ')) {
    if (!isEmpty && lengthOf(line) + 1 + lengthOf(word) > width) {
      lines.push(line);
      line = ' '.repeat(indent + 2);
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

/** As it is seen: colours take no room. */
function lengthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}
