/** The exit codes of the process; numbers from sysexits.h where it defines one. */
export const exitCodes = {
  done: 0,
  /** The command was refused, and the reason was printed. */
  refused: 1,
  /** EX_USAGE: the command line is invalid. */
  usage: 64,
  /** EX_UNAVAILABLE: a service or resource that the server needs is not available. */
  unavailable: 69,
  /** EX_SOFTWARE: an unexpected error. */
  bug: 70,
  /** EX_CONFIG: the configuration is invalid. */
  config: 78,
} as const
