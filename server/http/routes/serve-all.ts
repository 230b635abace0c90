import type { Serve } from '../serve-operation.ts'
import type { UseCases } from '../use-cases.ts'
import { serveAccount } from './account.ts'
import { serveApp } from './app.ts'
import { serveAuth } from './auth.ts'
import { serveChats } from './chats.ts'
import { serveCluster } from './cluster.ts'
import { serveConnections } from './connections.ts'
import { serveMessages } from './messages.ts'
import { serveModels } from './models.ts'
import { serveRuns } from './runs.ts'
import { serveSettings } from './settings.ts'
import { serveUsers } from './users.ts'

export function serveAll(serve: Serve, { accounts, chat, settings, cluster }: UseCases): void {
  serveApp(serve, cluster)
  serveAuth(serve, accounts)
  serveAccount(serve, accounts)
  serveUsers(serve, accounts)
  serveModels(serve, settings)
  serveConnections(serve, settings)
  serveSettings(serve, settings)
  serveChats(serve, chat)
  serveMessages(serve, chat)
  serveRuns(serve, chat)
  serveCluster(serve, cluster)
}
