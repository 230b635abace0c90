import { describe, expect, test } from 'vitest'
import type { MessageView } from '../../../../protocol/http/chats.ts'
import { newestLeafUnder, pathTo, siblingsOf, subtreeOf } from './message-tree.ts'

function message(id: string, parentId: string | null, createdAt: number): MessageView {
  const role = id.startsWith('q') ? 'user' : 'assistant'
  return { id, parentId, role, text: id, status: 'done', model: null, createdAt, runId: null }
}

// q1 ─ a1 ─ q2 ─ a2
//    └ a1b ┬ q3 ─ a3
//          └ q4
const tree = [
  message('q1', null, 1),
  message('a1', 'q1', 2),
  message('q2', 'a1', 3),
  message('a2', 'q2', 4),
  message('a1b', 'q1', 5),
  message('q3', 'a1b', 6),
  message('a3', 'q3', 9),
  message('q4', 'a1b', 7),
]
const one = (id: string): MessageView => tree.find((it) => it.id === id)!

describe('the tree of messages', () => {
  test('a path leads from the root to the leaf', () => {
    expect(pathTo(tree, 'a2').map((it) => it.id)).toEqual(['q1', 'a1', 'q2', 'a2'])
    expect(pathTo(tree, null)).toEqual([])
    expect(pathTo(tree, 'unknown')).toEqual([])
  })

  test('a path through a cycle or a missing parent ends', () => {
    const broken = [message('a', 'b', 1), message('b', 'a', 2), message('c', 'gone', 3)]
    expect(pathTo(broken, 'a')).toHaveLength(2)
    expect(pathTo(broken, 'c').map((it) => it.id)).toEqual(['c'])
    expect(newestLeafUnder(broken, 'a')).toBeDefined()
  })

  test('siblings have the same parent, oldest first', () => {
    expect(siblingsOf(tree, one('a1b')).map((it) => it.id)).toEqual(['a1', 'a1b'])
    expect(siblingsOf(tree, one('q1')).map((it) => it.id)).toEqual(['q1'])
  })

  test('switching to a branch shows the last message of its newest branch', () => {
    expect(newestLeafUnder(tree, 'a1')).toBe('a2')
    expect(newestLeafUnder(tree, 'a1b')).toBe('q4')
    expect(newestLeafUnder(tree, 'a2')).toBe('a2')
  })

  test('a subtree holds a message and all its descendants', () => {
    expect([...subtreeOf(tree, 'a1b')].sort()).toEqual(['a1b', 'a3', 'q3', 'q4'])
    // Children that are listed before their parents are found too.
    expect(subtreeOf(tree.toReversed(), 'q1').size).toBe(tree.length)
  })
})
