/** The setup code in the log of a ready instance, which logs the code before it becomes ready. */
export function setupCodeIn(log: string): string {
  const code = /setup code: ([0-9A-Z-]{14})/.exec(log)?.[1]
  if (code === undefined) throw new Error(`this log has no setup code:\n${log.slice(-2000)}`)
  return code
}
