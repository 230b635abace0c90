import type { TableName } from './schema.ts'

/**
 * What happens to a table's rows, and which personal data they hold. docs/operations/data.md is generated from these.
 */
interface TableFacts {
  /** What one row represents. */
  holds: string
  /** Columns that would give an attacker access. Backups and the database must be kept as secret as these. */
  secrets?: readonly string[]
  /** Whether `shoal backup`, `shoal restore` and `shoal db copy` include the rows. */
  backup: boolean
  /** What `shoal restore --as-copy` does to the rows in addition to what every restore does. */
  asCopy?: 'disabled'
  /** What happens to a user's rows when the account is deleted. */
  erasure: 'deleted' | 'kept' | 'no personal data'
  personal?: {
    purpose: string
    /** How long the data is kept. */
    retention: string
    /** Where else the data is stored, and for how long. */
    copies: string
  }
}

const nowhere = 'none'

/** Every table, parents before children: rows are restored in this order. */
export const tables = {
  account: {
    holds: 'a user who can sign in',
    secrets: ['password_hash'],
    backup: true,
    erasure: 'deleted',
    personal: {
      purpose: 'to sign in, and to show administrators who has access',
      retention: 'until the account is deleted',
      copies:
        'Redis: a hash of the address in the rate limits of sign-in, for minutes. Log: the id, in the line of each request. Browser: name and address, while signed in',
    },
  },
  first_account: { holds: 'the id of the first account', backup: true, erasure: 'kept' },
  session: {
    holds: 'a browser or program that is signed in',
    secrets: ['secret_hash'],
    backup: true,
    erasure: 'deleted',
    personal: {
      purpose: 'to keep users signed in, and to show them where they are signed in',
      retention: 'until a day after the session has ended or expired',
      copies:
        'Redis: device and last use until the session ends, with ENABLE_STAR_SESSIONS_MIDDLEWARE. Log: the address, in the line of each request. Browser: the token',
    },
  },
  api_key: {
    holds: 'an API key',
    secrets: ['hash'],
    backup: true,
    erasure: 'deleted',
    personal: {
      purpose: "to let a user's programs use the API in the user's name",
      retention: 'until the key is revoked',
      copies: nowhere,
    },
  },
  connection: {
    holds: 'a model provider',
    secrets: ['sealed_key'],
    backup: true,
    asCopy: 'disabled',
    erasure: 'no personal data',
  },
  learnt: {
    holds: 'whether a model can continue a partial answer',
    backup: true,
    erasure: 'no personal data',
  },
  chat: {
    holds: 'a chat: title, folder, tags',
    backup: true,
    erasure: 'deleted',
    personal: {
      purpose: "to list a user's chats",
      retention: 'until 25 hours after the chat is deleted',
      copies: 'Provider: the beginning of the chat, if a model names chats',
    },
  },
  folder: {
    holds: 'the name of a folder for chats',
    backup: true,
    erasure: 'deleted',
    personal: {
      purpose: "to list a user's folders",
      retention: 'until the folder or the account is deleted',
      copies: nowhere,
    },
  },
  message: {
    holds: 'a message or an answer',
    backup: true,
    erasure: 'deleted',
    personal: {
      purpose: 'to show the conversation, and to send it to the model with the next message',
      retention: 'until 25 hours after the message or its chat is deleted',
      copies:
        'Provider: the conversation. Browser: drafts and queued messages, until they are sent or the user signs out',
    },
  },
  run: {
    holds: 'how an answer was written: model, owner, status',
    backup: true,
    erasure: 'deleted',
    personal: {
      purpose: 'to resume an answer on another instance',
      retention: 'as long as its message',
      copies:
        'Redis: the text of an answer while it is written and for a minute afterwards, or for a day if it is never ended. Log: its id, if it fails',
    },
  },
  run_part: {
    holds: 'part of the text of an unfinished answer',
    backup: true,
    erasure: 'deleted',
    personal: {
      purpose: 'to lose no text when an instance dies',
      retention: 'until the answer has ended',
      copies: 'Redis: as for `run`',
    },
  },
  run_request: {
    holds: "a client's id of a request",
    backup: true,
    erasure: 'deleted',
    personal: {
      purpose: 'to start only one answer if a request is sent twice',
      retention: 'as long as its chat',
      copies: nowhere,
    },
  },
  revision: { holds: 'how often a feed has changed', backup: true, erasure: 'no personal data' },
  installation: {
    holds: 'the id of this installation, and its generated secret',
    secrets: ['secret'],
    backup: true,
    erasure: 'no personal data',
  },
  job: {
    holds: 'background work; ids of accounts and chats, no text',
    backup: true,
    erasure: 'kept',
    personal: {
      purpose: 'to name a chat even if an instance dies',
      retention: 'until the job is done, or until a week after its last failed attempt',
      copies: nowhere,
    },
  },
  setting: {
    holds: 'a setting that an administrator has changed',
    backup: true,
    erasure: 'no personal data',
  },
  setting_change: {
    holds: 'who changed which settings',
    backup: true,
    erasure: 'kept',
    personal: {
      purpose: 'to show who made a conflicting change',
      retention: 'as long as the installation',
      copies: nowhere,
    },
  },
  instance: { holds: 'the heartbeat of an instance', backup: false, erasure: 'no personal data' },
  epoch: {
    holds: 'where this database is used, and since when',
    backup: false,
    erasure: 'no personal data',
  },
  redis_prefix: { holds: 'a Redis prefix in use', backup: false, erasure: 'no personal data' },
  search_tail: {
    holds: 'the id of a message that the search index does not contain yet',
    backup: false,
    erasure: 'deleted',
    personal: {
      purpose: 'to search messages',
      retention: 'until the search index contains the message',
      copies: nowhere,
    },
  },
  search_block: {
    holds: "part of a user's search index",
    backup: false,
    erasure: 'deleted',
    personal: {
      purpose: 'to search messages',
      retention: 'until the account is deleted',
      copies: nowhere,
    },
  },
  search_page: {
    holds: 'which sections of a block contain two to four characters in a row',
    backup: false,
    erasure: 'deleted',
    personal: { purpose: 'to search messages', retention: 'as long as its block', copies: nowhere },
  },
  search_section: {
    holds: 'the ids of the messages in a section of a block',
    backup: false,
    erasure: 'deleted',
    personal: { purpose: 'to search messages', retention: 'as long as its block', copies: nowhere },
  },
  search_state: {
    holds: 'how far older messages were added to the search index',
    backup: false,
    erasure: 'no personal data',
  },
  schema_migration: { holds: 'a migration of the schema', backup: false, erasure: 'no personal data' },
} as const satisfies Record<TableName, TableFacts>

export const factsOf = (table: TableName): TableFacts => tables[table]

export const allTables = Object.keys(tables) as TableName[]

export type MovedTable = {
  [Table in TableName]: (typeof tables)[Table]['backup'] extends true ? Table : never
}[TableName]

/** The tables that a backup, restore or copy includes, parents first. The others describe one database only. */
export const movedTables = allTables.filter((table): table is MovedTable => tables[table].backup)
