import { isMembers, type Members, setMember, type Value } from "./Value.ts"

type Undo = () => void

/**
 * The value while it is built, in place, so that what is there can be looked at without a copy. Between `mark` and
 * `rollBack` every change is noted and can be taken back: that is how a guess at an unfinished text is made and dropped.
 */
export class Tree {
  root: Value | undefined
  private journal: Array<Undo> | undefined

  mark(): void {
    this.journal = []
  }

  rollBack(): void {
    const journal = this.journal ?? []
    this.journal = undefined
    for (let at = journal.length - 1; at >= 0; at--) journal[at]?.()
  }

  setRoot(value: Value): void {
    const before = this.root
    this.journal?.push(() => {
      this.root = before
    })
    this.root = value
  }

  set(members: Members, name: string, value: Value): void {
    if (this.journal !== undefined) {
      const had = Object.hasOwn(members, name)
      const before = members[name] ?? null
      this.journal.push(() => {
        if (had) setMember(members, name, before)
        else delete members[name]
      })
    }
    setMember(members, name, value)
  }

  push(items: Array<Value>, value: Value): void {
    this.journal?.push(() => {
      items.length--
    })
    items.push(value)
  }

  /** Takes the last item away, and gives it back. */
  pop(items: Array<Value>): Value | undefined {
    const last = items.pop()
    if (last !== undefined) this.journal?.push(() => items.push(last))
    return last
  }

  /** Puts another value where the newest one of `holder` stands; without a holder it is the root. */
  replaceNewest(holder: Value | undefined, name: string | undefined, value: Value): void {
    if (Array.isArray(holder)) {
      this.pop(holder)
      this.push(holder, value)
    } else if (isMembers(holder) && name !== undefined) this.set(holder, name, value)
    else this.setRoot(value)
  }
}
