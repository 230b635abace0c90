import type { Runs } from '../../contract/runs.ts'
import type { Engine } from '../../engine/engine.ts'
import { claim, claimSome } from './claim.ts'
import { finaliseRun } from './finalise.ts'
import { listOwners, listOwned, listRunning, readBeforeStart, readRun, readRunWithText } from './read-runs.ts'
import { saveAnew } from './replace-saved-text.ts'
import { saveParts } from './save.ts'
import { startRun } from './start.ts'
import { writeRunAnew } from './restore-lost-run.ts'
import { releaseRuns, requestStop } from './stop-and-release.ts'

export function createRuns(engine: Engine): Runs {
  return {
    start: (input) => startRun(engine, input),
    claim: (input) => claim(engine, input),
    claimSome: (input) => claimSome(engine, input),
    owners: () => listOwners(engine),
    save: (parts) => saveParts(engine, parts),
    saveAnew: (part) => saveAnew(engine, part),
    finalise: (input) => finaliseRun(engine, input),
    writeAnew: (remembered) => writeRunAnew(engine, remembered),
    read: (id) => readRun(engine, id),
    readWithText: (id) => readRunWithText(engine, id),
    requestStop: (id, userId) => requestStop(engine, id, userId),
    ownedBy: (incarnation) => listOwned(engine, incarnation),
    release: (runs, me) => releaseRuns(engine, runs, me),
    running: (query) => listRunning(engine, query),
    runningOfUser: async (userId) => (await readBeforeStart(engine, userId, '')).running,
    beforeStart: (userId, clientId) => readBeforeStart(engine, userId, clientId),
  }
}
