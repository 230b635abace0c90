import type { framesVersion as versionOfServer, timing as timingOfServer } from '../../protocol/frames.ts'

// Written out again, because importing the frames would bring their validators into the page. The types make a value
// that differs an error.
export const framesVersion: typeof versionOfServer = 1
export const timing: typeof timingOfServer = {
  pingMs: 20_000,
  followedSilenceMs: 3000,
  reconnectAfterMs: 8000,
  firstRetryMs: 200,
}
