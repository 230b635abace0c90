import process from 'node:process'

/** The environment of this process, for `readConfig`. */
export function processEnvironment(): Record<string, string | undefined> {
  return process.env
}
