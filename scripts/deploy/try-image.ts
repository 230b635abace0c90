import { spawnSync } from 'node:child_process'
import { ApiClient } from '../../test/support/api-client.ts'
import { refusedByHost } from './build-image.ts'
import type { StepOutcome } from './build-image.ts'
import { findProgram } from '../../test/support/find-program.ts'

export interface TryOptions {
  tag: string
  port: number
  runtime: string | undefined
}

/**
 * Starts the image with a read-only root, without capabilities and without privilege escalation. Signs up, gets an
 * answer, runs the health check, stops the container, and checks its exit code.
 */
export async function tryImage({ tag, port, runtime }: TryOptions): Promise<StepOutcome> {
  const tool = ['podman', 'docker'].find((name) => findProgram(name))
  if (!tool) return { skipped: 'neither podman nor docker is installed' }
  const before =
    tool === 'podman' ? ['--cgroup-manager=cgroupfs', ...(runtime ? ['--runtime', runtime] : [])] : []
  const call = (...args: string[]): { status: number | null; output: string } => {
    const { status, stdout, stderr } = spawnSync(tool, [...before, ...args], {
      encoding: 'utf8',
      timeout: 60_000,
    })
    return { status, output: `${stdout}${stderr}`.trim() }
  }
  const name = `shoal-try-${port}`
  const hardened = ['--read-only', '--tmpfs=/tmp', '--cap-drop=ALL', '--security-opt=no-new-privileges']
  const env = [`--env=PORT=${port}`, '--env=HOST=127.0.0.1']
  const started = performance.now()
  const run = call('run', '--detach', `--name=${name}`, '--network=host', ...hardened, ...env, tag)
  try {
    if (run.status !== 0) {
      if (refusedByHost.test(run.output))
        return {
          skipped: `this host does not allow ${tool} to set resource limits; pass a runtime that sets none (--runtime): ${run.output}`,
        }
      return { failed: run.output }
    }
    const url = `http://127.0.0.1:${port}`
    const readyMs = await ready(url, started)
    if (readyMs === undefined)
      return { failed: `not ready within 60 s:\n${call('logs', name).output.slice(-3000)}` }
    const answerLength = await chat(url)
    const health = call('exec', name, 'node', '-e', healthCheck(port))
    if (health.status !== 0) return { failed: `its health check fails: ${health.output}` }
    const stopped = performance.now()
    call('stop', '--time=20', name)
    const stopMs = performance.now() - stopped
    const code = call('inspect', '--format={{.State.ExitCode}}', name).output
    if (code !== '0') return { failed: `it exited with ${code}:\n${call('logs', name).output.slice(-3000)}` }
    const summary = `ready after ${seconds(readyMs)}, an answer of ${answerLength} characters, stopped in ${seconds(stopMs)}`
    return { passed: `${summary} (${tool}, read-only, uid 1000)` }
  } finally {
    call('rm', '--force', '--volumes', name)
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

const healthCheck = (port: number): string =>
  `fetch('http://127.0.0.1:${port}/health').then((it) => process.exit(it.ok ? 0 : 1), () => process.exit(1))`

async function ready(url: string, started: number): Promise<number | undefined> {
  while (performance.now() - started < 60_000) {
    const ok = await fetch(`${url}/ready`).then(
      (it) => it.ok,
      () => false,
    )
    if (ok) return performance.now() - started
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return undefined
}

/** Waits for an answer of the demo model and returns its length. */
async function chat(url: string): Promise<number> {
  const api = new ApiClient(url)
  await api.signUp()
  const { items } = await api.call<{ items: { id: string }[] }>('GET', '/api/models')
  const model = items[0]?.id
  if (model === undefined) throw new Error('the image offers no model')
  const { chatId } = await api.startRun({ model, text: 'hello' })
  for (let tries = 0; tries < 600; tries++) {
    const message = (await api.chat(chatId)).messages.at(-1)
    if (message?.status === 'done') return message.text.length
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('the answer did not end within a minute')
}
