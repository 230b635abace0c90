import type { HLJSApi, LanguageFn } from 'highlight.js'
import { createLazy } from '../lazy.ts'
import type { Lazy } from '../lazy.ts'

/** A run of code with one colour. `kind` names the colour; '' is plain text. */
export interface CodeRun {
  text: string
  kind: string
}

export type Highlighter = (code: string) => readonly CodeRun[]

type LanguageModule = Promise<{ default: LanguageFn }>

const languages: Record<string, () => LanguageModule> = {
  bash: () => import('highlight.js/lib/languages/bash'),
  c: () => import('highlight.js/lib/languages/c'),
  cpp: () => import('highlight.js/lib/languages/cpp'),
  csharp: () => import('highlight.js/lib/languages/csharp'),
  css: () => import('highlight.js/lib/languages/css'),
  diff: () => import('highlight.js/lib/languages/diff'),
  dockerfile: () => import('highlight.js/lib/languages/dockerfile'),
  go: () => import('highlight.js/lib/languages/go'),
  ini: () => import('highlight.js/lib/languages/ini'),
  java: () => import('highlight.js/lib/languages/java'),
  javascript: () => import('highlight.js/lib/languages/javascript'),
  json: () => import('highlight.js/lib/languages/json'),
  kotlin: () => import('highlight.js/lib/languages/kotlin'),
  markdown: () => import('highlight.js/lib/languages/markdown'),
  php: () => import('highlight.js/lib/languages/php'),
  python: () => import('highlight.js/lib/languages/python'),
  ruby: () => import('highlight.js/lib/languages/ruby'),
  rust: () => import('highlight.js/lib/languages/rust'),
  sql: () => import('highlight.js/lib/languages/sql'),
  swift: () => import('highlight.js/lib/languages/swift'),
  typescript: () => import('highlight.js/lib/languages/typescript'),
  xml: () => import('highlight.js/lib/languages/xml'),
  yaml: () => import('highlight.js/lib/languages/yaml'),
}

const aliases: Record<string, string> = {
  sh: 'bash',
  shell: 'bash',
  zsh: 'bash',
  console: 'bash',
  h: 'c',
  'c++': 'cpp',
  cc: 'cpp',
  hpp: 'cpp',
  cs: 'csharp',
  'c#': 'csharp',
  patch: 'diff',
  docker: 'dockerfile',
  golang: 'go',
  toml: 'ini',
  conf: 'ini',
  env: 'ini',
  js: 'javascript',
  jsx: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsonc: 'json',
  json5: 'json',
  kt: 'kotlin',
  md: 'markdown',
  py: 'python',
  python3: 'python',
  rb: 'ruby',
  rs: 'rust',
  postgres: 'sql',
  postgresql: 'sql',
  sqlite: 'sql',
  mysql: 'sql',
  ts: 'typescript',
  tsx: 'typescript',
  mts: 'typescript',
  html: 'xml',
  svg: 'xml',
  vue: 'xml',
  yml: 'yaml',
}

// Maps the scopes of highlight.js to the colours of the page. A scope that is not listed inherits its parent's colour.
const kinds: Record<string, string> = {
  keyword: 'keyword',
  'selector-tag': 'keyword',
  'meta keyword': 'keyword',
  doctag: 'keyword',
  built_in: 'type',
  type: 'type',
  class: 'type',
  'title.class': 'type',
  'title.class.inherited': 'type',
  title: 'name',
  'title.function': 'name',
  'title.function.invoke': 'name',
  section: 'name',
  name: 'name',
  'selector-class': 'name',
  'selector-id': 'name',
  attr: 'attribute',
  attribute: 'attribute',
  'selector-attr': 'attribute',
  'selector-pseudo': 'attribute',
  property: 'attribute',
  string: 'string',
  regexp: 'string',
  'char.escape': 'literal',
  link: 'string',
  code: 'string',
  literal: 'literal',
  number: 'literal',
  symbol: 'literal',
  bullet: 'literal',
  'variable.constant': 'literal',
  'variable.language': 'keyword',
  'template-variable': 'attribute',
  comment: 'comment',
  quote: 'comment',
  meta: 'comment',
  addition: 'added',
  deletion: 'removed',
  strong: 'keyword',
  subst: '',
}

// The internal tree of highlight.js's result. The only public form is an HTML string, which the page never creates.
interface TreeNode {
  scope?: string
  children: Array<TreeNode | string>
}

function addRun(runs: CodeRun[], text: string, kind: string): void {
  const last = runs.at(-1)
  if (last?.kind === kind) last.text += text
  else if (text !== '') runs.push({ text, kind })
}

function flatten(node: TreeNode, kind: string, runs: CodeRun[]): void {
  for (const child of node.children) {
    if (typeof child === 'string') addRun(runs, child, kind)
    else flatten(child, child.scope === undefined ? kind : (kinds[child.scope] ?? kind), runs)
  }
}

function highlighterOf(hljs: HLJSApi, language: string): Highlighter {
  return (code) => {
    const result = hljs.highlight(code, { language, ignoreIllegals: true })
    const emitter = result._emitter as unknown as { rootNode?: TreeNode }
    if (emitter.rootNode === undefined) return [{ text: code, kind: '' }]
    const runs: CodeRun[] = []
    flatten(emitter.rootNode, '', runs)
    // If a grammar changes the text, show the code as plain text instead.
    return runs.reduce((sum, run) => sum + run.text.length, 0) === code.length
      ? runs
      : [{ text: code, kind: '' }]
  }
}

const loaded = new Map<string, Lazy<Highlighter>>()

/** Returns the highlighter for a language name as written after a fence, or undefined if the language is unknown. */
export function highlighterFor(written: string): Lazy<Highlighter> | undefined {
  const lower = written.toLowerCase()
  const language = aliases[lower] ?? lower
  const load = Object.hasOwn(languages, language) ? languages[language] : undefined
  if (load === undefined) return undefined
  let lazy = loaded.get(language)
  if (lazy === undefined) {
    lazy = createLazy(async () => {
      const [core, grammar] = await Promise.all([import('highlight.js/lib/core'), load()])
      const hljs = core.default
      hljs.registerLanguage(language, grammar.default)
      return highlighterOf(hljs, language)
    })
    loaded.set(language, lazy)
  }
  return lazy
}

/** Splits runs at the ends of chunks. Returns the runs of each chunk. */
export function splitRuns(
  runs: readonly CodeRun[],
  lengths: readonly number[],
): ReadonlyArray<readonly CodeRun[]> {
  const result: CodeRun[][] = []
  let index = 0
  let used = 0
  for (const length of lengths) {
    const part: CodeRun[] = []
    let left = length
    while (left > 0) {
      const run = runs[index]
      if (run === undefined) break
      const text = run.text.slice(used, used + left)
      part.push({ text, kind: run.kind })
      left -= text.length
      used += text.length
      if (used >= run.text.length) {
        index++
        used = 0
      }
    }
    result.push(part)
  }
  return result
}
