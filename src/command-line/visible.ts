/**
 * Text of somebody else's writing as a terminal may be given it: what would move the cursor, colour, hide or turn
 * around what stands beside it is written as an escape.
 */
export function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`,
  );
}
