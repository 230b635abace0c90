// The bare limit of a word to another process, sending half: one PUBLISH a word, one channel an answer, nothing else.
// `node bench/bare/bare-publisher.ts REDIS_PORT`; told by IPC how many answers, words, and how fast.
import { Redis } from 'ioredis'

interface Job {
  answers: number
  words: number
  /** 0: as fast as Redis takes them. */
  wordsPerSecond: number
  /** Between the starts of two answers, ms. */
  apartMs: number
}

/** Calls that may be under way at full speed. */
const inFlight = 256

const redis = new Redis({ host: '127.0.0.1', port: Number(process.argv[2]) })

async function publish(channel: string, { words, wordsPerSecond }: Job): Promise<void> {
  const start = performance.now()
  let under: Promise<unknown>[] = []
  for (let place = 0; place < words; place++) {
    if (wordsPerSecond > 0) {
      const wait = Math.max(1, start + (place * 1000) / wordsPerSecond - performance.now())
      await new Promise((resolve) => setTimeout(resolve, wait))
    } else if (under.length >= inFlight) {
      await Promise.all(under)
      under = []
    }
    under.push(redis.publish(channel, `c1w${String(place).padStart(4, '0')} `))
    if (wordsPerSecond > 0) under = []
  }
  await Promise.all(under)
}

async function publishLater(channel: string, job: Job, place: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, place * job.apartMs))
  await publish(channel, job)
}

async function run(job: Job): Promise<void> {
  const channels = Array.from({ length: job.answers }, (_, place) => `answer-${place}`)
  // At full speed one after another: the calls that are under way keep Redis busy.
  if (job.wordsPerSecond === 0) for (const channel of channels) await publish(channel, job)
  else await Promise.all(channels.map((channel, place) => publishLater(channel, job, place)))
}

process.on('message', (job: Job) => {
  void run(job).then(() => process.send?.({ done: true }))
})
redis.once('ready', () => process.send?.({ port: 0 }))
