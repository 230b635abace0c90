import { existsSync, readdirSync, readFileSync } from 'node:fs'

/**
 * CPU time that processes have taken so far, µs, user and system. Read per thread from the scheduler, which counts
 * nanoseconds where `/proc/PID/stat` counts ticks of 10 ms.
 */
export function cpuMicros(...pids: number[]): number {
  return pids.reduce((sum, pid) => sum + ofProcess(pid), 0)
}

function ofProcess(pid: number): number {
  let nanoseconds = 0
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readThread(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0])
  }
  return nanoseconds / 1000
}

/** A thread may end between the listing and the reading. */
function readThread(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return '0'
    throw error
  }
}

/** Memory that a process holds, bytes. */
export function residentBytes(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  if (!found) throw new Error(`process ${pid} does not say how much memory it holds`)
  return Number(found[1]) * 1024
}

/** CPU time of each process that a process has started, such as the backends of PostgreSQL, µs. */
export function cpuOfChildren(pid: number): Map<number, number> {
  const children = readdirSync('/proc')
    .map(Number)
    .filter((candidate) => candidate > 0 && parentOf(candidate) === pid)
  return new Map(children.flatMap((child) => (isThere(child) ? [[child, cpuMicros(child)]] : [])))
}

const isThere = (pid: number): boolean => existsSync(`/proc/${pid}/task`)

/** What the children of both moments have taken between them. */
export function spentBetween(before: Map<number, number>, after: Map<number, number>): number {
  return [...after].reduce((sum, [pid, cpu]) => sum + cpu - (before.get(pid) ?? 0), 0)
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold anything, blanks included.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}
