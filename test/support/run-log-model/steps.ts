import fc from 'fast-check'
import type { Fate } from '../../../server/coordination/run-log/memory-faults.ts'
import type { ModelOwner } from './model-owner.ts'
import type { World } from './world.ts'

/** A step in a world. `a` and `b` choose its target and its size. */
export interface Step {
  name: StepName
  a: number
  b: number
}

type Play = (world: World, a: number, b: number) => Promise<void> | void

const pick = <T>(list: readonly T[], index: number): T | undefined => list[index % list.length]
const fates: Fate[] = ['request-lost', 'answer-lost', 'late']
const pauses = [20, 60, 150, 450, 1500, 5500]

const maxOwners = 7

function newOwner(
  world: World,
  options: { restart?: boolean; withoutRedis?: boolean },
): ModelOwner | undefined {
  return world.owners.length < maxOwners ? world.claim(options) : undefined
}

/** Chooses one of the last three owners, so that zombies do not write most of the text. */
function someOwner({ owners }: World, a: number): ModelOwner | undefined {
  const alive = owners.filter(({ stage }) => stage !== 'gone')
  return alive[Math.max(0, alive.length - 1 - (a % 3))]
}

const plays = {
  words: (world, a, b) => world.write(someOwner(world, a), 1 + (b % 3)),
  time: (world, a) => world.pass(pick(pauses, a) ?? 0),
  fate: (world, a, b) => someOwner(world, a)?.setNextFate(pick(fates, b) ?? 'late'),
  late: (world, a) => world.hub.deliverLate(a % Math.max(1, world.hub.late)),
  save: (world, a) => someOwner(world, a)?.save(),
  kill: (world, a) => world.kill(someOwner(world, a)),
  claim: (world, _, b) => void newOwner(world, { restart: b % 6 === 0 }),
  claimAndGo: async (world, a, b) => {
    const owner = newOwner(world, { restart: b % 6 === 0 })
    await owner?.proceed()
    await owner?.proceed()
    if (a % 4 === 0) owner?.setNextFate('late')
    await owner?.proceed()
  },
  takeover: async (world, a, b) => {
    world.kill(someOwner(world, a))
    await plays.claimAndGo(world, a, b)
  },
  proceed: async (world, a) => someOwner(world, a)?.proceed(),
  /** Does the next step of the claim, and delays the first copy of its request. */
  proceedLate: async (world, a) => {
    someOwner(world, a)?.setNextFate('late')
    await someOwner(world, a)?.proceed()
  },
  end: (world, a) => void world.end(someOwner(world, a)),
  attach: (world, a, b) => {
    const owner = someOwner(world, b)
    if (owner) pick(world.pages, a)?.attach(owner)
  },
  resume: (world, a) => pick(world.pages, a)?.resume(),
  join: (world, a) => pick(world.pages, a)?.join(),
  forget: (world, a) => {
    pick(world.pages, a)?.forget()
    pick(world.pages, a)?.resume()
  },
  leave: (world, a) => pick(world.pages, a)?.leave(),
  deafen: (world, a, b) => {
    const page = pick(world.pages, a)
    if (page) page.deaf = b % 2 === 0
  },
  row: (world, a) => {
    const page = pick(world.pages, a)
    if (page?.isRowRequested) page.offer(world.store.source)
  },
  // The following steps are used only if the log may lose what it acknowledged.
  flush: (world) => world.hub.flush(),
  rollback: (world, a) => pick(world.pastStates, a)?.(),
  /** Goes back by at most 8 steps: a short way back finds more faults than a long one. */
  rollbackALittle: (world, a) => world.pastStates.at(-1 - (a % 8))?.(),
  away: (world, _, b) => world.hub.setAway(b % 2 === 0),
  cutOff: (world, a, b) => someOwner(world, a)?.handle.setAway(b % 2 === 0),
  claimWithoutRedis: async (world) => newOwner(world, { withoutRedis: true })?.proceed(),
} satisfies Record<string, Play>

type StepName = keyof typeof plays

const soundWeights: Partial<Record<StepName, number>> = {
  words: 14,
  time: 10,
  fate: 8,
  late: 4,
  save: 6,
  kill: 1,
  claim: 2,
  claimAndGo: 2,
  takeover: 2,
  proceed: 6,
  proceedLate: 1,
  end: 0.2,
  attach: 2,
  resume: 4,
  join: 2,
  forget: 1,
  leave: 2,
  deafen: 2,
  row: 2,
}
const unsoundWeights: Partial<Record<StepName, number>> = {
  ...soundWeights,
  flush: 2,
  rollback: 2,
  rollbackALittle: 3,
  away: 2,
  cutOff: 1,
  claimWithoutRedis: 1,
}

/** `sound`: the network fails and owners die, but the log keeps everything that it has acknowledged. */
export function steps(sound: boolean): fc.Arbitrary<Step[]> {
  const weights = Object.entries(sound ? soundWeights : unsoundWeights) as [StepName, number][]
  const name = fc.oneof(
    ...weights.map(([name, weight]) => ({ arbitrary: fc.constant(name), weight: weight * 10 })),
  )
  const step = fc.record({ name, a: fc.nat(1000), b: fc.nat(1000) })
  return fc.array(step, { minLength: 20, maxLength: 120, size: 'max' })
}

export async function play(world: World, { name, a, b }: Step): Promise<void> {
  await plays[name](world, a, b)
}
