import { describe, expect, test } from 'vitest'
import { splitTranscript } from './transcript.ts'

const split = (transcript: string): unknown => {
  const { reasoning, text, thinking, textStart } = splitTranscript(transcript)
  expect(transcript.slice(textStart)).toBe(text)
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

describe('C5: a closing tag whose opening one the template wrote separates thought and answer', () => {
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

describe('C5: a closing tag that an answer only mentions stays in it', () => {
  test.each([
    'The tag `</think>` ends a thought.',
    'The tag "</think>" ends a thought.',
    'It writes <think>…</think> first.',
    'Like this:\n```\nhm\n</think>\n```\n',
    'Cut at\n~~~js\ntext.split("</think>")[1]\n~~~',
  ])('%j', (text) => expect(split(text)).toEqual({ reasoning: '', text, thinking: false }))
})
