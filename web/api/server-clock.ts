import { systemClock } from '../base/clock.ts'

/** Differences below this are the time of the request and the whole seconds of the header, ms. */
const tolerated = 3000

let ahead = 0

/** Told of every answer's Date header: the clock of a person's device may be anything. */
export function noteServerTime(header: string | null): void {
  if (header === null) return
  const difference = Date.parse(header) - systemClock.now()
  if (Number.isFinite(difference)) ahead = Math.abs(difference) > tolerated ? difference : 0
}

/** A time that the server told, on this device's clock. */
export function toLocalTime(serverMs: number): number {
  return serverMs - ahead
}

export function toServerTime(localMs: number): number {
  return localMs + ahead
}
