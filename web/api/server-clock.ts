import { systemClock } from '../base/clock.ts'

/** Smaller differences, in ms, come from the duration of the request and from the header's resolution of a second. */
const toleranceMs = 3000

let serverAheadMs = 0

/** Reads the Date header of a response, because the clock of the user's device may be wrong. */
export function noteServerTime(header: string | null): void {
  if (header === null) return
  const difference = Date.parse(header) - systemClock.now()
  if (Number.isFinite(difference)) serverAheadMs = Math.abs(difference) > toleranceMs ? difference : 0
}

/** Converts a time of the server to this device's clock. */
export function toLocalTime(serverMs: number): number {
  return serverMs - serverAheadMs
}

export function toServerTime(localMs: number): number {
  return localMs + serverAheadMs
}
