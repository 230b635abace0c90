import { expect, test } from 'vitest'
import { renameStep } from './rename-step.ts'

const typed = { title: ' Tides ', before: 'Old title', failed: false }

test.each([
  ['Enter saves the typed title', 'confirmed', typed, 'save'],
  ['leaving the field saves it too', 'left', typed, 'save'],
  ['Escape keeps the old title', 'cancelled', typed, 'cancel'],
  ['an unchanged title is not sent', 'confirmed', { ...typed, title: 'Old title ' }, 'cancel'],
  ['an empty title is not sent', 'left', { ...typed, title: '  ' }, 'cancel'],
  ['Enter tries a failed title again', 'confirmed', { ...typed, failed: true }, 'save'],
  ['leaving the field after a failure gives up', 'left', { ...typed, failed: true }, 'cancel'],
] as const)('D10: %s', (_, trigger, state, step) => {
  expect(renameStep(trigger, state)).toBe(step)
})
