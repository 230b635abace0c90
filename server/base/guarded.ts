import { newId } from './ids.ts'
import type { Logger } from './logger.ts'

/**
 * Wraps a handler of a raw event (socket, stream, timer, process). Nothing else catches an error of such a handler, so
 * it would end the process, with every answer that it writes. Here it is logged with an id, and `failed` may close the
 * source of the event. A rejected promise that the handler returns is handled too.
 */
export function guarded<Args extends unknown[]>(
  { logger, event }: { logger: Logger; event: string },
  handler: (...args: Args) => unknown,
  failed?: (...args: Args) => void,
): (...args: Args) => void {
  const report = (error: unknown, args: Args): void => {
    logger.error({ err: error, errorId: newId(), event }, 'an event handler failed')
    try {
      failed?.(...args)
    } catch (second) {
      logger.error(
        { err: second, errorId: newId(), event },
        'an event handler failed, and so did its cleanup',
      )
    }
  }
  return (...args) => {
    try {
      const result = handler(...args)
      if (result instanceof Promise) result.catch((error: unknown) => report(error, args))
    } catch (error) {
      report(error, args)
    }
  }
}
