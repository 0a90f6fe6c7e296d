/** What goes wrong in an evaluation: only a code, the same ones as on the server, never a value of a case. */
export class Fault extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}
