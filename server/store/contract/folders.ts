/** The folders of a user, identified by their names. A chat names its folder, which may be missing from the table. */
export interface Folders {
  /** The names of all folders, also of those that only chats name. */
  list(userId: string): Promise<string[]>
  /** Creates the folder unless it exists. */
  create(userId: string, name: string): Promise<void>
  /** Renames the folder in all of its chats. `taken`: another folder has that name; nothing was changed. */
  rename(userId: string, from: string, to: string): Promise<'renamed' | 'missing' | 'taken'>
  /** Deletes the folder and returns the chats that were in it; undefined if there is no such folder. */
  delete(userId: string, name: string): Promise<string[] | undefined>
}
