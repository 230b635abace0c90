import type { Rolldown } from 'vite'

type Context = Parameters<Rolldown.CodeSplittingNameFunction>[1]

/**
 * Names one chunk for each step of the first load. A step is a module that is loaded with everything it imports
 * statically, except what an earlier step has loaded. Without this, each module that a lazy part uses too becomes a file
 * of its own, and so a request of the first load.
 */
export function loadChunks(
  steps: readonly { name: string; module: string }[],
): Rolldown.CodeSplittingNameFunction {
  let chunks: Map<string, string> | undefined
  return (id, context) => {
    chunks ??= new Map(
      steps
        .toReversed()
        .flatMap(({ name, module }) => [...importsOf(module, context)].map((one) => [one, name])),
    )
    return chunks.get(id)
  }
}

function importsOf(module: string, context: Context): Set<string> {
  const found = new Set([module])
  for (const id of found)
    for (const imported of context.getModuleInfo(id)?.importedIds ?? []) found.add(imported)
  return found
}
