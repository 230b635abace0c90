import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ContainerOptions } from './container.ts'
import { root } from './stand-in-images.ts'

export type Unit = Pick<ContainerOptions, 'user' | 'command' | 'workingFolder' | 'env'> & {
  /** The path below /var/lib. */
  stateFolder: string
}

/** Reads the process settings of a published unit. `instance` replaces `%i`. */
export function readUnit(name: string, instance = ''): Unit {
  const text = readFileSync(join(root, 'deploy/systemd', name), 'utf8')
    .replaceAll('%i', instance)
    .replaceAll('%H', 'debian')
  const all = (key: string): string[] =>
    [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value)
  const one = (key: string): string => {
    const [value] = all(key)
    if (value === undefined) throw new Error(`${name} has no ${key}`)
    return value
  }
  return {
    user: one('User'),
    command: one('ExecStart').split(' '),
    workingFolder: one('WorkingDirectory'),
    stateFolder: one('StateDirectory'),
    env: Object.fromEntries(
      all('Environment').flatMap((line) =>
        line.split(' ').map((pair) => pair.split('=', 2) as [string, string]),
      ),
    ),
  }
}
