import { existsSync, readdirSync, readFileSync } from 'node:fs'

/**
 * CPU time that processes have used so far, user and system, µs. Read per thread from the scheduler, which counts
 * nanoseconds, while `/proc/PID/stat` counts ticks of 10 ms.
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

/** Returns '0' if the thread has ended since it was listed. */
function readThread(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return '0'
    throw error
  }
}

/** Resident memory of a process, bytes. */
export function residentBytes(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  if (!found) throw new Error(`process ${pid} does not report its resident memory`)
  return Number(found[1]) * 1024
}

/** CPU time of each child of a process, such as the backends of PostgreSQL, µs. */
export function cpuOfChildren(pid: number): Map<number, number> {
  const children = readdirSync('/proc')
    .map(Number)
    .filter((candidate) => candidate > 0 && parentOf(candidate) === pid)
  return new Map(children.flatMap((child) => (isThere(child) ? [[child, cpuMicros(child)]] : [])))
}

const isThere = (pid: number): boolean => existsSync(`/proc/${pid}/task`)

/** CPU time that the children have used between two results of `cpuOfChildren`, µs. */
export function spentBetween(before: Map<number, number>, after: Map<number, number>): number {
  return [...after].reduce((sum, [pid, cpu]) => sum + cpu - (before.get(pid) ?? 0), 0)
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may contain any character, blanks included.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}
