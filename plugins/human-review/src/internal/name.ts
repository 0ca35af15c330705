/** The package's name. */
export const plugin = "@switchyard/human-review"
