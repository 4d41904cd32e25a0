/**
 * What a programmer must fix is thrown as one of these, before the first step; what a caller can plan for is a value
 * (`Fit.status`). Every error carries a stable `code` beside its text. Next: `../dsl/site-error.ts`, which adds the
 * site, its plates and the user's source line.
 */

/** An error with a stable code; the base of everything latently throws on purpose. */
export class LatentlyError extends Error {
  override readonly name: string = "LatentlyError"
  readonly code: string
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** A distribution was given a parameter or value outside its domain, or shapes that do not fit together. */
export class DistributionError extends LatentlyError {
  override readonly name = "DistributionError"
}

/** A kernel, backend or native library is missing or refused an operation. */
export class EngineError extends LatentlyError {
  override readonly name = "EngineError"
}

/** What is being recorded cannot be: whoever records goes on without, so it passes through whatever the program is called by. */
export class RecordingError extends EngineError {}
