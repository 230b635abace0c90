import { randomBytes, randomInt } from 'node:crypto'

let lastMs = 0
let counter = 0

/**
 * A UUIDv7 (RFC 9562). Ids of one process sort in the order of creation. 62 of its bits are random, and 12 are a
 * counter.
 */
export function newId(now: number = Date.now()): string {
  // The 12 bits after the time count within one millisecond, so that ids of one process keep their order.
  if (now > lastMs) {
    lastMs = now
    counter = randomInt(0, 0x400)
  } else if (++counter > 0xfff) {
    lastMs++
    counter = 0
  }
  const bytes = randomBytes(16)
  bytes.writeUIntBE(lastMs, 0, 6)
  bytes.writeUInt16BE(0x7000 | counter, 6)
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** `bytes` random bytes as base64url. */
export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString('base64url')
}

/** A number in [0, 1) for jitter; not for secrets. */
export function jitter(): number {
  return Math.random()
}
