import { describe, expect, test } from 'vitest'
import { isThinking, partsOf, ReasoningSplitter, visibleText } from './transcript.ts'

const split = (transcript: string): unknown => {
  const text = visibleText(transcript)
  const thinking = isThinking(transcript)
  const parts = partsOf(transcript)
  const reasoning = parts.find(({ kind }) => kind === 'reasoning')?.text ?? ''
  expect(transcript.endsWith(text)).toBe(true)
  expect(parts).toEqual([
    ...(reasoning === '' ? [] : [{ kind: 'reasoning', text: reasoning, open: thinking }]),
    ...(text === '' ? [] : [{ kind: 'text', text }]),
  ])
  return { reasoning, text, thinking }
}

describe('a transcript with its opening tag', () => {
  test.each([
    ['<think>\nhm\n</think>\n\nYes', { reasoning: 'hm', text: 'Yes', thinking: false }],
    [' \n<think>hm</think>Yes', { reasoning: 'hm', text: 'Yes', thinking: false }],
    ['<think>\nhm', { reasoning: 'hm', text: '', thinking: true }],
    ['Yes', { reasoning: '', text: 'Yes', thinking: false }],
    ['', { reasoning: '', text: '', thinking: false }],
  ])('%j', (transcript, expected) => expect(split(transcript)).toEqual(expected))
})

describe('C5: a closing tag separates reasoning and answer if the template wrote the opening tag', () => {
  test.each([
    ['hm\n</think>\n\nYes', { reasoning: 'hm', text: 'Yes', thinking: false }],
    ['hm.</think>Yes', { reasoning: 'hm.', text: 'Yes', thinking: false }],
    ['</think>\n\nYes', { reasoning: '', text: 'Yes', thinking: false }],
    ['hm</think>', { reasoning: 'hm', text: '', thinking: false }],
    ['use `x`\n</think>\nYes', { reasoning: 'use `x`', text: 'Yes', thinking: false }],
    ['```\na\n```\nso</think>Yes', { reasoning: '```\na\n```\nso', text: 'Yes', thinking: false }],
    ['say `</think>`?\n</think>\nYes', { reasoning: 'say `</think>`?', text: 'Yes', thinking: false }],
    ['<think>\nhm\n</think>\n\n</think>\n\nYes', { reasoning: 'hm', text: 'Yes', thinking: false }],
    ['hm</think>The tag is </think>.', { reasoning: 'hm', text: 'The tag is </think>.', thinking: false }],
    [
      'hm</think>It is <think>a</think>.',
      { reasoning: 'hm', text: 'It is <think>a</think>.', thinking: false },
    ],
  ])('%j', (transcript, expected) => expect(split(transcript)).toEqual(expected))
})

describe('C5: a closing tag that an answer only mentions stays in the answer', () => {
  test.each([
    'The tag `</think>` ends a thought.',
    'The tag "</think>" ends a thought.',
    'It writes <think>…</think> first.',
    'Like this:\n```\nhm\n</think>\n```\n',
    'Cut at\n~~~js\ntext.split("</think>")[1]\n~~~',
  ])('%j', (text) => expect(split(text)).toEqual({ reasoning: '', text, thinking: false }))
})

describe('a transcript that is still being written', () => {
  const reasoning = (text: string, open: boolean): unknown => ({ kind: 'reasoning', text, open })
  const text = (words: string): unknown => ({ kind: 'text', text: words })

  test.each([
    ['<', []],
    ['\n<thi', []],
    ['<think>hm</thi', [reasoning('hm', true)]],
    ['<think>hm</think', [reasoning('hm', true)]],
    ['<think>hm</think>Yes', [reasoning('hm', false), text('Yes')]],
    ['hm</thin', [text('hm')]],
    ['Is 1 <', [text('Is 1 ')]],
    ['Is 1 <thi', [text('Is 1 <thi')]],
    ['Is 1 <2', [text('Is 1 <2')]],
  ])('%j: an incomplete tag at the end is left out until it is complete', (transcript, parts) => {
    expect(partsOf(transcript, { ended: false })).toEqual(parts)
  })

  test('an ended transcript keeps every character', () => {
    for (const transcript of ['<', 'hm</thin', 'Is 1 <'])
      expect(partsOf(transcript)).toEqual([text(transcript)])
  })
})

test('text that is split at any position gives the same reasoning and answer', () => {
  const words = ' <think>\nhm </th> hm</think>\n\nYes </think> <'
  for (let at = 0; at <= words.length; at++) {
    const splitter = new ReasoningSplitter()
    const pieces = [splitter.push(words.slice(0, at)), splitter.push(words.slice(at)), splitter.end()]
    expect(
      pieces
        .map(({ reasoning }) => reasoning)
        .join('')
        .trim(),
    ).toBe('hm </th> hm')
    expect(pieces.map(({ text }) => text).join('')).toBe('Yes </think> <')
  }
})
