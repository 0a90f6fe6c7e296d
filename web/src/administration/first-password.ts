/** A first password to be read out: from the browser's own source of chance, without signs that look alike. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz'
const DIGITS = '23456789'
const LENGTH = 4

/** Three groups of letters and one of digits, as the server asks for several kinds of signs; some 66 bits. */
export function randomPassword(): string {
  return [LETTERS, LETTERS, LETTERS, DIGITS].map((signs) => Array.from({ length: LENGTH }, () => oneOf(signs)).join('')).join('-')
}

/** Bytes beyond the last whole turn through the signs would make some of them likelier. */
function oneOf(signs: string): string {
  const whole = 256 - (256 % signs.length)
  for (;;) {
    const [byte = 0] = crypto.getRandomValues(new Uint8Array(1))
    if (byte < whole) return signs[byte % signs.length]!
  }
}
