import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'

/** Resolves when the program has written something; rejects with this message if it ends before. */
export async function untilFirstOutput(
  child: ChildProcess & { stdout: Readable },
  messageIfEnded: string,
): Promise<void> {
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error(messageIfEnded))),
  ])
}
