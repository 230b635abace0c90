interface Node {
  id: string
  parent_id: string | null
}

/**
 * Which leaf to show after a branch below `parentId` is gone: the newest end of what else hangs there, or else the
 * parent itself. `rest` is what is left of the chat, oldest first.
 */
export function leafAfterDeletion(rest: Node[], parentId: string | null): string | null {
  const newestChild = new Map(rest.map((node) => [node.parent_id, node.id]))
  let leaf = parentId
  for (let next = newestChild.get(leaf); next !== undefined; next = newestChild.get(leaf)) leaf = next
  return leaf
}
