import { z } from 'zod'

// Messages between a supervisor and its workers, over the channel between the processes.

/** From a worker: it is ready and listens on this port. */
export const workerReport = z.object({ shoal: z.literal('ready'), port: z.number() })

/** To a worker: `drain` may be sent repeatedly without further effect; `now` makes a running drain stop waiting. */
export const supervisorCommand = z.object({ shoal: z.enum(['drain', 'now']) })

export type StopMode = z.infer<typeof supervisorCommand>['shoal']
