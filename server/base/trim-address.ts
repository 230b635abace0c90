/** Removes slashes from the end of an address's path. Its query stays unchanged. */
export function trimAddress(address: string): string {
  const { path, rest } = splitAddress(address.trim())
  return path.replace(/(?<!\/)\/+$/, '') + rest
}

/** Splits an address into `path` (scheme, host and path) and `rest` (query and fragment). */
export function splitAddress(address: string): { path: string; rest: string } {
  const end = address.search(/[?#]/)
  return end < 0 ? { path: address, rest: '' } : { path: address.slice(0, end), rest: address.slice(end) }
}
