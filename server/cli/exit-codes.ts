/** What the process says when it ends; numbers as in sysexits.h where it has one. */
export const exitCodes = {
  done: 0,
  /** What was asked for was refused, with the reason. */
  refused: 1,
  /** EX_USAGE: the command line cannot be right. */
  usage: 64,
  /** EX_UNAVAILABLE: something that it needs is not there. */
  unavailable: 69,
  /** EX_SOFTWARE: an error that nobody expected. */
  bug: 70,
  /** EX_CONFIG: a setting cannot be right. */
  config: 78,
} as const
