import type { ResponseOf } from '../../../protocol/http/index.ts'
import { foldText } from './fold-text.ts'

export type Model = ResponseOf<'listModels'>['items'][number]

/** A list of at most this many models is shown as it is, without the recent models on top. */
export const shortList = 8
/** The maximum number of recent models on top of the list. */
const maxRecent = 5

interface IndexedModel {
  model: Model
  /** The place in the catalogue. */
  place: number
  name: FoldedName
  id: FoldedName
  connection: string
}

interface FoldedName {
  words: string
  /** The words without the spaces, so that `gpt4` finds `gpt-4`. */
  joined: string
}

export type ModelIndex = readonly IndexedModel[]

/** Folds the names of all models once, so that each key press only compares. */
export function indexModels(models: readonly Model[]): ModelIndex {
  return models.map((model, place) => ({
    model,
    place,
    name: foldName(model.name),
    id: foldName(model.id),
    connection: foldText(model.connectionName),
  }))
}

function foldName(text: string): FoldedName {
  const words = foldText(text)
  return { words, joined: words.replaceAll(' ', '') }
}

export interface ModelGroup {
  /** The id of the connection; undefined for the recent models. */
  connectionId: string | undefined
  connectionName: string | undefined
  models: Model[]
}

export interface FoundModels {
  groups: ModelGroup[]
  /** How many models match, shown or not. */
  count: number
  /** How many of them are not shown. */
  hidden: number
}

export interface FindModelsOptions {
  query: string
  /** The model that is chosen now; it is always among the shown ones if the query is empty. */
  chosen: string | null
  /** The ids of the models that were used last, newest first. */
  recent: readonly string[]
  /** The maximum number of models to show. */
  limit: number
}

/**
 * Finds the models that contain every word of the query, in the name, id or connection. The best hit comes first, and
 * the hits are grouped by connection. Without a query, recent models come first.
 */
export function findModels(index: ModelIndex, options: FindModelsOptions): FoundModels {
  return options.query.trim() === '' ? listAll(index, options) : search(index, options)
}

/** Whether a text contains every word of the query. */
export function includesWords(text: string, query: string): boolean {
  const folded = foldText(text)
  return foldText(query)
    .split(' ')
    .every((word) => folded.includes(word))
}

function listAll(index: ModelIndex, { chosen, recent, limit }: FindModelsOptions): FoundModels {
  const all = index.map(({ model }) => model)
  const first = all.length > shortList ? recentFirst(all, chosen, recent) : []
  const rest = all.filter((model) => !first.includes(model)).slice(0, Math.max(0, limit - first.length))
  const top: ModelGroup[] =
    first.length > 0 ? [{ connectionId: undefined, connectionName: undefined, models: first }] : []
  return {
    groups: [...top, ...groupByConnection(rest)],
    count: all.length,
    hidden: all.length - first.length - rest.length,
  }
}

/** The chosen model and those that were used last. */
function recentFirst(all: readonly Model[], chosen: string | null, recent: readonly string[]): Model[] {
  const ids = new Set([...(chosen === null ? [] : [chosen]), ...recent])
  return [...ids].flatMap((id) => all.find((model) => model.id === id) ?? []).slice(0, maxRecent)
}

function search(index: ModelIndex, { query, recent, limit }: FindModelsOptions): FoundModels {
  // Empty if the query is only punctuation, which every model matches.
  const words = foldText(query).split(' ').filter(Boolean)
  const phrase = { words: words.join(' '), joined: words.join('') }
  const exact = query.trim()
  const hits = index
    .flatMap((it) => {
      const rank = it.model.id === exact ? 0 : rankOf(it, words, phrase)
      const used = recent.indexOf(it.model.id)
      return rank === undefined ? [] : [{ ...it, rank, used: used < 0 ? recent.length : used }]
    })
    .toSorted((a, b) => a.rank - b.rank || a.used - b.used || a.place - b.place)
    .map(({ model }) => model)
  const shown = hits.slice(0, limit)
  return { groups: groupByConnection(shown), count: hits.length, hidden: hits.length - shown.length }
}

/** How well a model matches, 1 is the best; undefined if a word is missing. */
function rankOf(it: IndexedModel, words: string[], phrase: FoldedName): number | undefined {
  const named = [it.name, it.id]
  if (named.some((name) => name.joined === phrase.joined)) return 1
  if (named.some((name) => name.words.startsWith(phrase.words))) return 2
  if (named.some((name) => ` ${name.words}`.includes(` ${phrase.words}`))) return 3
  if (named.some((name) => name.words.includes(phrase.words) || name.joined.includes(phrase.joined))) return 4
  const isNamed = (word: string): boolean =>
    named.some((name) => name.words.includes(word) || name.joined.includes(word))
  if (words.every(isNamed)) return 5
  return words.every((word) => isNamed(word) || it.connection.includes(word)) ? 6 : undefined
}

/** Groups in the order of their first models. */
function groupByConnection(models: readonly Model[]): ModelGroup[] {
  const groups = new Map<string, ModelGroup>()
  for (const model of models) {
    const { connectionId, connectionName } = model
    const group = groups.get(connectionId) ?? { connectionId, connectionName, models: [] }
    group.models.push(model)
    groups.set(connectionId, group)
  }
  return [...groups.values()]
}
