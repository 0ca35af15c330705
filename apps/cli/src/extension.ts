/** A command needs a package that is not installed. */
export class MissingPackage extends Error {
  override readonly name = "MissingPackage"

  constructor(missing: string) {
    super(`this command needs ${missing}: install it with npm install ${missing}`)
  }
}

/**
 * A package that only some commands need: loaded when one of them runs, so that nobody has to install what they do not
 * use. Fails with `MissingPackage` when it is not there.
 */
export const extension = async <M>(name: string, load: () => Promise<M>): Promise<M> => {
  try {
    return await load()
  } catch (error) {
    throw isMissing(error, name) ? new MissingPackage(name) : error
  }
}

/** The package itself is not there, in contrast to something that it imports. */
const isMissing = (error: unknown, name: string): boolean => {
  if (!(error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")) return false
  const [, missing = ""] = /^Cannot find (?:package|module) '([^']*)'/.exec(error.message) ?? []
  return missing.endsWith(name) || missing.includes(`/${name.slice(name.indexOf("/") + 1)}/dist/`)
}
