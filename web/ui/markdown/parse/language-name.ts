const names: Readonly<Record<string, string>> = {
  bash: 'Shell',
  c: 'C',
  'c++': 'C++',
  cpp: 'C++',
  cs: 'C#',
  csharp: 'C#',
  css: 'CSS',
  diff: 'Diff',
  dockerfile: 'Dockerfile',
  go: 'Go',
  html: 'HTML',
  ini: 'INI',
  java: 'Java',
  javascript: 'JavaScript',
  js: 'JavaScript',
  json: 'JSON',
  jsx: 'JSX',
  kotlin: 'Kotlin',
  lua: 'Lua',
  markdown: 'Markdown',
  md: 'Markdown',
  php: 'PHP',
  py: 'Python',
  python: 'Python',
  rb: 'Ruby',
  rs: 'Rust',
  ruby: 'Ruby',
  rust: 'Rust',
  sh: 'Shell',
  shell: 'Shell',
  sql: 'SQL',
  swift: 'Swift',
  toml: 'TOML',
  ts: 'TypeScript',
  tsx: 'TSX',
  typescript: 'TypeScript',
  xml: 'XML',
  yaml: 'YAML',
  yml: 'YAML',
}

/** The usual spelling of a language's name. An unknown name stays as the model wrote it. */
export function languageName(word: string): string {
  const key = word.toLowerCase()
  return Object.hasOwn(names, key) ? (names[key] ?? word) : word
}

const extensions: Readonly<Record<string, string>> = {
  'C++': 'cpp',
  'C#': 'cs',
  Diff: 'diff',
  JavaScript: 'js',
  Kotlin: 'kt',
  Markdown: 'md',
  Python: 'py',
  Ruby: 'rb',
  Rust: 'rs',
  Shell: 'sh',
  TypeScript: 'ts',
}

/** Returns the extension of a file in this language, 'txt' if the language is unknown. */
export function languageExtension(word: string): string {
  const name = languageName(word)
  if (Object.hasOwn(extensions, name)) return extensions[name] ?? 'txt'
  return Object.hasOwn(names, word.toLowerCase()) ? name.toLowerCase() : 'txt'
}
