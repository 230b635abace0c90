import type { Measure, Row } from '../measure.ts'
import { startPage } from '../../test/browser/support/page-fixture.ts'
import type { PageFixture } from '../../test/browser/support/page-fixture.ts'
import { measureFirstLoad } from './first-load.ts'
import { measureLongChat } from './long-chat.ts'
import { measureRenderer } from './renderer.ts'
import { measureStreaming } from './streaming.ts'

export const web: Measure = {
  name: 'web',
  about: 'the built page in a real browser: first load, a streamed answer, a long chat, rest',
  async run(): Promise<Row[]> {
    await using page: PageFixture = await startPage(
      { short: { words: 30 }, stream: {} },
      { env: { GLOBAL_LOG_LEVEL: 'INFO' }, wholeBrowser: true },
    )
    return [
      ...(await measureFirstLoad(page)),
      ...(await measureStreaming(page)),
      ...(await measureLongChat(page)),
      ...(await measureRenderer()),
    ]
  },
}
