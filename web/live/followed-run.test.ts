import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FollowedRun, RunFrame, TextChange } from './followed-run.ts'
import { seedRun, applyFrame } from './followed-run.ts'
import { linkOf } from './run-store.ts'

const seed = seedRun({ runId: 'r', messageId: 'm', text: '', fence: 0, phase: 'running' })

/** The text of a component that only receives changes. */
function applied(shown: string, changes: TextChange[]): string {
  return changes.reduce((text, it) => (it.kind === 'cut' ? text.slice(0, it.length) : text + it.text), shown)
}

function runFrame(
  text: string,
  from: number,
  how: 'recovered' | 'rewind' | 'reset' = 'recovered',
  keep = from,
): RunFrame {
  return {
    t: 'run',
    c: 1,
    runId: 'r',
    messageId: 'm',
    how,
    keep,
    text: text.slice(from),
    position: { fence: 7, seq: 1, length: text.length },
    phase: 'running',
  }
}

function endFrame(length: number): RunFrame {
  return { t: 'run.end', c: 1, runId: 'r', messageId: 'm', status: 'done', length, fence: 7 }
}

describe('a followed run', () => {
  test('cut, repeated and lost frames give the exact text, because the run is followed again', () => {
    const pieces = fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }), { maxLength: 40 })
    const faults = fc.infiniteStream(fc.constantFrom('pass', 'pass', 'pass', 'lose', 'repeat', 'overlap'))
    fc.assert(
      fc.property(pieces, faults, (words, fate) => {
        let run: FollowedRun = seed
        let shown = ''
        let sent = ''
        const take = (frame: RunFrame): void => {
          const step = applyFrame(run, frame)
          run = step.run
          shown = applied(shown, step.changes)
          expect(shown).toBe(run.text)
          expect(run.text.length).toBe(run.position.length)
          if (step.followAgain) take(runFrame(sent, run.text.length))
        }
        for (const x of words) {
          const at = sent.length
          sent += x
          const what = fate.next().value
          if (what === 'lose') continue
          const back = what === 'overlap' ? Math.min(3, at) : 0
          const frame: RunFrame = { t: 'w', c: 1, at: at - back, x: sent.slice(at - back) }
          take(frame)
          if (what === 'repeat') take(frame)
        }
        take(endFrame(sent.length))
        if (run.state.name !== 'ended') take(endFrame(sent.length))
        expect(run.text).toBe(sent)
        expect(run.state).toMatchObject({ name: 'ended', end: { status: 'done' } })
      }),
    )
  })

  test('a rewind replaces the tail and keeps no replaced text', () => {
    const has = applyFrame(seed, runFrame('one two three', 0)).run
    const step = applyFrame(has, runFrame('one two four', 8, 'rewind'))
    expect(step.run.text).toBe('one two four')
    expect(step.changes).toEqual([
      { kind: 'cut', length: 8 },
      { kind: 'append', text: 'four' },
    ])
    expect(step.run.replacedText).toBeNull()
  })

  test('a reset keeps the text that it replaces', () => {
    const has = applyFrame(seed, runFrame('the first version', 0)).run
    const regenerated = applyFrame(has, runFrame('a', 0, 'reset')).run
    expect(regenerated.text).toBe('a')
    expect(regenerated.replacedText).toBe('the first version')
    const again = applyFrame(regenerated, runFrame('b', 0, 'reset')).run
    expect(again.replacedText).toBe('the first version')
  })

  test('a reset to text that extends the shown text removes nothing', () => {
    const has = applyFrame(seed, runFrame('the same', 0)).run
    const step = applyFrame(has, runFrame('the same words', 0, 'reset'))
    expect(step.changes).toEqual([{ kind: 'append', text: ' words' }])
    expect(step.run.replacedText).toBeNull()
  })

  test('missing text, and a `keep` beyond the text, follow the run again and change nothing', () => {
    const hole = applyFrame(seed, { t: 'w', c: 1, at: 3, x: 'x' })
    expect(hole).toEqual({ run: seed, changes: [], followAgain: true })
    expect(applyFrame(seed, runFrame('abcdef', 5)).followAgain).toBe(true)
  })

  test('an end with another length is not accepted', () => {
    const step = applyFrame(seed, endFrame(5))
    expect(step.followAgain).toBe(true)
    expect(step.run).toBe(seed)
  })

  test('a batch with a seq sets the seq of the position, a batch without one keeps it', () => {
    let run = applyFrame(seed, runFrame('', 0)).run
    run = applyFrame(run, { t: 'w', c: 1, at: 0, x: 'a', s: 4 }).run
    run = applyFrame(run, { t: 'w', c: 1, at: 1, x: 'b' }).run
    expect(run.position).toEqual({ fence: 7, seq: 4, length: 2 })
  })

  test('a moving run has moved once another owner writes it, even without a report', () => {
    const moving = applyFrame(seed, { t: 'run.link', c: 1, link: 'moving' }).run
    const same = applyFrame(moving, {
      ...runFrame('ab', 0),
      position: { fence: 0, seq: 1, length: 2 },
    } as RunFrame)
    expect(linkOf(same.run)).toBe('moving')
    expect(linkOf(applyFrame(same.run, runFrame('abc', 2)).run)).toBe('moved')
  })

  test('new text makes a stalled link live; a change of phase keeps the link', () => {
    const stalled = applyFrame(seed, { t: 'run.link', c: 1, link: 'stalled' }).run
    const stopping = applyFrame(stalled, { t: 'run.phase', c: 1, phase: 'stopping' }).run
    expect([stopping.phase, linkOf(stopping)]).toEqual(['stopping', 'stalled'])
    expect(linkOf(applyFrame(stopping, { t: 'w', c: 1, at: 0, x: 'a' }).run)).toBe('live')
  })

  test.each<[string, RunFrame]>([
    ['ended', endFrame(0)],
    ['gone', { t: 'run.gone', runId: 'r' }],
  ])('no frame changes a run whose state is `%s`', (name, last) => {
    const over = applyFrame(seed, last).run
    expect(over.state.name).toBe(name)
    const later: RunFrame[] = [
      runFrame('other', 0, 'reset'),
      { t: 'w', c: 1, at: 0, x: 'late' },
      { t: 'w', c: 1, at: 9, x: 'hole' },
      { t: 'run.link', c: 1, link: 'moving' },
      { t: 'run.phase', c: 1, phase: 'queued' },
      endFrame(3),
      { t: 'run.gone', runId: 'r' },
    ]
    for (const frame of later)
      expect(applyFrame(over, frame)).toEqual({ run: over, changes: [], followAgain: false })
  })
})
