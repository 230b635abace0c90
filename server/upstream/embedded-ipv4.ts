/**
 * The IPv4 address that an IPv6 address contains, or undefined. It knows mapped, compatible and translated addresses
 * (RFC 4291, RFC 2765), NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056) and ISATAP (RFC 5214). `address` must be a valid
 * IPv6 address without a zone.
 */
export function embeddedIpv4(address: string): string | undefined {
  const groups = groupsOf(address)
  const [a = 0, b = 0, c = 0, , e = 0, f = 0] = groups
  const zeros = (from: number, to: number): boolean => groups.slice(from, to).every((group) => group === 0)
  const last = ipv4Of(groups[6], groups[7])
  if (zeros(0, 6) || (zeros(0, 5) && f === 0xffff)) return last
  if (zeros(0, 4) && e === 0xffff && f === 0) return last
  if (a === 0x64 && b === 0xff9b && (zeros(2, 6) || c === 1)) return last
  if (a === 0x2002) return ipv4Of(b, c)
  if ((e === 0 || e === 0x200) && f === 0x5efe) return last
  return undefined
}

const ipv4Of = (high = 0, low = 0): string => [high >> 8, high & 255, low >> 8, low & 255].join('.')

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::', 2)
  const before = parseGroups(head)
  if (tail === undefined) return before
  const after = parseGroups(tail)
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after]
}

function parseGroups(part: string): number[] {
  if (part === '') return []
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)]
    const [w = 0, x = 0, y = 0, z = 0] = group.split('.').map(Number)
    return [w * 256 + x, y * 256 + z]
  })
}
