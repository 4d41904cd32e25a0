/** Why the native part cannot be had here, as an error that names what is missing. Next: `obtain.mjs`. */

/**
 * The native part cannot be had this way; not a defect of the program. `missing` lists what a person could install
 * (`"python3"`, `"pip"`, `"g++"`, `"network"`, ...); the message is one clear clause without a full stop.
 */
export class NativeUnavailable extends Error {
  name = "NativeUnavailable"
  constructor(message, missing = []) {
    super(message)
    this.missing = missing
  }
}
