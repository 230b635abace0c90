import type { TableName } from './schema.ts'

/** What becomes of a table's rows, and what they say of people. docs/operations/data.md is generated from these. */
interface TableFacts {
  /** What one row is. */
  holds: string
  /** Columns that would let somebody in. The file of a backup and the database are as secret as they are. */
  secrets?: readonly string[]
  /** Whether `shoal backup`, `shoal restore` and `shoal db copy` take the rows along. */
  backup: boolean
  /** What `shoal restore --as-copy` makes of them beside the new epoch that every restore begins. */
  asCopy?: 'disabled'
  /** What becomes of the rows of a person whose account is deleted. */
  erasure: 'deleted' | 'kept' | 'none of a person'
  personal?: {
    purpose: string
    /** How long it stays. */
    retention: string
    /** Where else it stands, and for how long. */
    copies: string
  }
}

const nowhere = 'none'

/** Every table, parents first: the order in which rows are restored. */
export const tables = {
  account: {
    holds: 'a person who can sign in',
    secrets: ['password_hash'],
    backup: true,
    erasure: 'deleted',
    personal: {
      purpose: 'to sign in, and to show administrators who has access',
      retention: 'until the account is deleted',
      copies:
        'Redis: a hash of the address in limits of sign-in, for minutes. Log: the id, in the line of each request. Browser: name and address while signed in',
    },
  },
  first_account: { holds: 'who made the first account', backup: true, erasure: 'kept' },
  session: {
    holds: 'a browser or program that is signed in',
    secrets: ['secret_hash'],
    backup: true,
    erasure: 'deleted',
    personal: {
      purpose: 'to keep people signed in, and to show them where they are',
      retention: 'until a day after it has ended or expired',
      copies:
        'Redis: device and last use until it ends, with ENABLE_STAR_SESSIONS_MIDDLEWARE. Log: the address, in the line of each request. Browser: the token',
    },
  },
  api_key: {
    holds: 'a key for programs',
    secrets: ['hash'],
    backup: true,
    erasure: 'deleted',
    personal: {
      purpose: 'to let programs of a person ask in their name',
      retention: 'until it is revoked',
      copies: nowhere,
    },
  },
  connection: {
    holds: 'a model provider',
    secrets: ['sealed_key'],
    backup: true,
    asCopy: 'disabled',
    erasure: 'none of a person',
  },
  learnt: {
    holds: 'whether a model continues a text',
    backup: true,
    erasure: 'none of a person',
  },
  chat: {
    holds: 'a chat: title, folder, tags',
    backup: true,
    erasure: 'deleted',
    personal: {
      purpose: 'to list the chats of a person',
      retention: 'until 25 hours after the chat is deleted',
      copies: 'Provider: the beginning of the chat, where a model gives titles',
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
        'Provider: what was asked and answered. Browser: drafts and queued messages, until they are sent or the person signs out',
    },
  },
  run: {
    holds: 'how an answer was written: model, owner, end',
    backup: true,
    erasure: 'deleted',
    personal: {
      purpose: 'to continue an answer on another instance',
      retention: 'as long as its message',
      copies:
        'Redis: the words of an answer while it is written, and for a minute after it; a day, where nothing ends it. Log: its id, where it fails',
    },
  },
  run_part: {
    holds: 'words of an answer that is being written',
    backup: true,
    erasure: 'deleted',
    personal: {
      purpose: 'to lose no words when an instance dies',
      retention: 'until the answer has ended',
      copies: 'Redis: as for `run`',
    },
  },
  run_request: {
    holds: "a client's name for a request",
    backup: true,
    erasure: 'deleted',
    personal: {
      purpose: 'to answer a request once that is sent twice',
      retention: 'as long as its chat',
      copies: nowhere,
    },
  },
  revision: { holds: 'how often a feed has changed', backup: true, erasure: 'none of a person' },
  installation: {
    holds: 'what this installation is, and a secret that it has generated',
    secrets: ['secret'],
    backup: true,
    erasure: 'none of a person',
  },
  job: {
    holds: 'background work; ids of accounts and chats, no text',
    backup: true,
    erasure: 'kept',
    personal: {
      purpose: 'to give a chat its title even where an instance dies',
      retention: 'until it is done, or a week after it was given up',
      copies: nowhere,
    },
  },
  setting: {
    holds: 'a setting that an administrator has changed',
    backup: true,
    erasure: 'none of a person',
  },
  setting_change: {
    holds: 'who changed which settings',
    backup: true,
    erasure: 'kept',
    personal: {
      purpose: 'to say whose change came in between',
      retention: 'as long as the installation',
      copies: nowhere,
    },
  },
  instance: { holds: 'the heartbeat of an instance', backup: false, erasure: 'none of a person' },
  epoch: {
    holds: 'since when this database is used in this place',
    backup: false,
    erasure: 'none of a person',
  },
  redis_prefix: { holds: 'a Redis prefix in use', backup: false, erasure: 'none of a person' },
  schema_migration: { holds: 'a change of the tables', backup: false, erasure: 'none of a person' },
} as const satisfies Record<TableName, TableFacts>

export const factsOf = (table: TableName): TableFacts => tables[table]

export const allTables = Object.keys(tables) as TableName[]

export type MovedTable = {
  [Table in TableName]: (typeof tables)[Table]['backup'] extends true ? Table : never
}[TableName]

/** What goes along when data moves, parents first. The others belong to each database alone. */
export const movedTables = allTables.filter((table): table is MovedTable => tables[table].backup)
