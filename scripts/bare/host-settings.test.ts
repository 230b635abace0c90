import { expect, test } from 'vitest'
import { sourcesIn } from './host-settings.ts'

test('apt sources are read in both formats', () => {
  expect(
    sourcesIn(
      '# a comment\ndeb [signed-by=/k.gpg arch=amd64] http://mirror.example/debian bookworm main\ndeb-src http://mirror.example/debian bookworm main\n',
    ),
  ).toEqual([{ uri: 'http://mirror.example/debian', suites: ['bookworm'] }])
  expect(
    sourcesIn(
      'Types: deb\nURIs: http://a.example/debian\nSuites: trixie trixie-updates\nComponents: main\n\nTypes: deb-src\nURIs: http://b.example/debian\nSuites: trixie\n',
    ),
  ).toEqual([{ uri: 'http://a.example/debian', suites: ['trixie', 'trixie-updates'] }])
})
