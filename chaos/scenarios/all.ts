import type { Scenario } from '../scenario.ts'
import { balancing } from './balancing.ts'
import { changes } from './changes.ts'
import { clockStepped } from './clock-stepped.ts'
import { crashingAnswer } from './crashing-answer.ts'
import { cutOffs } from './cut-off.ts'
import { diskFull } from './disk-full.ts'
import { idleInstance } from './idle-instance.ts'
import { orphansUnder429 } from './orphans-under-429.ts'
import { postgresFaults } from './postgres-faults.ts'
import { redisFaults } from './redis-faults.ts'
import { redisLosses } from './redis-loss.ts'
import { redisTopologies } from './redis-topologies.ts'
import { restartAlways } from './restart-always.ts'
import { restoredCopy } from './restored-copy.ts'
import { revocationScenarios } from './revocations.ts'
import { upgrades } from './rolling-restart.ts'
import { signInLimits } from './sign-in-limits.ts'
import { stops } from './stop.ts'
import { takeoverWorkers } from './takeover-workers.ts'
import { takeovers } from './takeover.ts'
import { zombies } from './zombie.ts'

/** All scenarios. Those with `alone` run first; the lanes then take the others in this order. */
export const scenarios: Scenario[] = [
  ...takeovers,
  takeoverWorkers,
  ...zombies,
  ...cutOffs,
  crashingAnswer,
  ...redisLosses,
  restartAlways,
  ...upgrades,
  ...stops,
  ...revocationScenarios,
  ...changes,
  signInLimits,
  balancing,
  idleInstance,
  restoredCopy,
  ...redisFaults,
  ...redisTopologies,
  ...postgresFaults,
  orphansUnder429,
  clockStepped,
  diskFull,
]
