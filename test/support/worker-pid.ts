import { execFileSync } from 'node:child_process'

/** The process id of the worker with this label, which is a child of the supervisor. */
export function workerPid(supervisor: number, label: string): number {
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(supervisor)], { encoding: 'utf8' })
  for (const pid of children.split('\n').map(Number).filter(Boolean)) {
    const environment = execFileSync('cat', [`/proc/${pid}/environ`], { encoding: 'utf8' })
    if (environment.split('\0').includes(`INSTANCE_ID=${label}`)) return pid
  }
  throw new Error(`no worker ${label} below ${supervisor}`)
}
