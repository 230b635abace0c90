import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findModels, includesWords, indexModels } from './find-models.ts'
import type { FindModelsOptions, FoundModels, Model } from './find-models.ts'

function model(id: string, name = id, connection = 'One'): Model {
  return { id, name, connectionId: connection.toLowerCase(), connectionName: connection, demo: false }
}

function find(models: Model[], query: string, options: Partial<FindModelsOptions> = {}): FoundModels {
  return findModels(indexModels(models), { query, chosen: null, recent: [], limit: 100, ...options })
}

const idsOf = ({ groups }: FoundModels): string[] =>
  groups.flatMap((group) => group.models.map(({ id }) => id))
const ids = (...given: Parameters<typeof find>): string[] => idsOf(find(...given))

/** A large catalogue of 1,500 models, as a broker of providers has it. */
const families = ['qwen3', 'llama-3.3', 'gpt-4o', 'mistral', 'gemma3']
const large = Array.from({ length: 1500 }, (_, n) =>
  model(`${families[n % 5]}-${n}`, `${families[n % 5]}-${n}`, n % 3 === 0 ? 'Router' : 'Local'),
)

describe('D8: the words of a search', () => {
  test('the first hit is the model that was typed, not one whose name begins with it', () => {
    expect(ids([model('qwen3-70b'), model('big-qwen3-7'), model('qwen3-7')], 'qwen3-7')).toEqual([
      'qwen3-7',
      'qwen3-70b',
      'big-qwen3-7',
    ])
  })

  test('are matched separately, in any order, whatever separates them in the name', () => {
    const models = [model('qwen3-7b-instruct'), model('llama-3.3-70b')]
    for (const query of ['qwen3 7', 'instruct qwen3', 'qwen3:7b', 'QWEN3_7B', ' qwen  3 '])
      expect(ids(models, query), query).toEqual(['qwen3-7b-instruct'])
    for (const query of ['llama33', 'llama 3 3', '70b llama'])
      expect(ids(models, query), query).toEqual(['llama-3.3-70b'])
    expect(ids(models, 'qwen3 70b')).toEqual([])
  })

  test('match the id, the name and the connection', () => {
    const models = [model('openai/gpt-4o', 'Omni', 'Router'), model('omni', 'Other', 'Local')]
    expect(ids(models, 'gpt 4o')).toEqual(['openai/gpt-4o'])
    expect(ids(models, 'omni router')).toEqual(['openai/gpt-4o'])
    expect(ids(models, 'local')).toEqual(['omni'])
  })

  test('match without accents and without regard to case', () => {
    const models = [model('a', 'Modèle Élan'), model('b', 'Größe ÆON'), model('c', 'ＱＷＥＮ')]
    expect(ids(models, 'modele elan')).toEqual(['a'])
    expect(ids(models, 'grosse aeon')).toEqual(['b'])
    expect(ids(models, 'GRÖSSE')).toEqual(['b'])
    expect(ids(models, 'qwen')).toEqual(['c'])
  })

  test('punctuation alone matches every model', () => {
    expect(ids([model('a'), model('b')], ' -/ ')).toEqual(['a', 'b'])
  })
})

describe('D8: the order of the hits', () => {
  test('exact, beginning, beginning of a word, inside a word, separate words, connection', () => {
    const models = [
      model('1', 'other', 'Gpt mini'),
      model('2', 'mini gpt'),
      model('3', 'xgpt-minimal'),
      model('4', 'open gpt mini'),
      model('5', 'gpt-mini-2'),
      model('6', 'GPT mini'),
    ]
    expect(find(models, 'gpt mini').groups.map(({ connectionName }) => connectionName)).toEqual([
      'One',
      'Gpt mini',
    ])
    expect(ids(models, 'gpt mini')).toEqual(['6', '5', '4', '3', '2', '1'])
  })

  test('among equal hits, models that were used come first, then the order of the catalogue', () => {
    const models = [model('gpt-a'), model('gpt-b'), model('gpt-c'), model('gpt-d')]
    expect(ids(models, 'gpt', { recent: ['gpt-d', 'gone', 'gpt-b'] })).toEqual([
      'gpt-d',
      'gpt-b',
      'gpt-a',
      'gpt-c',
    ])
  })

  test('a group stands where its best hit is', () => {
    const models = [
      model('big-gpt', 'big-gpt', 'One'),
      model('gpt', 'gpt', 'Two'),
      model('gpt-2', 'gpt-2', 'One'),
    ]
    expect(find(models, 'gpt').groups).toMatchObject([
      { connectionName: 'Two', models: [{ id: 'gpt' }] },
      { connectionName: 'One', models: [{ id: 'gpt-2' }, { id: 'big-gpt' }] },
    ])
  })
})

describe('D8: the list without a search', () => {
  test('has the chosen and the recent models on top, each model once, and groups per connection', () => {
    const found = find(large.slice(0, 20), '', {
      chosen: 'gpt-4o-7',
      recent: ['mistral-3', 'gone', 'gpt-4o-7'],
    })
    expect(found.groups.map(({ connectionName }) => connectionName)).toEqual([undefined, 'Router', 'Local'])
    expect(found.groups[0]?.models.map(({ id }) => id)).toEqual(['gpt-4o-7', 'mistral-3'])
    expect(idsOf(found).toSorted()).toEqual(
      large
        .slice(0, 20)
        .map(({ id }) => id)
        .toSorted(),
    )
    expect(found).toMatchObject({ count: 20, hidden: 0 })
  })

  test('has at most five recent models', () => {
    const recent = large.slice(100, 120).map(({ id }) => id)
    expect(find(large, '', { recent }).groups[0]?.models.map(({ id }) => id)).toEqual(recent.slice(0, 5))
  })

  test('is short without recent models on top if it has only a few', () => {
    const found = find(large.slice(0, 8), '', { recent: ['mistral-3'], chosen: 'gemma3-4' })
    expect(found.groups.map(({ connectionName }) => connectionName)).toEqual(['Router', 'Local'])
  })

  test('shows 100 of 317 models and counts the other 217', () => {
    const found = find(large.slice(0, 317), '', { recent: ['gemma3-314'], chosen: 'llama-3.3-311' })
    expect(idsOf(found)).toHaveLength(100)
    expect(found).toMatchObject({ count: 317, hidden: 217 })
    expect(idsOf(found).slice(0, 2)).toEqual(['llama-3.3-311', 'gemma3-314'])
  })
})

describe('D8: 1,500 models', () => {
  test('at most 100 are shown, and the first hit for the id of any model is that model', () => {
    const index = indexModels(large)
    for (const { id } of large.filter((_, n) => n % 7 === 0)) {
      const found = findModels(index, { query: id, chosen: null, recent: [], limit: 100 })
      expect(idsOf(found)[0]).toBe(id)
      expect(idsOf(found).length).toBeLessThanOrEqual(100)
    }
  })

  test('whatever the ids and the query are, no hit is lost, shown twice or miscounted', () => {
    const id = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.string({ minLength: 1, unit: 'grapheme' }),
      fc.constantFrom('a b', 'A-B', 'a.b'),
    )
    fc.assert(
      fc.property(
        fc.uniqueArray(id, { minLength: 1, maxLength: 30 }),
        fc.string(),
        fc.nat(12),
        (names, query, limit) => {
          const models = names.map((name, n) => model(name, name, n % 2 === 0 ? 'One' : 'Two'))
          const found = find(models, query, { limit, recent: names.slice(3, 5) })
          const shown = idsOf(found)
          expect(new Set(shown).size).toBe(shown.length)
          expect(shown.length + found.hidden).toBe(found.count)
          // The id of a model, typed in full, always finds that model first.
          for (const name of names.filter((it) => it.trim() === it && it !== ''))
            expect(ids(models, name, { limit: 1 })).toEqual([name])
        },
      ),
    )
  })
})

test('D8: the option without a model is found by the words of its text', () => {
  for (const query of ['', 'chat', 'SAME ch']) expect(includesWords('Same as the chat', query)).toBe(true)
  expect(includesWords('Same as the chat', 'same gpt')).toBe(false)
})
