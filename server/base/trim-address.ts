/** An address without slashes at the end of its path. What stands in its query stays as it is. */
export function trimAddress(address: string): string {
  const { path, rest } = splitAddress(address.trim())
  return path.replace(/(?<!\/)\/+$/, '') + rest
}

/** Scheme, host and path of an address, and what comes behind them: query and fragment. */
export function splitAddress(address: string): { path: string; rest: string } {
  const end = address.search(/[?#]/)
  return end < 0 ? { path: address, rest: '' } : { path: address.slice(0, end), rest: address.slice(end) }
}
