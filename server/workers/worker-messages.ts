import { z } from 'zod'

// What a supervisor and its workers say to each other over the channel between the processes.

/** From a worker: it serves. */
export const fromWorker = z.object({ shoal: z.literal('ready'), port: z.number() })

/** To a worker: `drain` may be said twice and means the same; `now` ends what a drain waits for. */
export const toWorker = z.object({ shoal: z.enum(['drain', 'now']) })

export type HowToStop = z.infer<typeof toWorker>['shoal']
