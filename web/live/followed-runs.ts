import type { ClientFrame } from '../../protocol/frames.ts'
import type { RunFrame, RunSeed } from './followed-run.ts'
import { createRunStore } from './run-store.ts'
import type { RunStore, WritableRunStore } from './run-store.ts'
import type { Follow } from './transport.ts'

export interface FollowedRunsOptions {
  send: (frame: ClientFrame) => boolean
  /** The followed runs or their positions changed: a connection that has them in its address has to be reopened. */
  onChanged: () => void
  /** A run cannot be followed any more: its chat has to be read over HTTP. */
  onLost: () => void
}

/** The runs that this page follows on its live connection, by id. */
export interface FollowedRuns {
  /** The open runs with the positions of their readers. */
  follows: () => Follow[]
  /** A new connection is open: follows every open run on it. */
  connectionOpened: () => void
  receive: (frame: RunFrame) => void
  /** Follows a run, starting with the known text. Each caller must release it; the last release unfollows the run. */
  follow: (seed: RunSeed) => { run: RunStore; release: () => void }
}

interface Following {
  store: WritableRunStore
  holders: number
  /** How many times in a row the run had to be followed again without progress. */
  failedFollows: number
}

/** After more follows without progress, the chat is read over HTTP instead. */
const maxFailedFollows = 4

export function createFollowedRuns({ send, onChanged, onLost }: FollowedRunsOptions): FollowedRuns {
  const following = new Map<string, Following>()
  // Run ids by channel number. The numbers are valid for one connection.
  let channels = new Map<number, string>()

  const follows = (): Follow[] =>
    [...following]
      .filter(([, { store }]) => isOpen(store))
      .map(([runId, { store }]) => ({ runId, position: store.get().position }))
  const sendFollow = (follow: Follow): void => void send({ t: 'follow', ...follow })

  const runIdOf = (frame: RunFrame): string | undefined => {
    if (frame.t === 'run') channels.set(frame.c, frame.runId)
    return 'runId' in frame ? frame.runId : channels.get(frame.c)
  }

  return {
    follows,
    connectionOpened() {
      channels = new Map()
      for (const it of follows()) sendFollow(it)
    },
    receive(frame) {
      const runId = runIdOf(frame)
      const it = runId === undefined ? undefined : following.get(runId)
      if (runId === undefined || !it) return
      const before = it.store.get()
      const followAgain = it.store.apply(frame)
      const { text, position } = it.store.get()
      if (text.length !== before.text.length) it.failedFollows = 0
      if (followAgain) {
        if (++it.failedFollows > maxFailedFollows) return onLost()
        sendFollow({ runId, position })
        onChanged()
      } else if (!isOpen(it.store)) onChanged()
    },
    follow(seed) {
      const { runId } = seed
      const it = following.get(runId) ?? { store: createRunStore(seed), holders: 0, failedFollows: 0 }
      it.holders++
      if (it.holders === 1) {
        following.set(runId, it)
        sendFollow({ runId, position: it.store.get().position })
        onChanged()
      }
      let held = true
      return {
        run: it.store,
        release() {
          if (!held) return
          held = false
          if (--it.holders > 0) return
          following.delete(runId)
          if (isOpen(it.store)) send({ t: 'unfollow', runId })
          onChanged()
        },
      }
    },
  }
}

function isOpen(store: RunStore): boolean {
  return store.get().state.name === 'open'
}
