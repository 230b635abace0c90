import { expect, test } from 'vitest'
import { promptOf } from './prompt.ts'

const q = (text: string) => ({ role: 'user' as const, text })
const a = (text: string) => ({ role: 'assistant' as const, text })

test.each([
  ['failed', [q('One'), a(''), q('Two')]],
  ['stopped before any text', [q('One'), a(' \n'), q('Two')]],
  ['has only reasoning', [q('One'), a('<think>\nhm\n</think>\n\n'), q('Two')]],
  ['was stopped during reasoning', [q('One'), a('<think>\nhm'), q('Two')]],
  ['has only reasoning, with the opening tag from the template', [q('One'), a('hm</think>'), q('Two')]],
  ['is missing', [q('One'), q('Two')]],
])('C4: no two messages of one role in a row: an answer that %s', (_name, path) => {
  expect(promptOf(path)).toEqual([{ role: 'user', content: 'One\n\nTwo' }])
})

test('C4: roles alternate and no text is lost, however many answers are empty', () => {
  const path = [
    q('1'),
    a(''),
    q('2'),
    a(''),
    q('3'),
    a('A'),
    q('4'),
    a('<think>x'),
    q('5'),
    a('B'),
    a('C'),
    q('6'),
  ]
  expect(promptOf(path)).toEqual([
    { role: 'user', content: '1\n\n2\n\n3' },
    { role: 'assistant', content: 'A' },
    { role: 'user', content: '4\n\n5' },
    { role: 'assistant', content: 'B\n\nC' },
    { role: 'user', content: '6' },
  ])
})

test('C5: reasoning without its opening tag is not sent back to the model', () => {
  expect(promptOf([q('One'), a('hm, tricky\n</think>\n\nYes'), q('Two')])[1]).toEqual({
    role: 'assistant',
    content: 'Yes',
  })
})
