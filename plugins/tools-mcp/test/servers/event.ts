/** Something that happens once, to be waited for. */
export const event = () => {
  let happened: () => void = () => {}
  const promise = new Promise<void>((resolve) => {
    happened = resolve
  })
  return { promise, happened: () => happened() }
}
