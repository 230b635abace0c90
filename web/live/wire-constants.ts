import type { framesVersion as versionOfServer, timing as timingOfServer } from '../../protocol/frames.ts'

// A copy of the values, because importing the frames would add their validators to the page's bundle. The types make a
// differing value a compile error.
export const framesVersion: typeof versionOfServer = 1
export const timing: typeof timingOfServer = {
  pingMs: 20_000,
  followedSilenceMs: 3000,
  reconnectAfterMs: 8000,
  firstRetryMs: 200,
}
