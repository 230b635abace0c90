import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { killOnExit } from '../../test/support/kill-on-exit.ts'
import { defaultScripts } from '../../test/support/scripted-provider.ts'
import type { Script, ScriptedCall } from '../../test/support/scripted-provider.ts'

export interface ProviderProcess {
  readonly v1: string
  calls(): Promise<ScriptedCall[]>
  /** Changes the script of a model. Calls in progress keep the old script. */
  script(model: string, script: Script): Promise<void>
  stop(): Promise<void>
}

/** Starts the scripted provider in its own process, so that it survives when instances are killed. */
export async function startProviderProcess(
  scripts: Record<string, Script> = defaultScripts,
): Promise<ProviderProcess> {
  const file = join(import.meta.dirname, '../../test/support/scripted-provider.ts')
  const child = spawn(process.execPath, [file, '--port', '0', '--scripts', JSON.stringify(scripts)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  killOnExit(child)
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const { url, v1 } = JSON.parse(line.toString()) as { url: string; v1: string }
  return {
    v1,
    async calls() {
      const response = await fetch(`${url}/__calls`)
      return ((await response.json()) as { calls: ScriptedCall[] }).calls
    },
    async script(model, script) {
      await fetch(`${url}/__scripts/${encodeURIComponent(model)}`, {
        method: 'PUT',
        body: JSON.stringify(script),
      })
    },
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** The last message of the user in a call. */
export function questionOf(call: ScriptedCall): string {
  const messages = call.body['messages'] as { role: string; content: string }[]
  return messages.findLast(({ role }) => role === 'user')?.content ?? ''
}
