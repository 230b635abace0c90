/** The setup code in the log of an instance that is ready: it is written before. */
export function setupCodeIn(log: string): string {
  const code = /setup code: ([0-9A-Z-]{14})/.exec(log)?.[1]
  if (code === undefined) throw new Error(`this log has no setup code:\n${log.slice(-2000)}`)
  return code
}
