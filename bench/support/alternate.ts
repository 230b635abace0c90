/** Something to be measured several times: answers with its cost, in whatever unit. */
export type Contestant = () => Promise<number>

/**
 * Measures each in turn, `rounds` times, and keeps the least of each: other work on the machine only adds, and whoever
 * was measured in one quiet moment would win against who was not.
 */
export async function alternate<K extends string>(
  contestants: Record<K, Contestant>,
  rounds: number,
): Promise<Record<K, number>> {
  const names = Object.keys(contestants) as K[]
  const least = Object.fromEntries(names.map((name) => [name, Infinity])) as Record<K, number>
  for (let round = 0; round < rounds; round++) {
    for (const name of names) least[name] = Math.min(least[name], await contestants[name]())
  }
  return least
}
