/** Measures one candidate once and returns its cost; all candidates use the same unit. */
export type Contestant = () => Promise<number>

/**
 * Measures the candidates in turn, `rounds` times, and keeps the minimum of each, because other work on the machine
 * only adds cost. The candidates alternate, so that no candidate alone is measured while the machine is idle.
 */
export async function alternate<K extends string>(
  contestants: Record<K, Contestant>,
  rounds: number,
): Promise<Record<K, number>> {
  const names = Object.keys(contestants) as K[]
  const min = Object.fromEntries(names.map((name) => [name, Infinity])) as Record<K, number>
  for (let round = 0; round < rounds; round++) {
    for (const name of names) min[name] = Math.min(min[name], await contestants[name]())
  }
  return min
}
