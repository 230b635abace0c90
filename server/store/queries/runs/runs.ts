import type { Runs } from '../../contract/runs.ts'
import type { Engine } from '../../engine/engine.ts'
import { claim, claimSome } from './claim.ts'
import { finaliseRun } from './finalise.ts'
import { listOwners, listOwned, listRunning, readBeforeStart, readRun, readRunWithText } from './read-runs.ts'
import { replaceSavedText } from './replace-saved-text.ts'
import { saveParts } from './save.ts'
import { startRun } from './start.ts'
import { restoreLostRun } from './restore-lost-run.ts'
import { releaseRuns, requestStop } from './stop-and-release.ts'

export function createRuns(engine: Engine): Runs {
  return {
    start: (input) => startRun(engine, input),
    claim: (input) => claim(engine, input),
    claimSome: (input) => claimSome(engine, input),
    listOwners: () => listOwners(engine),
    save: (parts) => saveParts(engine, parts),
    replaceSavedText: (part) => replaceSavedText(engine, part),
    finalise: (input) => finaliseRun(engine, input),
    restoreLostRun: (remembered) => restoreLostRun(engine, remembered),
    read: (id) => readRun(engine, id),
    readWithText: (id) => readRunWithText(engine, id),
    requestStop: (id, userId) => requestStop(engine, id, userId),
    ownedBy: (incarnation) => listOwned(engine, incarnation),
    release: (runs, me) => releaseRuns(engine, runs, me),
    listRunning: (query) => listRunning(engine, query),
    countRunning: async (userId) => (await readBeforeStart(engine, userId, '')).running,
    readBeforeStart: (userId, clientId) => readBeforeStart(engine, userId, clientId),
  }
}
