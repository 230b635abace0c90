import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { startProviderProcess } from '../../chaos/support/provider-process.ts'
import { ApiClient } from '../../test/support/api-client.ts'
import { startInstance } from '../../test/support/instance-process.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import type { Measure, Row } from '../measure.ts'
import { startBare } from '../support/bare-process.ts'
import { residentBytes } from '../support/process-cost.ts'
import { ReadingSocket } from '../support/reading-socket.ts'
import { shapes } from '../support/shapes.ts'
import { WordDelays } from '../support/word-delays.ts'
import type { World } from '../support/world.ts'
import { megabytes } from '../support/write-figure.ts'

/** Delays that a reader notices, ms: the 99th percentile of all words, and of the first words of answers. */
const noticed = { word: 150, firstWord: 50 }
const firstTry = 50
/** The result is exact to this part of it. */
const precision = 0.1
const answerMs = shapes.team.firstWordMs + (1000 * shapes.team.words) / shapes.team.wordsPerSecond

/** A reader has a socket of its own for this many answers. */
const answersPerSocket = 30

interface Program {
  pid: number
  open: () => Promise<ReadingSocket>
  start: (socket: ReadingSocket) => Promise<unknown>
}

interface Capacity {
  answers: number
  bytes: number
}

export const capacity: Measure = {
  name: 'capacity',
  about: 'how many answers at 40 words/s a program on one core relays before readers notice a delay',
  async run(world: World): Promise<Row[]> {
    // The provider and the reader inherit this; the measured program gets the other core.
    if (availableParallelism() > 1) pin(process.pid, 1)
    const provider = await startProviderProcess(shapes)
    try {
      const shoal = await ofShoal(world, provider.v1)
      const relay = await ofRelay(provider.v1)
      return [row(shoal, relay)]
    } finally {
      await provider.stop()
      if (availableParallelism() > 1) pin(process.pid, `0-${availableParallelism() - 1}`)
    }
  },
}

async function ofShoal(world: World, v1: string): Promise<Capacity> {
  await using folder = await temporaryFolder('capacity')
  const instance = await startInstance({
    label: 'capacity',
    env: {
      DATA_DIR: folder.path,
      OPENAI_API_BASE_URL: v1,
      ENABLE_OLLAMA_API: 'false',
      SHUTDOWN_GRACE_SECONDS: '0',
      ...(await world.processEnv()),
    },
  })
  try {
    const api = new ApiClient(instance.url)
    await api.signUp()
    return await findCapacity({
      pid: instance.pid,
      open: () => ReadingSocket.open(`${instance.url}/ws`, api.token),
      start: (socket) => socket.startRun('team'),
    })
  } finally {
    await instance.stop()
  }
}

async function ofRelay(v1: string): Promise<Capacity> {
  const relay = await startBare('bare-relay', [v1])
  try {
    let calls = 0
    return await findCapacity({
      pid: relay.pid,
      open: () => ReadingSocket.openBare(`http://127.0.0.1:${relay.ready.port}`),
      start: async (socket) => socket.send({ c: ++calls, model: 'team' }),
    })
  } finally {
    await relay.stop()
  }
}

/** Doubles the number of answers until readers notice, then halves the interval. */
async function findCapacity(program: Program): Promise<Capacity> {
  pin(program.pid, 0)
  // The first trial lets the JIT compiler finish.
  await isUnnoticed(program, firstTry)
  let [good, bad] = [0, firstTry]
  while (await isUnnoticed(program, bad)) [good, bad] = [bad, 2 * bad]
  while (bad - good > precision * bad) {
    const middle = Math.round((good + bad) / 2)
    if (await isUnnoticed(program, middle)) good = middle
    else bad = middle
  }
  return { answers: good, bytes: residentBytes(program.pid) }
}

/** Starts this many answers, evenly over the length of an answer, and as many again when these end. */
async function isUnnoticed(program: Program, answers: number): Promise<boolean> {
  const delays = new WordDelays()
  const sockets: ReadingSocket[] = []
  for (let n = 0; n < answers; n += answersPerSocket) {
    const socket = await program.open()
    socket.onText = (text) => delays.read(text)
    sockets.push(socket)
  }
  const began = performance.now()
  const starts: Promise<unknown>[] = []
  for (let n = 0; n < 2 * answers; n++) {
    const wait = began + (n * answerMs) / answers - performance.now()
    if (wait > 0) await delay(wait)
    const socket = sockets[n % sockets.length]
    if (!socket) break
    delays.started()
    starts.push(program.start(socket))
  }
  await Promise.all(starts)
  const perSocket = (2 * answers) / sockets.length
  await Promise.all(sockets.map((socket) => socket.untilEnded(Math.floor(perSocket))))
  for (const socket of sockets) socket.close()
  const steady = began + answerMs
  const [word, firstWord] = [delays.ofWords(steady), delays.ofFirstWords(steady)]
  process.stderr.write(
    `  ${answers} answers: a word ${word.toFixed(0)} ms, a first word ${firstWord.toFixed(0)} ms late\n`,
  )
  return word <= noticed.word && firstWord <= noticed.firstWord
}

function pin(pid: number, core: number | string): void {
  if (availableParallelism() > 1) execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)])
}

function row(shoal: Capacity, relay: Capacity): Row {
  return {
    name: 'capacity',
    what: 'answers at 40 words/s on one core before readers notice a delay',
    measured: String(shoal.answers),
    bare: `relay ${relay.answers}`,
    // The smaller the better, as in every row.
    ratio: relay.answers / shoal.answers,
    budget: 1 / 0.8,
    budgetText: '≥ 0.8 of the relay',
    note: `Noticed: the 99th percentile of the words is more than ${noticed.word} ms late, or that of the first words more than ${noticed.firstWord} ms. Memory: Shoal ${megabytes(shoal.bytes)}, relay ${megabytes(relay.bytes)}.`,
  }
}
